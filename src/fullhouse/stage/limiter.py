"""A core: keeps a mix below full scale by turning it down as a whole, so that it does not pump.

What is too loud turns the gain down at once; it comes back slowly, and not before a while has
passed, so that a burst of sound does not make everything else breathe. What passes the ceiling
while the gain still moves is bent, not cut.
"""

from typing import Final

import numpy as np

from fullhouse.media import Pcm
from fullhouse.units import FRAME_SAMPLES

CEILING: Final = 0.9
"""Up to here (-0.9 dBFS) sound passes unchanged, sample for sample."""
ATTACK_SAMPLES: Final = 120
"""The gain takes at least so long to fall, or it would click."""
HOLD_FRAMES: Final = 15
"""The gain stays down for so long: 0.3 s, longer than the pauses between syllables."""
RELEASE: Final = 1.01
"""How much the gain may rise again per frame: 6 dB in 1.4 seconds."""


class Limiter:
    """One mix's limiter.

    Args:
        gain: where it begins, if it takes over from another one.
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain
        self._holds = 0

    def limit(self, pcm: Pcm) -> Pcm:
        """Return the next frame, each sample in -1.0 to 1.0; the same if nothing is too loud."""
        size = np.abs(pcm)
        peak = float(size.max())
        wanted = CEILING / peak if peak > CEILING else 1.0
        if wanted >= self.gain == 1.0:
            return pcm
        before, length = self.gain, int(FRAME_SAMPLES)
        if wanted <= before:
            first = int(np.argmax(size * np.float32(before) > CEILING))
            length = max(ATTACK_SAMPLES, first)
            self.gain, self._holds = wanted, HOLD_FRAMES
        elif self._holds:
            self._holds -= 1
        else:
            self.gain = min(wanted, before * RELEASE)
        return soft_clip(pcm * ramp(before, self.gain, length))


def ramp(before: float, after: float, length: int = FRAME_SAMPLES) -> Pcm:
    """Return a frame of gains: from `before` to `after` in `length` samples, then `after`."""
    gains = np.full(FRAME_SAMPLES, after, np.float32)
    if before != after:
        gains[:length] = np.linspace(before, after, length, dtype=np.float32)
    return gains


def soft_clip(pcm: Pcm) -> Pcm:
    """Bend what is above the ceiling so that nothing passes full scale; leave the rest alone."""
    size = np.abs(pcm)
    if float(size.max()) <= CEILING:
        return pcm
    room = np.float32(1.0 - CEILING)
    bent = np.float32(CEILING) + room * np.tanh((size - np.float32(CEILING)) / room)
    return np.where(size > CEILING, np.copysign(bent, pcm), pcm).astype(np.float32)
