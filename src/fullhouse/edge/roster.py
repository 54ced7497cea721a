"""A core: the ears of one stream, in slots that a pass can walk while ears come and go.

A pass gives one chunk to all who were there when it was made. Who joins later stands behind
its end; who leaves during it leaves an empty slot, so that a number that the system gives to
somebody else at once is not written to.
"""

from typing import Final

EMPTY: Final = -1


class Roster:
    """File descriptors of listeners, none twice."""

    def __init__(self) -> None:
        self._slots: list[int] = []
        self._slot_of: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._slot_of)

    def __contains__(self, ear: int) -> bool:
        return ear in self._slot_of

    @property
    def end(self) -> int:
        """The slot behind the last one: a pass that begins now ends here."""
        return len(self._slots)

    def add(self, ear: int) -> None:
        """Let an ear in, behind all others."""
        self._slot_of[ear] = len(self._slots)
        self._slots.append(ear)

    def remove(self, ear: int) -> bool:
        """Take an ear out; False if it was not in."""
        slot = self._slot_of.pop(ear, None)
        if slot is None:
            return False
        self._slots[slot] = EMPTY
        return True

    def between(self, start: int, end: int) -> list[int]:
        """Return the ears in these slots; empty ones are `EMPTY`."""
        return self._slots[start:end]

    def close_ranks(self) -> None:
        """Fill the empty slots. Only while no pass is on its way."""
        if len(self._slot_of) < len(self._slots):
            self._slots = list(self._slot_of)
            self._slot_of = {ear: slot for slot, ear in enumerate(self._slots)}
