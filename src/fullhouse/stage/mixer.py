"""A core: many voices into one frame for everybody, and one for each without their own.

Each of these mixes has a limiter of its own: nobody hears from its moves that they spoke.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fullhouse.media import Pcm
from fullhouse.stage.limiter import Limiter
from fullhouse.units import FRAME_SAMPLES


class FrameShapeError(ValueError):
    """A voice is not 960 samples long."""


class Mix:
    """One frame of a room. Made by `Mixer.mix`, good for that tick only.

    Attributes:
        pcm: everybody: 960 samples, each in -1.0 to 1.0.
    """

    def __init__(self, voices: Mapping[str, Pcm], limiters: "_Limiters") -> None:
        self._voices = voices
        self._limiters = limiters
        # In 64 bits, so that a voice goes out of the sum again without leaving a trace.
        self._total: NDArray[np.float64] = np.zeros(FRAME_SAMPLES)
        for voice in voices.values():
            self._total += voice
        self._without: dict[str, Pcm] = {}
        self.pcm = limiters.everybody.limit(self._total.astype(np.float32))

    def without(self, seat: str) -> Pcm:
        """Return everybody but this seat; everybody, if it has no voice on this stage."""
        if seat not in self._without:
            own = self._voices.get(seat)
            others = self._total if own is None else self._total - own
            limiter = self._limiters.of(seat)
            self._without[seat] = limiter.limit(others.astype(np.float32))
        return self._without[seat]


class _Limiters:
    """The limiters of one room's mixes; those that are not asked for in a tick are forgotten."""

    def __init__(self) -> None:
        self.everybody: Final = Limiter()
        self._now: dict[str, Limiter] = {}
        self._before: dict[str, Limiter] = {}
        self._gain = 1.0

    def tick(self) -> None:
        self._before, self._now = self._now, {}
        self._gain = self.everybody.gain

    def of(self, seat: str) -> Limiter:
        """Return a return's limiter; a new one goes on from where everybody's was."""
        self._now[seat] = self._before.get(seat) or Limiter(self._gain)
        return self._now[seat]


class Mixer:
    """The mixes of one room."""

    def __init__(self) -> None:
        self._limiters = _Limiters()

    def mix(self, voices: Mapping[str, Pcm]) -> Mix:
        """Take the next frame of every voice.

        Args:
            voices: by seat, 960 samples each. May be empty: a silent room still ticks.

        Raises:
            FrameShapeError: a voice is not 960 samples long.
        """
        for seat, pcm in voices.items():
            if pcm.shape != (FRAME_SAMPLES,):
                raise FrameShapeError(f"{seat}: a frame of shape {pcm.shape}")
        self._limiters.tick()
        return Mix(voices, self._limiters)
