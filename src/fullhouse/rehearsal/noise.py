"""A core: noise that says of itself which moment it is, and finding it in what was heard.

Noise between 300 and 3,800 Hz from a known seed survives speech codecs. Each 40 ms of what was
heard are looked for in it by normalised cross-correlation: first where the last one lets expect
them, now and then everywhere.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE

THIN: Final = 6
RATE: Final = SAMPLE_RATE // THIN
WINDOW: Final = RATE // 25
REACH: Final = RATE // 10
"""How far from where it is expected a window is looked for: 100 ms to each side."""
FOUND: Final = 0.4
"""Enough for one of two voices of the same loudness."""
PATIENCE: Final = 10
SILENCE: Final = 1e-3
"""RMS; -60 dBFS."""
TAPS: Final = 96


def coded_noise(seconds: float, seed: int, peak: float = 0.6) -> Pcm:
    """Return noise of this seed, 300 to 3,800 Hz, mono 48 kHz, that can be played in a circle."""
    count = int(seconds * SAMPLE_RATE)
    noise = np.random.default_rng(seed).standard_normal(count)
    spectrum = np.fft.rfft(noise)
    hertz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    spectrum[(hertz < 300) | (hertz > 3_800)] = 0
    band = np.fft.irfft(spectrum, count)
    pcm: Pcm = (band / np.abs(band).max() * peak).astype(np.float32)
    return pcm


class Thinner:
    """Takes every sixth sample of what lies below 4 kHz."""

    def __init__(self) -> None:
        at = np.arange(TAPS) - (TAPS - 1) / 2
        taps = np.sinc(at / THIN) * np.hamming(TAPS)
        self._taps = (taps / taps.sum()).astype(np.float32)
        self._rest: Pcm = np.zeros(TAPS - 1, np.float32)

    def feed(self, pcm: Pcm) -> Pcm:
        """Return the thinned sound that these samples complete."""
        rest = np.concatenate((self._rest, pcm))
        count = max(0, (len(rest) - TAPS + 1) // THIN)
        if not count:
            self._rest = rest
            return np.zeros(0, np.float32)
        used = count * THIN
        thin: Pcm = np.convolve(rest[: used + TAPS - 1], self._taps, "valid")[::THIN]
        self._rest = rest[used:]
        return thin[:count]


class Finder:
    """Looks for windows in noise that goes round in a circle."""

    def __init__(self, sent: Pcm) -> None:
        thinner = Thinner()
        thinner.feed(sent[-TAPS * THIN :])
        self._sent = thinner.feed(np.concatenate((sent, sent[: TAPS * THIN])))[: len(sent) // THIN]
        self.length = len(self._sent)
        self._spectrum = np.conj(np.fft.rfft(self._sent))
        around = np.concatenate((self._sent, self._sent[:WINDOW])).astype(np.float64) ** 2
        sums = np.concatenate(([0.0], np.cumsum(around)))
        self._energy: NDArray[np.float64] = np.sqrt(sums[WINDOW:] - sums[:-WINDOW])

    def near(self, window: Pcm, place: int) -> tuple[int, float]:
        """Return where around a place the window fits best, and how well: 1 for the same."""
        places = np.arange(place - REACH, place + REACH + WINDOW) % self.length
        cross = np.correlate(self._sent[places], window, "valid")
        return self._best(cross, places[: len(cross)], window)

    def anywhere(self, window: Pcm) -> tuple[int, float]:
        """Return where the window fits best of all."""
        spectrum = np.fft.rfft(window, self.length)
        cross = np.fft.irfft(np.conj(spectrum * self._spectrum), self.length)
        return self._best(cross, np.arange(self.length), window)

    def _best(
        self, cross: NDArray[Any], places: NDArray[np.int64], window: Pcm
    ) -> tuple[int, float]:
        own = float(np.sqrt((window.astype(np.float64) ** 2).sum()))
        scores = cross / (own * self._energy[places] + 1e-9)
        best = int(np.argmax(scores))
        return int(places[best]), float(scores[best])


@dataclass(slots=True)
class Hearing:
    """What one ear makes of what it hears.

    Attributes:
        windows, found: windows that were looked for, and those that were found.
        longest_silence: seconds.
        begins: where in time, seconds by the ear's clock and modulo the noise's length, the
            noise's first sample would have been heard; of each window that was found.
    """

    finder: Finder | None
    windows: int = 0
    found: int = 0
    longest_silence: float = 0.0
    begins: list[float] = field(default_factory=list)
    _thinner: Thinner = field(default_factory=Thinner)
    _rest: Pcm = field(default_factory=lambda: np.zeros(0, np.float32))
    _silent: int = 0
    _offset: int | None = None
    _missed: int = 0
    _at: int = 0

    def hear(self, pcm: Pcm, now: float) -> None:
        """Take in sound whose last sample came in at `now`."""
        thin = np.concatenate((self._rest, self._thinner.feed(pcm)))
        count = len(thin) // WINDOW
        for index in range(count):
            window = thin[index * WINDOW : (index + 1) * WINDOW]
            begin = now - (len(thin) - index * WINDOW) / RATE
            self._listen(window, begin)
        self._rest = thin[count * WINDOW :]

    def _listen(self, window: Pcm, begin: float) -> None:
        self._at += WINDOW
        quiet = float(np.sqrt((window**2).mean())) < SILENCE
        self._silent = self._silent + 1 if quiet else 0
        self.longest_silence = max(self.longest_silence, self._silent * WINDOW / RATE)
        if self.finder is not None:
            self._find(self.finder, window, begin)

    def _find(self, finder: Finder, window: Pcm, begin: float) -> None:
        place, score = 0, 0.0
        if self._offset is not None:
            place, score = finder.near(window, (self._at + self._offset) % finder.length)
        if score < FOUND and self._missed % PATIENCE == 0:
            place, score = finder.anywhere(window)
        self.windows += 1
        if score < FOUND:
            self._missed += 1
            return
        self.found += 1
        self._missed = 0
        self._offset = place - self._at
        if len(self.begins) < 10_000:
            self.begins.append((begin - place / RATE) % (finder.length / RATE))

    def forget_what_was(self) -> None:
        """Count windows anew: the noise had not begun."""
        self.windows = self.found = 0


def middle(begins: list[float], length: float) -> float | None:
    """Return the median of points on a circle of this length, or None for none."""
    if not begins:
        return None
    first = begins[0]
    around = [(begin - first + length / 2) % length - length / 2 for begin in begins]
    return (first + float(np.median(around))) % length
