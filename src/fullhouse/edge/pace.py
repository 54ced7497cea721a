"""A core: how many sends fit between two turns of the loop.

A slice cannot be broken off; so that joins and hang-ups never wait long, it is made as long as
sends have lately allowed.
"""

from typing import Final

SLICE_TIME: Final = 0.0015
"""Seconds that a slice should take: a third of what the loop may ever be held, because sends
differ, and hang-ups and joins come in the same turn."""
LEAST: Final = 32
MOST: Final = 1_024
_TELLING: Final = 16
"""Sends from which on a slice says something about the next."""


class Pace:
    """Learns from each slice."""

    def __init__(self) -> None:
        self._each = 8e-6

    @property
    def size(self) -> int:
        """Sends of the next slice."""
        return max(LEAST, min(MOST, int(SLICE_TIME / self._each)))

    def took(self, sends: int, seconds: float) -> None:
        """Take in how long a slice was: at once if it was slow, little by little if not."""
        if sends >= _TELLING:
            each = seconds / sends
            weight = 0.5 if each > self._each else 0.1
            self._each += (each - self._each) * weight
