"""A shell: writes one chunk to many sockets with one system call, where the system has io_uring.

Each ear's entry is ready in its roster's table; what is left to do for a chunk is to copy the
entries and to say how long it is. Only short writes and failures come back.
"""

import errno
from array import array
from typing import Final

from fullhouse.edge.ring import CHUNK_BYTES, EMPTY_ENTRY, ENTRY_BYTES, Ring
from fullhouse.edge.roster import EMPTY, Short
from fullhouse.edge.sender import GONE, write_each

_DESCRIPTOR_WORD: Final = 1
_WORDS: Final = ENTRY_BYTES // 4


class UringSender:
    """Many writes at once."""

    name = "uring"

    def __init__(self) -> None:
        """Set up a ring.

        Raises:
            OSError: this system has none, or not for us.
        """
        self._ring = Ring()

    def entries(self) -> "UringEntries":
        """Return the slots of a new roster, all free."""
        return UringEntries(self._ring)

    def close(self) -> None:
        """Give the ring back."""
        self._ring.close()


class UringEntries:
    """A table of entries as the kernel takes them."""

    __slots__ = ("_ring", "_table")

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._table = bytearray()

    def put(self, slot: int, ear: int) -> None:
        """Fill a slot, or the one behind the last; `EMPTY`: nobody is there."""
        entry = EMPTY_ENTRY if ear == EMPTY else self._ring.entry(ear)
        self._table[slot * ENTRY_BYTES : (slot + 1) * ENTRY_BYTES] = entry

    def cut(self, count: int) -> None:
        """Keep the first `count` slots."""
        del self._table[count * ENTRY_BYTES :]

    def send(self, start: int, stop: int, chunk: bytes) -> Short:
        """Write `chunk` to the ears in these slots; return those who did not take all of it."""
        if len(chunk) > CHUNK_BYTES:
            return write_each(self._ears(start, stop), chunk)
        short = Short()
        self._ring.load(chunk)
        while start < stop:
            until = min(start + self._ring.most, stop)
            with memoryview(self._table) as table:
                taken, failed = self._ring.submit(table[start * ENTRY_BYTES : until * ENTRY_BYTES])
            short += [(ear, _taken(result)) for ear, result in failed]
            if start + taken < until:
                return short + write_each(self._ears(start + taken, stop), chunk)
            start = until
        return short

    def _ears(self, start: int, stop: int) -> "array[int]":
        """Return the descriptors in these slots: for when the ring takes no more."""
        with memoryview(self._table) as table, table.cast("i") as words:
            first = start * _WORDS + _DESCRIPTOR_WORD
            return array("i", words[first : stop * _WORDS : _WORDS].tolist())


def _taken(result: int) -> int:
    """Return how many bytes went out, or `GONE`, from what the kernel says."""
    if result >= 0:
        return result
    return 0 if result == -errno.EAGAIN else GONE
