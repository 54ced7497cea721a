"""A core: one seat's channel strip: what a speaker sends, made fit for the mix.

Voices come and go over 10 ms, so that nobody hears a click.
"""

from typing import Final

import numpy as np

from fullhouse.media import Pcm
from fullhouse.stage.limiter import ramp
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


class Strip:
    """One seat's way to the mix."""

    def __init__(self) -> None:
        self._gain: float | None = None
        self._last: Pcm | None = None

    def take(self, pcm: Pcm | None, muted: bool, gain_db: float) -> Pcm | None:
        """Take the next 960 samples, or None for nothing; return what goes into the mix."""
        after = float(10 ** (gain_db / 20))
        before = after if self._gain is None else self._gain
        self._gain = after
        if pcm is not None and before == after != 1.0:
            pcm = pcm * np.float32(after)
        elif pcm is not None and before != after:
            pcm = pcm * ramp(before, after)
        return self._faded(pcm, muted)

    def end(self) -> Pcm | None:
        """Return the end of a voice whose speaker is gone."""
        return self._faded(None, muted=False)

    def _faded(self, pcm: Pcm | None, muted: bool) -> Pcm | None:
        last, self._last = self._last, None if muted else pcm
        if pcm is None:
            # No sound is left that could fade. What was last, played back, joins without a step.
            return None if last is None else last[::-1] * _FADE_OUT
        if muted:
            return None if last is None else pcm * _FADE_OUT
        return pcm * _FADE_IN if last is None else pcm
