"""A core: sound laid out as a loop of whole parts, whose end runs into its beginning."""

import math
from typing import Final

import numpy as np

from fullhouse.media import Pcm
from fullhouse.units import PART_SAMPLES, SAMPLE_RATE

LEAST_FADE: Final = SAMPLE_RATE // 10
"""Shorter than 0.1 s, a crossfade is heard as a stumble."""
LEAST_SAMPLES: Final = 2 * SAMPLE_RATE
"""What is shorter would rather be a noise than a hold."""


def loop_of(pcm: Pcm) -> Pcm:
    """Return a loop of whole parts: the end fades out while the beginning fades in.

    The crossfade takes 0.1 to 0.42 s, whatever is over after whole parts. Both together are as
    loud as either: the fades follow from how much the two pieces are alike.

    Args:
        pcm: at least `LEAST_SAMPLES` long; its beginning is overwritten.
    """
    length = (len(pcm) - LEAST_FADE) // PART_SAMPLES * PART_SAMPLES
    fade = len(pcm) - length
    head, tail = pcm[:fade], pcm[length:]
    at = np.linspace(0.0, np.pi / 2, fade)
    rising, falling = np.sin(at), np.cos(at)
    # Two equal sounds add up to 3 dB more than two that have nothing in common.
    together = np.sqrt(1 + 2 * rising * falling * _likeness(head, tail))
    head[:] = (rising * head + falling * tail) / together
    return pcm[:length]


def _likeness(one: Pcm, other: Pcm) -> float:
    """Return 1 for two pieces that are the same, 0 for two that have nothing in common."""
    energies = float(np.dot(one, one)) * float(np.dot(other, other))
    if energies <= 0:
        return 0.0
    return min(1.0, max(0.0, float(np.dot(one, other)) / math.sqrt(energies)))
