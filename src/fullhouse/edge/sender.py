"""A shell: writes one chunk to many sockets.

What a listener costs is the system call, not the bytes in it; a plain loop around `os.write`
comes within a tenth of the same loop in C. A faster one may stand behind the same interface.
"""

import os
from collections.abc import Sequence
from typing import Final, Protocol

from fullhouse.edge.roster import EMPTY

GONE: Final = -1
"""In the place of a count of bytes: the other side is not there any more."""


class Sender(Protocol):
    """Something that can write to many sockets at once."""

    def send(self, ears: Sequence[int], chunk: bytes) -> list[tuple[int, int]]:
        """Write `chunk` to each of `ears`, file descriptors that do not block; skip `EMPTY` ones.

        Returns:
            those who did not take all of it, with the bytes that they took, or `GONE`.
        """
        ...


class WriteSender:
    """One `write` after the other."""

    def send(self, ears: Sequence[int], chunk: bytes) -> list[tuple[int, int]]:
        size = len(chunk)
        short = []
        for ear in ears:
            if ear == EMPTY:
                continue
            taken = write(ear, chunk)
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
