"""A core: one seat's channel strip: what a speaker sends, made fit for the mix.

No speaker's sound may spoil the others': what is no number is silence, an offset (DC) is taken
off, what is far too loud is turned down before it meets anybody else. Voices come and go over
10 ms, so that nobody hears a click. Ordinary speech passes sample for sample.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from fullhouse.media import Pcm
from fullhouse.stage.level import decibels, power
from fullhouse.stage.limiter import Limiter, ramp
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

FULL_SCALE: Final = 0.999
"""Samples beyond this are clipped."""


LOUDEST: Final = 10 ** (-12 / 10)
"""Mean square that a voice may keep up: -12 dBFS RMS, which clean speech hardly reaches."""
_TOO_LOUD: Final = 0.25
"""No clean speech has a frame with half of full scale as RMS: that is turned down at once."""
_SLOWLY, _AT_ONCE = 0.025, 0.4
"""How much a frame counts in the average: 0.8 seconds, or 40 ms."""

_HARMLESS: Final = 0.01
"""So small an offset may stay: speech itself has as much from frame to frame."""


class _Offset:
    """Takes off what is constant in a voice (DC): it cannot be heard, but it takes room."""

    def __init__(self) -> None:
        self._mean = 0.0

    def removed(self, pcm: Pcm, mean_square: float, fresh: bool) -> Pcm:
        """Return the frame without its offset.

        Args:
            fresh: no sound came just before this frame.
        """
        mean = float(pcm.mean())
        before = self._tolerated()
        if mean * mean > mean_square / 2:
            self._mean += (mean - self._mean) * (1.0 if fresh else 0.5)
            before = self._tolerated() if fresh else before
        else:
            self._mean += (mean - self._mean) * 0.04
        after = self._tolerated()
        return pcm if before == after == 0.0 else np.clip(pcm - ramp(before, after), -1.0, 1.0)

    def _tolerated(self) -> float:
        return self._mean - min(_HARMLESS, max(-_HARMLESS, self._mean))


class _Loudness:
    """Keeps one voice from being far louder than the others."""

    def __init__(self) -> None:
        self._average = 0.0

    def gain(self, mean_square: float) -> float:
        """Take a frame's power; return the gain, 1 at the most."""
        share = _AT_ONCE if mean_square > _TOO_LOUD else _SLOWLY
        self._average += (mean_square - self._average) * share
        return min(1.0, math.sqrt(LOUDEST / self._average)) if self._average > LOUDEST else 1.0


@dataclass(slots=True)
class _Second:
    """What was counted since it was asked last."""

    frames: int = 0
    power: float = 0.0
    clipped: int = 0


class Strip:
    """One seat's way to the mix.

    Attributes:
        power: mean square of the last frame at its gain; 0 for nothing.
        broken: frames that held something that is no number.
    """

    def __init__(self) -> None:
        self.power = 0.0
        self.broken = 0
        self._offset = _Offset()
        self._loudness = _Loudness()
        self._limiter = Limiter()
        self._gain: float | None = None
        self._last: Pcm | None = None
        self._second = _Second()

    def take(self, pcm: Pcm | None, muted: bool, gain_db: float) -> Pcm | None:
        """Take the next 960 samples, or None for nothing; return what goes into the mix."""
        pcm = self._cleaned(pcm)
        if pcm is not None:
            pcm = self._limiter.limit(self._levelled(pcm, 10 ** (gain_db / 20)))
        return self._faded(pcm, muted)

    def end(self) -> Pcm | None:
        """Return the end of a voice whose speaker is gone."""
        return self._faded(None, muted=False)

    def second(self) -> tuple[float, float]:
        """Return level in dBFS RMS as it came, and share of clipped samples, since asked last."""
        second, self._second = self._second, _Second()
        frames = max(1, second.frames)
        return decibels(second.power / frames), second.clipped / (frames * FRAME_SAMPLES)

    def _cleaned(self, pcm: Pcm | None) -> Pcm | None:
        """Return the frame in -1.0 to 1.0 and without its offset; note its power."""
        self._second.frames += 1
        self.power = 0.0
        if pcm is None:
            return None
        peak = float(np.abs(pcm).max())
        if not math.isfinite(peak):
            self.broken += 1
            self._second.clipped += FRAME_SAMPLES
            return None
        if peak >= FULL_SCALE:
            self._second.clipped += int(np.count_nonzero(np.abs(pcm) >= FULL_SCALE))
            pcm = np.clip(pcm, -1.0, 1.0)
        came, self.power = pcm, power(pcm)
        pcm = self._offset.removed(came, self.power, fresh=self._last is None)
        self.power = self.power if pcm is came else power(pcm)
        self._second.power += self.power
        return pcm

    def _levelled(self, pcm: Pcm, wanted: float) -> Pcm:
        """Return the frame at its gain, but no louder than a voice should be."""
        self.power *= wanted * wanted
        after = wanted * self._loudness.gain(self.power)
        before, self._gain = after if self._gain is None else self._gain, after
        if before != after:
            return pcm * ramp(before, after)
        return pcm if after == 1.0 else pcm * np.float32(after)

    def _faded(self, pcm: Pcm | None, muted: bool) -> Pcm | None:
        last, self._last = self._last, None if muted else pcm
        if pcm is None:
            # No sound is left that could fade. What was last, played back, joins without a step.
            return None if last is None else last[::-1] * _FADE_OUT
        if muted:
            return None if last is None else pcm * _FADE_OUT
        return pcm * _FADE_IN if last is None else pcm
