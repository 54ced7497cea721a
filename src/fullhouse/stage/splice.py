"""A core: a little less or more of a sound, joined where it fits best.

Speech and noise repeat themselves from one moment to the next. Some milliseconds can be taken
out, or played twice, where what comes after looks most like what comes now; a short cross-fade
makes the join without a step, and pitch stays what it was.
Source: W. Verhelst, M. Roelands: An overlap-add technique based on waveform similarity (WSOLA),
ICASSP 1993.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fullhouse.media import Pcm

SHORTEST: Final = 120
"""2.5 ms: less is not worth a join."""
LONGEST: Final = 600
"""12.5 ms: one period of the deepest voice."""
OVERLAP: Final = 240
"""5 ms."""
THIN: Final = 4
"""The best match is looked for at every fourth sample first."""
_RISING: Final = (np.arange(OVERLAP, dtype=np.float32) + np.float32(0.5)) / np.float32(OVERLAP)
_FALLING: Final = np.float32(1.0) - _RISING


def shorten(pcm: Pcm, most: int) -> Pcm:
    """Return the sound without 2.5 to 12.5 ms near its beginning, `most` samples at the most.

    Nothing is taken from a sound that is too short, or if `most` is less than 2.5 ms.
    """
    most = min(most, LONGEST, len(pcm) - OVERLAP)
    if most < SHORTEST:
        return pcm
    lag = best_lag(pcm, most)
    join = pcm[:OVERLAP] * _FALLING + pcm[lag : lag + OVERLAP] * _RISING
    return np.concatenate((join, pcm[lag + OVERLAP :]))


def lengthen(pcm: Pcm, most: int) -> Pcm:
    """Return the sound with 2.5 to 12.5 ms near its beginning played twice.

    Nothing is added to a sound that is too short, or if `most` is less than 2.5 ms.
    """
    most = min(most, LONGEST, len(pcm) - OVERLAP)
    if most < SHORTEST:
        return pcm
    lag = best_lag(pcm, most)
    join = pcm[lag : lag + OVERLAP] * _FALLING + pcm[:OVERLAP] * _RISING
    return np.concatenate((pcm[:lag], join, pcm[OVERLAP:]))


def best_lag(pcm: Pcm, most: int) -> int:
    """Return by how many samples later, from 120 to `most`, the sound is most like its start."""
    likeness = _likeness(pcm[: most + OVERLAP : THIN], SHORTEST // THIN, OVERLAP // THIN)
    near = SHORTEST + THIN * int(likeness.argmax())
    first, last = max(SHORTEST, near - THIN + 1), min(most, near + THIN - 1)
    fine = _likeness(pcm[: last + OVERLAP], first, OVERLAP)
    return first + int(fine.argmax())


def _likeness(pcm: Pcm, first: int, size: int) -> NDArray[np.float32]:
    """Return for each lag from `first` on how alike the sound there is to its start, up to 1."""
    there = pcm[first:]
    cross = np.correlate(there, pcm[:size], "valid")
    energy = np.convolve(there * there, np.ones(size, np.float32), "valid")
    return np.asarray(cross / np.sqrt(np.maximum(energy, np.float32(1e-9))), np.float32)
