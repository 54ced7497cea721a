"""A core: one room on this edge: what is known of it, and its parts as they come or do not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fullhouse.edge.cadence import Cadences
from fullhouse.edge.containers import Containers
from fullhouse.edge.hls import Hls
from fullhouse.edge.holds import RoomHold
from fullhouse.edge.playing import Playing
from fullhouse.edge.rhythm import Rhythm
from fullhouse.edge.window import Verdict, Window
from fullhouse.errors import Malformed
from fullhouse.media import PACKETS_PER_PART, Part, Rendition
from fullhouse.programme.events import room_event
from fullhouse.programme.filler import Filler
from fullhouse.programme.hold_file import HoldFile
from fullhouse.programme.timeline import part_at, rfc3339
from fullhouse.units import SECOND, Micros, PartNumber
from fullhouse.wire import ON_AIR, RoomNews, RoomState

MUST_HAVE: Final = frozenset({Rendition.AAC, Rendition.OPUS})
"""A part without the others is of an older stage: filler stands for them."""
MAX_PACKET: Final = 2_000
"""Bytes; four times what either codec makes at its rate."""
COUNT_IS_FRESH: Final = Micros(5 * SECOND)
"""For how long the count over all edges stands before an edge says its own."""


@dataclass(slots=True)
class Counted:
    """What happened since the start.

    Attributes:
        filled: parts of filler while on air.
        late, astray, twice: parts that came and were not used.
        sent: parts decided as sound.
        beats: heartbeats of listeners' pages.
    """

    filled: int = 0
    late: int = 0
    astray: int = 0
    twice: int = 0
    sent: int = 0
    beats: int = 0


class Room:
    """One room. Knows no clock: the caller brings the time."""

    def __init__(
        self,
        news: RoomNews,
        now: Micros,
        *,
        filler: Filler,
        kept_parts: int,
        ears: Callable[[], int],
        cadences: Cadences,
    ) -> None:
        """Begin with silence up to now.

        Args:
            kept_parts: the window's size.
            ears: returns how many listen on this edge.
            cadences: of this edge worker.
        """
        self.news = news
        self.told_at = now
        self.counted = Counted()
        self.rhythm = Rhythm()
        self.window = Window(news.epoch, kept_parts, self.rhythm.due(news.epoch, now))
        self.cadences = cadences
        self.hold = RoomHold()
        self.containers = Containers(
            news.slug, self.window, filler, self._note, cadences, hold=self.hold
        )
        self.hls = Hls(news.epoch, self.window, self.containers)
        self.ears = ears
        self._count = (0, Micros(-COUNT_IS_FRESH))
        self._now = now

    def tell(self, news: RoomNews, now: Micros) -> bool:
        """Take in news; False if newer ones are known.

        To be called after `advance`, so that what is past is filled as it was then.
        """
        if news.revision < self.news.revision:
            return False
        self.news = news
        self.told_at = now
        return True

    def play_hold(self, hold: HoldFile | None) -> None:
        """Play this as the hold from the next segment on; None: ours."""
        self.hold.change(hold, self.window.head, self.window.first)

    def count(self, listeners: int, now: Micros) -> None:
        """Take in how many listen over all edges."""
        self._count = (listeners, now)

    def listeners(self, now: Micros) -> int:
        """Return how many listen: over all edges if that is known, else here."""
        listeners, at = self._count
        return listeners if now - at < COUNT_IS_FRESH else self.ears()

    def take(self, part: Part, now: Micros) -> Verdict:
        """Take in a part that arrived now. `advance` then decides it.

        Raises:
            Malformed: its packets are not those of one part.
        """
        if not part.packets.keys() >= MUST_HAVE or any(
            len(packets) != PACKETS_PER_PART[rendition]
            for rendition, packets in part.packets.items()
        ):
            raise Malformed("A part lacks packets.", code="malformed_part")
        if any(not all(ps) or max(map(len, ps)) > MAX_PACKET for ps in part.packets.values()):
            raise Malformed("A packet has no sound's size.", code="malformed_part")
        verdict = self.window.offer(part)
        match verdict:
            case Verdict.TAKEN | Verdict.LATE:
                self.rhythm.arrived(part.epoch, part.number, now)
                self.counted.late += verdict is Verdict.LATE
            case Verdict.TWICE:
                self.counted.twice += 1
            case Verdict.ASTRAY:
                self.counted.astray += 1
        return verdict

    def advance(self, now: Micros) -> range:
        """Decide all parts whose turn has come; return their numbers."""
        self._now = now
        sound = self.window.sounds
        decided = self.window.advance(self.rhythm.due(self.news.epoch, now), self.news.state)
        sound = self.window.sounds - sound
        self.counted.sent += sound
        if self.news.state in ON_AIR:
            self.counted.filled += len(decided) - sound
        return decided

    def deadline(self) -> Micros:
        """Return when the next part will be decided at the latest."""
        return self.rhythm.deadline(self.news.epoch, self.window.head)

    def spoken_now(self, now: Micros) -> PartNumber:
        """Return the part that is being spoken now, by this edge's clock."""
        return part_at(self.news.epoch, now)

    def _note(self, playing: Playing) -> bytes:
        return room_event(
            state=self.news.state,
            since=self.news.since,
            reason=self.news.reason,
            title=self.news.title,
            listeners=self.listeners(self._now),
            playing=playing.value,
            as_of=self.told_at,
            invited=self.news.invited,
            answer_within=answer_within(self.news, self._now),
            hands_open=self.news.hands_open,
            house=self.news.house,
            planned=_planned(self.news),
        )


def answer_within(news: RoomNews, now: Micros) -> list[int]:
    """Return for how many more seconds each invited hand may answer."""
    times = (max(0, news.answer_by.get(hand, 0) - now) for hand in news.invited)
    return [-(-time // SECOND) for time in times]


def _planned(news: RoomNews) -> dict[str, object]:
    """Return what those who wait for a room to begin are told of its start."""
    if news.starts is None or news.state not in (RoomState.SCHEDULED, RoomState.DOORS):
        return {}
    said = {"starts": rfc3339(news.starts), "zone": news.zone, "late": news.late}
    return said | {"why_late": news.why_late}
