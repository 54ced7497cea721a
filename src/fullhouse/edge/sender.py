"""A shell: writes one chunk to many sockets, one system call each.

What a listener costs is the system call, not the bytes in it; a plain loop around `os.write`
comes within a tenth of the same loop in C. `uring` hands over many at once.
"""

import os
from array import array
from typing import Final, Protocol

from fullhouse.edge.roster import EMPTY, Entries, Short

GONE: Final = -1
"""In the place of a count of bytes: the other side is not there any more."""


class Sender(Protocol):
    """Something that can write to many sockets at once."""

    @property
    def name(self) -> str:
        """What log and metrics call it."""
        ...

    def entries(self) -> Entries:
        """Return the slots of a new roster, all free."""
        ...

    def close(self) -> None:
        """Give back what the system lent. Nothing may be sent after that."""
        ...


class WriteSender:
    """One `write` after the other."""

    name = "write"

    def entries(self) -> "WriteEntries":
        """Return the slots of a new roster, all free."""
        return WriteEntries()

    def close(self) -> None:
        """Nothing was lent."""


class WriteEntries:
    """Descriptors in a row."""

    __slots__ = ("_ears",)

    def __init__(self) -> None:
        self._ears = array("i")

    def put(self, slot: int, ear: int) -> None:
        """Fill a slot, or the one behind the last; `EMPTY`: nobody is there."""
        if slot == len(self._ears):
            self._ears.append(ear)
        else:
            self._ears[slot] = ear

    def cut(self, count: int) -> None:
        """Keep the first `count` slots."""
        del self._ears[count:]

    def send(self, start: int, stop: int, chunk: bytes) -> Short:
        """Write `chunk` to the ears in these slots; return those who did not take all of it."""
        return write_each(self._ears[start:stop], chunk)


def write_each(ears: "array[int]", chunk: bytes) -> Short:
    """Write `chunk` to each of `ears`, descriptors that do not block; skip `EMPTY` ones."""
    size, short, write_one = len(chunk), Short(), os.write
    for ear in ears:
        if ear == EMPTY:
            continue
        try:
            taken = write_one(ear, chunk)
        except BlockingIOError:
            taken = 0
        except OSError:
            taken = GONE
        if taken != size:
            short.append((ear, taken))
    return short


def write(ear: int, chunk: bytes | memoryview) -> int:
    """Write what fits into one socket; return how much that was, or `GONE`."""
    try:
        return os.write(ear, chunk)
    except BlockingIOError:
        return 0
    except OSError:
        return GONE
