"""A core: which rooms need a stage of this node, which stages run, and which hang.

Told of rooms, of what stages say of themselves, and of processes that start and end. A stage
that runs already, here or elsewhere, is left alone; one that ended is replaced at once, and
more slowly each time it ends again.
"""

from dataclasses import dataclass, field
from typing import Final

from fullhouse.backoff import Backoff
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import RoomNews, StageNews

NEVER: Final = Micros(0)
LISTENS_FIRST: Final = Micros(7 * SECOND // 10)
"""A node that begins waits for so long: stages of its former life speak every 200 ms."""
HEARD_LATELY: Final = SECOND
HANGS_AFTER: Final = Micros(3 * SECOND)
"""A stage of ours that has spoken and now says nothing for so long hangs."""
STARTS_WITHIN: Final = Micros(15 * SECOND)
"""Starting takes well under a second, but not on a machine that is out of breath."""
BUS_SETTLES: Final = Micros(5 * SECOND)
"""Only a bus that has been well for so long tells silence from its own trouble."""


@dataclass(slots=True)
class _Place:
    news: RoomNews
    backoff: Backoff = field(default_factory=Backoff)
    again_at: Micros = NEVER
    pid: int | None = None
    began: Micros = NEVER
    heard: Micros | None = None


class Roster:
    """The stages of one node.

    Args:
        now: when the node begins.
    """

    def __init__(self, node: str, now: Micros) -> None:
        self._node = node
        self._ready = Micros(now + LISTENS_FIRST)
        self._places: dict[RoomSlug, _Place] = {}

    def follow(self, news: RoomNews) -> None:
        """Take a room's news; older than what is known is left out."""
        known = self._places.get(news.slug)
        if known is None:
            self._places[news.slug] = _Place(news)
        elif news.revision >= known.news.revision:
            if news.wanted and not known.news.wanted:
                known.backoff, known.again_at = Backoff(), NEVER
            known.news = news

    def news(self, slug: RoomSlug) -> RoomNews:
        """Return a room's newest news."""
        return self._places[slug].news

    def heard(self, said: StageNews, now: Micros) -> int | None:
        """Take what a stage says; return its pid if it is one of ours that nobody watches."""
        place = self._places.get(said.slug)
        if place is None:
            return None
        if place.pid is None or place.pid == said.pid:
            place.heard = now
        return said.pid if said.node == self._node and place.pid is None else None

    def to_start(self, now: Micros) -> list[RoomSlug]:
        """Return the rooms that want a stage now and have none."""
        if now < self._ready:
            return []
        return [
            slug
            for slug, place in self._places.items()
            if place.news.wanted
            and place.pid is None
            and now >= place.again_at
            and (place.heard is None or now - place.heard > HEARD_LATELY)
        ]

    def started(self, slug: RoomSlug, pid: int, now: Micros) -> None:
        """Note that a process is this room's stage, new or adopted."""
        place = self._places[slug]
        place.pid, place.began, place.heard = pid, now, None

    def ended(self, slug: RoomSlug, pid: int, now: Micros) -> None:
        """Note that a process has ended."""
        place = self._places[slug]
        if place.pid == pid:
            place.pid, place.heard = None, None
            place.again_at = place.backoff.failed(now)

    def hanging(self, now: Micros, bus_well_since: Micros) -> list[int]:
        """Return the pids of our stages that run and say nothing."""
        if now - bus_well_since < BUS_SETTLES:
            return []
        return [
            place.pid
            for place in self._places.values()
            if place.pid is not None and _is_silent(place, now)
        ]


def _is_silent(place: _Place, now: Micros) -> bool:
    if place.heard is None:
        return now - place.began > STARTS_WITHIN
    return now - place.heard > HANGS_AFTER
