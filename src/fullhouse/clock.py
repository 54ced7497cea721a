"""A shell: the one place that reads clocks.

The wall clock is read once; from then on the monotonic clock counts. A wall clock that is set
back or forth while we run changes nothing.
"""

import time

from fullhouse.units import Micros


class Clock:
    """Unix time that never jumps after the clock was made."""

    def __init__(self) -> None:
        self._offset = time.time_ns() // 1000 - time.monotonic_ns() // 1000

    def now(self) -> Micros:
        """Return unix µs: the wall clock at the making, counted on monotonically since."""
        return Micros(time.monotonic_ns() // 1000 + self._offset)
