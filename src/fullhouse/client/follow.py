"""A core: what a listener learns from a room's endless MP4, part by part.

Sees to it that a part that comes twice, as it may after a new connection, is heard once, and
that one that never came is counted.
"""

import statistics
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from fullhouse.client.boxes import Box, BoxReader, Event, event, part_number
from fullhouse.programme.timeline import starts_at
from fullhouse.units import SECOND, Micros, PartNumber

REMEMBERED: Final = 50
"""Parts whose latency is remembered: 16 s."""
BURST: Final = 8
"""The first parts of a connection come at once and say nothing of latency."""


NEW_TIMELINE: Final = 3_000
"""A number so far back is no repeat: the room was made anew, with a new epoch."""


@dataclass(slots=True)
class Room:
    """What the events said last.

    Attributes:
        state: as in state.json; empty while nothing is known.
        playing: `sound`, `hold` or `silence`.
        speaking: the names of those who speak now, loudest first.
    """

    title: str = ""
    state: str = ""
    reason: str = ""
    playing: str = ""
    speaking: tuple[str, ...] = ()
    listeners: int | None = None


@dataclass(slots=True)
class Follower:
    """One listener's way along the parts.

    Attributes:
        last: the newest part that came, None before any.
        parts: how many came.
        holes: how many never came.
    """

    epoch: Micros | None = None
    last: PartNumber | None = None
    parts: int = 0
    holes: int = 0
    room: Room = field(default_factory=Room)
    _boxes: BoxReader = field(default_factory=BoxReader)
    _pending: list[Box] = field(default_factory=list)
    _skip: bool = False
    _since_join: int = 0
    _ages: deque[Micros] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def connected(self) -> None:
        """Begin with a new connection: its bytes start with the form of the stream again."""
        self._boxes = BoxReader()
        self._pending = []
        self._skip = False
        self._since_join = 0

    def feed(self, raw: bytes, now: Micros) -> bytes:
        """Take bytes that came at `now`, and return those that are to be heard.

        Raises:
            Malformed: they are not a room's stream.
        """
        heard = []
        for box in self._boxes.feed(raw):
            if box.name == b"moof":
                self._skip = not self._take(part_number(box), now)
            elif box.name == b"emsg":
                self._pending.append(box)
                continue
            if not self._skip or box.name in (b"ftyp", b"moov"):
                heard.append(box.raw)
            if box.name == b"mdat":
                self._tell()
        return b"".join(heard)

    @property
    def latency(self) -> float | None:
        """Return how many seconds after its end a part usually arrives, None while unknown."""
        return statistics.median(self._ages) / SECOND if self._ages else None

    def _take(self, number: PartNumber, now: Micros) -> bool:
        if self.last is not None and number < self.last - NEW_TIMELINE:
            self.last = None
        if self.last is not None:
            if number <= self.last:
                return False
            self.holes += number - self.last - 1
        self.last = number
        self.parts += 1
        self._since_join += 1
        if self.epoch is not None and self._since_join > BURST:
            self._ages.append(Micros(now - starts_at(self.epoch, PartNumber(number + 1))))
        return True

    def _tell(self) -> None:
        pending, self._pending = self._pending, []
        for box in pending:
            said = None if self._skip else event(box)
            if said is not None:
                _hear(self.room, said)


def _hear(room: Room, said: Event) -> None:
    if said.get("type") == "speakers":
        names = said.get("speaking")
        room.speaking = tuple(map(str, names)) if isinstance(names, list) else ()
    if said.get("type") == "room":
        room.title = str(said.get("title", room.title))
        room.state = str(said.get("state", room.state))
        room.reason = str(said.get("reason", ""))
        room.playing = str(said.get("playing", ""))
        listeners = said.get("listeners")
        room.listeners = listeners if isinstance(listeners, int) else room.listeners
