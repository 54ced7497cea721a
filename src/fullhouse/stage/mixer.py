"""A core: many voices into one frame, without a click and without a clipped sample.

Voices come and go over 10 ms. A mix that would pass full scale is turned down as a whole, so
that everyone keeps their place in it; what still passes while the gain moves is bent, not cut.
"""

from collections.abc import Mapping, Set
from typing import Final

import numpy as np

from fullhouse.media import Pcm
from fullhouse.units import FRAME_SAMPLES

FADE_SAMPLES: Final = 480
"""10 ms."""
_FADE_IN: Final = np.concatenate(
    (
        np.linspace(0.0, 1.0, FADE_SAMPLES, dtype=np.float32),
        np.ones(FRAME_SAMPLES - FADE_SAMPLES, dtype=np.float32),
    )
)
_FADE_OUT: Final = np.float32(1.0) - _FADE_IN

CEILING: Final = 0.9
"""Up to here (-0.9 dBFS) a mix passes unchanged, sample for sample."""
ATTACK_SAMPLES: Final = 120
RELEASE: Final = 1.03
"""How much the gain may rise again per frame: 6 dB in half a second."""


class FrameShapeError(ValueError):
    """A voice is not 960 samples long."""


class Mixer:
    """The mix of one room: knows who was in the last frame, and how far it is turned down."""

    def __init__(self) -> None:
        self._last: dict[str, Pcm] = {}
        self._gain = 1.0

    def mix(self, voices: Mapping[str, Pcm], muted: Set[str] = frozenset()) -> Pcm:
        """Sum voices into one frame that never passes full scale.

        Args:
            voices: by seat, 960 samples each. May be empty: a silent room still ticks. A seat
                that was in the last frame and is not in this one leaves with a fade.
            muted: seats that are not heard, whatever they send.

        Returns:
            float32, 960 samples, each in -1.0 to 1.0.

        Raises:
            FrameShapeError: a voice is not 960 samples long.
        """
        total = np.zeros(FRAME_SAMPLES, np.float32)
        heard: dict[str, Pcm] = {}
        for seat, pcm in voices.items():
            if pcm.shape != (FRAME_SAMPLES,):
                raise FrameShapeError(f"{seat}: a frame of shape {pcm.shape}")
            if seat not in muted:
                heard[seat] = pcm
                total += pcm if seat in self._last else pcm * _FADE_IN
            elif seat in self._last:
                total += pcm * _FADE_OUT
        for seat in self._last.keys() - voices.keys():
            total += _mirrored(self._last[seat])
        self._last = heard
        return self._limited(total)

    def _limited(self, total: Pcm) -> Pcm:
        peak = float(np.abs(total).max())
        wanted = min(1.0, CEILING / peak) if peak > CEILING else 1.0
        wanted = min(wanted, self._gain * RELEASE)
        if wanted == self._gain == 1.0:
            return total
        length = ATTACK_SAMPLES if wanted < self._gain else FRAME_SAMPLES
        gains = np.full(FRAME_SAMPLES, wanted, np.float32)
        gains[:length] = np.linspace(self._gain, wanted, length, dtype=np.float32)
        self._gain = wanted
        return soft_clip(total * gains)


def _mirrored(last: Pcm) -> Pcm:
    """Return an end for a voice that is gone: its last frame played back into silence.

    There is no sound to fade out any more; the mirror joins on without a step.
    """
    return last[::-1] * _FADE_OUT


def soft_clip(pcm: Pcm) -> Pcm:
    """Bend what is above the ceiling so that nothing reaches full scale; leave the rest alone."""
    size = np.abs(pcm)
    if float(size.max()) <= CEILING:
        return pcm
    room = np.float32(1.0 - CEILING)
    bent = np.float32(CEILING) + room * np.tanh((size - np.float32(CEILING)) / room)
    return np.where(size > CEILING, np.copysign(bent, pcm), pcm).astype(np.float32)
