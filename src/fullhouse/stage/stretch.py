"""A core: a little more or less sound in the same time, to follow a clock that is not ours.

A speaker's clock and ours differ by some parts in a million, and networks deliver early or
late. Two samples more or less in a frame (0.2 %) bring the waiting sound back to its measure,
and nobody hears it; a frame left out or put in would be heard.
"""

from typing import Final

import numpy as np

from fullhouse.media import Pcm
from fullhouse.units import FRAME_SAMPLES

LEAN_SAMPLES: Final = 2
"""How many samples a frame may give or take."""


def fit(pcm: Pcm) -> Pcm:
    """Return the same sound in 960 samples, by straight lines between its samples."""
    if len(pcm) == FRAME_SAMPLES:
        return pcm
    places = np.arange(FRAME_SAMPLES) * ((len(pcm) - 1) / (FRAME_SAMPLES - 1))
    return np.asarray(np.interp(places, np.arange(len(pcm)), pcm), np.float32)


class Leaning:
    """Decides whether to hurry or to dawdle, from how much sound waited at the least.

    Args:
        low, high: hurry if at least `high` frames always waited, dawdle if at some moment no
            more than `low` did.
        window: how many frames to watch before deciding.
    """

    def __init__(self, low: int, high: int, window: int) -> None:
        self._low, self._high, self._window = low, high, window
        self._least: int | None = None
        self._seen = 0
        self._lean = 0

    def watch(self, waiting: int) -> int:
        """Take how many frames wait; return by how many samples the next frame shall lean."""
        self._least = waiting if self._least is None else min(self._least, waiting)
        self._seen += 1
        if self._seen >= self._window:
            hurry, dawdle = self._least >= self._high, self._least <= self._low
            self._lean = LEAN_SAMPLES if hurry else -LEAN_SAMPLES if dawdle else 0
            self._least, self._seen = None, 0
        return self._lean

    def reset(self) -> None:
        """Forget what was watched: the sound has stopped."""
        self._least, self._seen, self._lean = None, 0, 0
