"""A core: ears in slots that a pass can walk while ears come and go.

A pass gives one chunk to all who were there when it began. Who joins later stands behind its
end; who leaves during it leaves an empty slot, so that a number that the system gives to
somebody else at once is not written to. What a slot looks like to the system is the sender's
business: it keeps entries of its own, one per slot.
"""

from array import array
from typing import Final, Protocol

EMPTY: Final = -1

Short = list[tuple[int, int]]
"""Ears that did not take all of a chunk, each with the bytes that it took, or `GONE`."""


class Entries(Protocol):
    """The slots of one roster, as a sender has them ready."""

    def put(self, slot: int, ear: int) -> None:
        """Fill a slot, or the one behind the last; `EMPTY`: nobody is there."""
        ...

    def cut(self, count: int) -> None:
        """Keep the first `count` slots."""
        ...

    def send(self, start: int, stop: int, chunk: bytes) -> Short:
        """Write `chunk` to the ears in these slots; return those who did not take all of it."""
        ...


class Roster:
    """File descriptors of listeners, none twice."""

    __slots__ = ("_entries", "_holes", "_slot_of", "_slots")

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._slots = array("i")
        self._slot_of: dict[int, int] = {}
        self._holes: list[int] = []

    def __len__(self) -> int:
        return len(self._slot_of)

    def __contains__(self, ear: int) -> bool:
        return ear in self._slot_of

    def ears(self) -> list[int]:
        """Return all ears."""
        return list(self._slot_of)

    @property
    def end(self) -> int:
        """The slot behind the last one: a pass that begins now ends here."""
        return len(self._slots)

    def add(self, ear: int) -> None:
        """Let an ear in, behind all others."""
        slot = len(self._slots)
        self._entries.put(slot, ear)
        self._slot_of[ear] = slot
        self._slots.append(ear)

    def remove(self, ear: int) -> bool:
        """Take an ear out; False if it was not in."""
        slot = self._slot_of.pop(ear, None)
        if slot is None:
            return False
        self._entries.put(slot, EMPTY)
        self._slots[slot] = EMPTY
        self._holes.append(slot)
        return True

    def send(self, start: int, stop: int, chunk: bytes) -> Short:
        """Write a chunk to the ears in these slots; return those who did not take all of it."""
        return self._entries.send(start, stop, chunk)

    def empty(self, start: int, stop: int) -> int:
        """Return how many of these slots are empty."""
        return sum(start <= hole < stop for hole in self._holes)

    def close_ranks(self) -> None:
        """Fill empty slots with the last ears. Only while no pass is on its way."""
        slots = self._slots
        count = len(self._slot_of)
        for hole in self._holes:
            if hole >= count:
                continue
            while (ear := slots.pop()) == EMPTY:
                pass
            slots[hole] = ear
            self._slot_of[ear] = hole
            self._entries.put(hole, ear)
        if self._holes:
            self._holes.clear()
            del slots[count:]
            self._entries.cut(count)
