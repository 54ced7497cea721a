"""A core: what happens to a listener who does not read as fast as the sound comes.

Nothing is queued for anybody. A listener whose socket is full keeps what is left of the chunk
that did not fit; the parts that come meanwhile pass by. When there is room again, the newest
part follows: skipped ahead, and counted. Who stalls too long or skips too often is let go.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from fullhouse.units import PartNumber

MISSED_AT_MOST: Final = 94
"""Parts in a row, 30 s: nobody is there any more."""
SKIPS_AT_MOST: Final = 8
"""Skips without a calm stretch between them: the line is too thin for this stream."""
CALM_PARTS: Final = 32
"""Parts taken in time, 10 s, after which a listener counts as well again."""


class Verdict(Enum):
    """What is to be done with a slow listener."""

    STAYS = auto()
    WELL = auto()
    CLOSES = auto()


@dataclass(slots=True)
class Slow:
    """One slow listener.

    Attributes:
        chunk, offset: what did not fit yet, shared with all who get the same bytes.
        part: the newest part that was given, whole or begun.
        missed: parts that have passed by since.
        skips: times skipped ahead without a calm stretch between.
        calm: parts in a row taken in time.
    """

    chunk: bytes
    offset: int
    part: PartNumber
    missed: int = 0
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

    def passed(self, number: PartNumber) -> Verdict:
        """A part passes by, because the rest before it is still not out."""
        self.missed += 1
        self.part = number
        self.calm = 0
        return Verdict.CLOSES if self.missed > MISSED_AT_MOST else Verdict.STAYS

    def given(self, number: PartNumber, chunk: bytes, taken: int) -> Verdict:
        """The newest part was written: `taken` bytes of `chunk` went out."""
        self.part = number
        if self.missed:
            self.missed = 0
            self.skips += 1
        if taken < len(chunk):
            self.chunk, self.offset, self.calm = chunk, taken, 0
        else:
            self.calm += 1
        if self.skips > SKIPS_AT_MOST:
            return Verdict.CLOSES
        return Verdict.WELL if self.calm >= CALM_PARTS else Verdict.STAYS
