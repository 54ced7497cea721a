"""A core: very many measurements in little room: how many fell into each step of 2 %.

What a process has counted goes to the parent as steps and counts, and is added up there.
"""

import math
from collections.abc import Mapping
from typing import Final, Self

from fullhouse.rehearsal.findings import QUANTILES, Spread

LEAST: Final = 1e-4
"""Seconds; all that is shorter falls into the first step."""
_STEP: Final = math.log(1.02)

Told = tuple[Mapping[str, int], float]
"""Counts by step, and the largest measurement: what JSON can carry."""


class Tally:
    """Counts measurements by size."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self.most = 0.0

    def add(self, measured: float, count: int = 1) -> None:
        """Count a measurement."""
        step = 0 if measured <= LEAST else int(math.log(measured / LEAST) / _STEP) + 1
        self._counts[step] = self._counts.get(step, 0) + count
        self.most = max(self.most, measured)

    def take(self) -> Told:
        """Return what has been counted since the last time, and forget it."""
        told = {str(step): count for step, count in self._counts.items()}, self.most
        self._counts, self.most = {}, 0.0
        return told

    def put(self, told: Told) -> Self:
        """Add what another has counted."""
        counts, most = told
        for step, count in counts.items():
            number = int(step)
            self._counts[number] = self._counts.get(number, 0) + count
        self.most = max(self.most, most)
        return self

    def spread(self) -> Spread:
        """Return how the measurements are spread; exact to a percent, the largest exactly."""
        count = sum(self._counts.values())
        if not count:
            return Spread()
        ranks = [min(count - 1, int(q * count)) for q in QUANTILES]
        p50, p95, p99 = (self._at(rank) for rank in ranks)
        return Spread(count, p50, p95, p99, self.most)

    def _at(self, rank: int) -> float:
        before = 0
        for step in sorted(self._counts):
            before += self._counts[step]
            if before > rank:
                return min(self.most, _middle(step))
        return self.most


def _middle(step: int) -> float:
    """Return what a step stands for."""
    return 0.0 if step == 0 else LEAST * math.exp((step - 0.5) * _STEP)
