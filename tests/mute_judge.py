"""Finds a known voice in a mix in which it should not be.

It is looked for at each moment, over three lengths: the shorter the window, the shorter a leak
may be; the longer, the softer. By chance alone noise hardly ever looks so much like other noise:
`THERE` is so chosen that in a hundred hours nothing is found that is not there. What can be
found, and what cannot, is in test_mute_judge.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fullhouse.media import Pcm
from tests.coded_noise import RATE, thinned

SHORT: Final = 0.04
MIDDLE: Final = 0.08
LONG: Final = 0.32
"""Seconds in which a voice is looked for."""
THERE: Final = {SHORT: 0.44, MIDDLE: 0.32, LONG: 0.165}
"""The correlation from which it is there. Noise has n = 7,000 degrees of freedom a second; the
chance of a correlation r is about (1 - r²)^(n/2) at each of the 6,000 places that are tried."""
STEP: Final = {SHORT: 0.02, MIDDLE: 0.04, LONG: 0.16}
LATE: Final = 0.7
EARLY: Final = 0.05
"""So much later, or earlier, than it was said, a voice may be in the mix."""
_BLOCK: Final = round(0.16 * RATE)
_NEXT_TO_NOTHING: Final = 1e-6
"""Mean square of -60 dBFS: less is what a codec makes of silence."""

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Score:
    """How much of a voice is in so many seconds of a mix.

    Attributes:
        at: seconds since the mix began.
        delay: so much later than it was said, where it fits best.
    """

    at: float
    seconds: float
    score: float
    delay: float

    @property
    def there(self) -> bool:
        """Whether the voice is in it."""
        return self.score > THERE[self.seconds]


class Voice:
    """A known noise, said over and over.

    Args:
        noise: one round of it.
        began: seconds in the mix at which a round began; any.
    """

    def __init__(self, noise: Pcm, began: float) -> None:
        self._noise = thinned(noise)
        self._began = round(began * RATE)

    def said(self, first: int, last: int) -> Pcm:
        """Return what was said between two moments in the mix, in its thinned samples."""
        places = np.arange(first - self._began, last - self._began) % len(self._noise)
        return self._noise[places]


class Mix:
    """What was heard, ready to be searched. Mono, 48 kHz."""

    def __init__(self, pcm: Pcm) -> None:
        self._thin = thinned(pcm)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self._thin) / RATE

    def look_for(self, voice: Voice, spans: Sequence[Span], seconds: float) -> Iterator[Score]:
        """Yield how much of a voice is in each window that lies within one of the spans."""
        size, step = round(seconds * RATE), round(STEP[seconds] * RATE)
        for begin, end in spans:
            first = -(-max(0, round(begin * RATE)) // step) * step
            last = round(min(end * RATE, len(self._thin))) - size
            for block in range(first, last + 1, _BLOCK):
                places = np.arange(block, min(block + _BLOCK, last + 1), step)
                yield from self._in_block(voice, places, seconds, size)

    def _in_block(
        self, voice: Voice, places: NDArray[np.int_], seconds: float, size: int
    ) -> Iterator[Score]:
        windows = self._thin[places[:, None] + np.arange(size)]
        own = np.einsum("ij,ij->i", windows, windows, dtype=np.float64)
        loud = own > size * _NEXT_TO_NOTHING
        best, scores = np.zeros(len(places), int), np.zeros(len(places))
        begin = int(places[0]) - round(LATE * RATE)
        if loud.any():
            said = voice.said(begin, int(places[-1]) + size + round(EARLY * RATE))
            best[loud], scores[loud] = _best(said, windows[loud], own[loud])
        for place, where, score in zip(places, best, scores, strict=True):
            delay = (int(place) - begin - int(where)) / RATE
            yield Score(int(place) / RATE, seconds, float(score), delay)


def _best(
    said: Pcm, windows: NDArray[np.float32], own: NDArray[np.float64]
) -> tuple[NDArray[np.int_], NDArray[np.float64]]:
    """Return where in `said` each window fits best, and how well: 1 for the same sound."""
    size, whole = windows.shape[1], _fast(len(said))
    energy = np.concatenate([[0.0], np.cumsum(said.astype(np.float64) ** 2)])
    there = np.sqrt(np.maximum(energy[size:] - energy[:-size], 1e-9)).astype(np.float32)
    spectra = np.fft.rfft(said, whole) * np.conj(np.fft.rfft(windows, whole, axis=1))
    cross = np.fft.irfft(spectra, whole, axis=1)[:, : len(there)] / there
    best = np.argmax(cross, axis=1)
    return best, cross[np.arange(len(windows)), best] / np.sqrt(own)


def _fast(length: int) -> int:
    """Return the next length of which a Fourier transform is quick."""
    power = 1 << (length - 1).bit_length()
    return power * 3 // 4 if power * 3 // 4 >= length else power


def leaks(mix: Mix, voice: Voice, muted: Sequence[Span]) -> list[Score]:
    """Return where a voice is in the mix, softly or for a moment, though it was muted then."""
    found = (score for seconds in THERE for score in mix.look_for(voice, muted, seconds))
    return sorted((score for score in found if score.there), key=lambda score: score.at)
