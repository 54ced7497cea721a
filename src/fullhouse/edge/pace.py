"""A core: how many sends one step takes.

A turn ends with the first step that makes it too long, and a step cannot be broken off; so that
joins and hang-ups never wait long, a step is made as short as sends have lately allowed.
"""

from typing import Final

STEP_TIME: Final = 0.0008
"""Seconds that a step should take."""
LEAST: Final = 16
MOST: Final = 512
_TELLING: Final = 16
"""Sends from which on a step says something about the next."""


class Pace:
    """Learns from each step."""

    def __init__(self) -> None:
        self._each = 8e-6

    @property
    def size(self) -> int:
        """Sends of the next step."""
        return max(LEAST, min(MOST, int(STEP_TIME / self._each)))

    def took(self, sends: int, seconds: float) -> None:
        """Take in how long a step was: at once if it was slow, little by little if not."""
        if sends >= _TELLING:
            each = seconds / sends
            weight = 0.5 if each > self._each else 0.1
            self._each += (each - self._each) * weight
