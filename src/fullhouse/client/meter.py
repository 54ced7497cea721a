"""A core: how loud it is now, for people who watch a level meter."""

import math
from typing import Final

import numpy as np

from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE

NOTHING_DB: Final = -100.0
SPAN: Final = SAMPLE_RATE // 5


class Meter:
    """The level of the last 200 ms, and of all there was."""

    def __init__(self) -> None:
        self._recent: list[tuple[int, float]] = []
        self._samples = 0
        self._energy = 0.0

    def add(self, pcm: Pcm) -> None:
        """Take what was just heard."""
        energy = float(np.dot(pcm, pcm))
        self._samples += len(pcm)
        self._energy += energy
        self._recent.append((len(pcm), energy))
        while sum(size for size, _ in self._recent[1:]) >= SPAN:
            self._recent.pop(0)

    @property
    def now_db(self) -> float:
        """Return dBFS RMS of the last 200 ms."""
        return _db(sum(energy for _, energy in self._recent), sum(n for n, _ in self._recent))

    @property
    def whole_db(self) -> float:
        """Return dBFS RMS of everything."""
        return _db(self._energy, self._samples)


def _db(energy: float, samples: int) -> float:
    mean = energy / samples if samples else 0.0
    return max(NOTHING_DB, 10 * math.log10(mean)) if mean > 1e-10 else NOTHING_DB


def bar(db: float, width: int, floor: float = -60.0) -> int:
    """Return how many of `width` places a meter fills."""
    return round(width * min(1.0, max(0.0, 1 - db / floor)))
