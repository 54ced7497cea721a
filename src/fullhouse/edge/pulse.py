"""A shell: notices how long the event loop is kept from its work."""

from asyncio import AbstractEventLoop
from collections import deque
from itertools import islice
from typing import Final

BEAT: Final = 0.1
KEPT: Final = 600
"""Beats, one minute."""
LATELY: Final = 10


class Pulse:
    """Beats ten times a second, and remembers by how much it was late."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._late: deque[float] = deque(maxlen=KEPT)
        self._due = loop.time() + BEAT
        self._timer = loop.call_at(self._due, self._beat)

    def _beat(self) -> None:
        now = self._loop.time()
        self._late.append(max(0.0, now - self._due))
        self._due = now + BEAT
        self._timer = self._loop.call_at(self._due, self._beat)

    def longest(self) -> float:
        """Return the longest halt of the last minute, in seconds."""
        return max(self._late, default=0.0)

    def lag(self) -> float:
        """Return by how many seconds it was late on average in the last second, until now."""
        overdue = max(0.0, self._loop.time() - self._due)
        recent = [*islice(reversed(self._late), LATELY - 1), overdue]
        return sum(recent) / len(recent)

    def close(self) -> None:
        """Beat no more."""
        self._timer.cancel()
