"""A core: how listeners come to terms with a room: how many wait, how many leave per minute."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import EdgeNews, RoomState

MINUTE: Final = 60
MOST: Final = 20_000
"""Counters of edges and rooms that are remembered; those that were not heard of longest go."""
WAITING: Final = frozenset({RoomState.SCHEDULED, RoomState.DOORS})


@dataclass(frozen=True, slots=True)
class Flow:
    """What a host sees of a room's listeners.

    Attributes:
        waiting: those of them who wait for it to begin.
        leaving_per_minute: how many have gone within the last minute.
    """

    listeners: int = 0
    waiting: int = 0
    leaving_per_minute: int = 0


@dataclass(slots=True)
class Leaving:
    """Who has left, by the edges' counters, which begin anew when an edge does."""

    _counters: dict[tuple[str, RoomSlug], int] = field(default_factory=dict)
    _seconds: dict[RoomSlug, dict[int, int]] = field(default_factory=dict)

    def hear(self, news: EdgeNews, *, now: Micros) -> None:
        """Take an edge's counters in. The first that is heard of one says nothing of now."""
        for slug, room in news.rooms.items():
            before, left = self._counters.pop((news.edge, slug), None), max(0, room.left)
            self._counters[news.edge, slug] = left
            if before is not None:
                self._add(slug, left - before if left >= before else left, now)
        while len(self._counters) > MOST:
            del self._counters[next(iter(self._counters))]

    def _add(self, slug: RoomSlug, gone: int, now: Micros) -> None:
        if gone > 0:
            seconds = self._seconds.setdefault(slug, {})
            second = now // SECOND
            seconds[second] = seconds.get(second, 0) + gone

    def per_minute(self, *, now: Micros) -> dict[RoomSlug, int]:
        """Return how many have left each room within the last minute."""
        oldest = now // SECOND - MINUTE
        self._seconds = {
            slug: kept
            for slug, seconds in self._seconds.items()
            if (kept := {at: gone for at, gone in seconds.items() if at > oldest})
        }
        return {slug: sum(seconds.values()) for slug, seconds in self._seconds.items()}


def flows(
    states: Mapping[RoomSlug, RoomState],
    listeners: Mapping[RoomSlug, int],
    leaving: Mapping[RoomSlug, int],
) -> dict[RoomSlug, Flow]:
    """Return what hosts see, for each room that has a state."""
    found = {}
    for slug, state in states.items():
        here = listeners.get(slug, 0)
        waiting = here if state in WAITING else 0
        found[slug] = Flow(here, waiting, leaving.get(slug, 0))
    return found
