"""A core: what happens to a listener who does not read as fast as the sound comes.

Nothing is queued for anybody. A listener whose socket is full keeps what is left of the chunk
that did not fit; what comes meanwhile passes by. When there is room again, the newest parts
follow: skipped ahead, and counted. Who stalls too long or skips too often is let go.
"""

from dataclasses import dataclass
from typing import Final

from fullhouse.units import PartNumber

MISSED_AT_MOST: Final = 94
"""Parts in a row, 30 s: nobody is there any more."""
SKIPS_AT_MOST: Final = 8
"""Skips without a calm stretch between them: the line is too thin for this stream."""
CALM_PARTS: Final = 32
"""Parts taken in time, 10 s, after which a skip is forgotten."""


@dataclass(slots=True)
class Slow:
    """One listener who stands apart.

    Attributes:
        chunk, offset: what did not fit yet, shared with all who get the same bytes.
        next: the part that follows it.
        since: the head when the rest began to wait.
        cadence: parts per send when it did; what would not have been sent yet is not lost.
        skipped: parts before `next` have passed by, and none was given since.
        skips: times skipped ahead without a calm stretch between.
        calm: parts in a row taken in time.
    """

    chunk: bytes
    offset: int
    next: PartNumber
    since: PartNumber
    cadence: int = 1
    skipped: bool = False
    skips: int = 0
    calm: int = 0

    def rest(self) -> memoryview:
        """Return what has to be written before anything else; empty when all is out."""
        return memoryview(self.chunk)[self.offset :]

    def took(self, count: int) -> bool:
        """Take note that `count` bytes of the rest went out; True when nothing is left."""
        self.offset += count
        if self.offset < len(self.chunk):
            return False
        self.chunk, self.offset = b"", 0
        return True

    def passed(self, head: PartNumber, longest: int) -> int:
        """Let pass what is older than so many parts; return how many more are lost by that."""
        lost = head - longest - self.next
        if lost <= 0:
            return 0
        self.next = PartNumber(head - longest)
        self.skipped = True
        return lost

    def stalled(self, head: PartNumber, cadence: int) -> int:
        """The rest is still not out: return how many more parts are lost by that.

        Args:
            head: the first part that is not decided.
            cadence: parts per send.
        """
        return self.passed(head, max(cadence, self.cadence))

    def given(self, head: PartNumber, cadence: int, chunk: bytes, taken: int) -> None:
        """The parts from `next` to `head` were written: `taken` bytes of `chunk` went out."""
        if self.skipped:
            self.skipped = False
            self.skips += 1
            self.calm = 0
        if taken < len(chunk):
            self.chunk, self.offset, self.calm = chunk, taken, 0
        else:
            self.calm += head - self.next
        self.next = self.since = head
        self.cadence = cadence

    @property
    def well(self) -> bool:
        """True when it may stand among the others again: all is out, and it is not skipping."""
        return not (self.chunk or self.skipped) and (not self.skips or self.calm >= CALM_PARTS)

    def lost(self, head: PartNumber) -> bool:
        """Return whether it is to be let go."""
        waits_too_long = bool(self.chunk) and head - self.since > MISSED_AT_MOST
        return waits_too_long or self.skips > SKIPS_AT_MOST
