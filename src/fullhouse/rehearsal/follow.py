"""A core: one listener who is followed part by part: what was lost, what came late or in lumps."""

from collections import Counter
from dataclasses import dataclass, field

from fullhouse.rehearsal.sound import PART_SECONDS, UNKNOWN, Reader

REMADE = 3_000
"""A number so far back is no repeat: the room was made anew."""


@dataclass(slots=True)
class Following:
    """What one listener's bytes held, over all connections.

    Attributes:
        reader: of the connection that there is now.
        next: the number that should come next; None before the first.
        expected, missing: parts on the timeline between the first and the last, and those of
            them that never came.
        cadence: as it was announced last.
        lumps: how often so many parts came at once.
    """

    reader: Reader
    next: int | None = None
    expected: int = 0
    missing: int = 0
    cadence: int = 1
    lumps: Counter[int] = field(default_factory=Counter)
    _in_burst: bool = True

    def begin(self, reader: Reader) -> None:
        """A new connection begins, with a burst."""
        self.reader = reader
        self._in_burst = True

    def forget(self) -> None:
        """The listener goes on purpose: what comes meanwhile is not missed."""
        self.next = None

    def hear(self, raw: bytes, timeline: float) -> "Heard":
        """Take in bytes.

        Args:
            timeline: seconds since the room's epoch.

        Raises:
            NotSound: they are none.
        """
        parts = self.reader.feed(raw)
        if not parts:
            return NOTHING
        before = self.missing
        for part in parts:
            if part.number != UNKNOWN:
                self._count(part.number)
        self.cadence = parts[-1].cadence
        late = None
        if self._in_burst:
            self._in_burst = False
        else:
            self.lumps[len(parts)] += 1
            if parts[-1].number != UNKNOWN:
                late = timeline - (parts[-1].number + 1) * PART_SECONDS
        return Heard(len(parts), self.missing - before, late)

    def _count(self, number: int) -> None:
        if self.next is None or number < self.next - REMADE:
            self.next = number
        if number < self.next:
            return  # a part that comes twice, after a new connection, is heard once
        self.missing += number - self.next
        self.expected += number - self.next + 1
        self.next = number + 1

    def lump(self) -> float | None:
        """Return how many seconds of sound came at once, as a rule; None: nothing came yet."""
        count = sum(self.lumps.values())
        if not count:
            return None
        for size in sorted(self.lumps):
            count -= 2 * self.lumps[size]
            if count <= 0:
                return size * PART_SECONDS
        return None


@dataclass(frozen=True, slots=True)
class Heard:
    """What some bytes brought.

    Attributes:
        parts, missing: how many.
        late: by how much the newest came after its time, seconds; None: not known.
    """

    parts: int
    missing: int
    late: float | None


NOTHING = Heard(0, 0, None)
