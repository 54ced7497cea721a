"""A core: when a part is overdue, told from the rhythm in which parts have been arriving.

The deadline follows the arrivals on this edge and not its wall clock alone, so that a clock
that is wrong here or on the stage mutes nobody.
"""

from collections import deque
from statistics import median_low
from typing import Final

from fullhouse.programme.timeline import starts_at
from fullhouse.units import PART_MICROS, Micros, PartNumber

REMEMBERED: Final = 15
"""Arrivals that the rhythm is taken from: 4.8 s, so that a burst of late ones moves nothing."""
PATIENCE: Final = Micros(200_000)
"""How much later than its rhythm a part may come."""
SKEW_BOUND: Final = Micros(5_000_000)
"""Clocks that are further apart than this are not made up for."""


class Rhythm:
    """How much later than the timeline says the parts of one room arrive."""

    def __init__(self) -> None:
        self._delays: deque[int] = deque(maxlen=REMEMBERED)
        self._skew = 0

    def arrived(self, epoch: Micros, number: PartNumber, now: Micros) -> None:
        """Take note of an arrival, in time or not."""
        self._delays.append(now - starts_at(epoch, PartNumber(number + 1)))
        self._skew = median_low(self._delays)

    @property
    def skew(self) -> Micros:
        """The median delay against the end of the part; 0 before the first arrival."""
        return Micros(self._skew)

    def _allowance(self) -> int:
        return max(-SKEW_BOUND, min(SKEW_BOUND, self._skew)) + PATIENCE

    def deadline(self, epoch: Micros, number: PartNumber) -> Micros:
        """Return the time at which `number` is no longer waited for."""
        return Micros(starts_at(epoch, PartNumber(number + 1)) + self._allowance())

    def due(self, epoch: Micros, now: Micros) -> PartNumber:
        """Return the first part whose deadline lies after `now`."""
        return PartNumber(max(0, (now - self._allowance() - epoch) // PART_MICROS))
