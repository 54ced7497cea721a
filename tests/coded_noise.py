"""Coded noise: sound that says of itself which moment it is.

Noise between 300 and 3,800 Hz from a known seed survives speech codecs; cross-correlation then
finds where each 40 ms window of what was heard stands in what was sent.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE

WINDOW = 1920
HOP = 480
FOUND = 0.5
AMONG_OTHERS = 0.35
"""Enough for one of three voices of the same loudness."""
PATIENCE = 10
"""After so many windows that are nowhere, only every tenth is looked for everywhere."""
THIN = 6
RATE = SAMPLE_RATE // THIN
REACH = 800


def coded_noise(seconds: float, seed: int = 7, peak: float = 0.7) -> Pcm:
    """Return noise of this seed: 300 to 3,800 Hz, mono 48 kHz."""
    count = int(seconds * SAMPLE_RATE)
    noise = np.random.default_rng(seed).standard_normal(count)
    spectrum = np.fft.rfft(noise)
    hertz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    spectrum[(hertz < 300) | (hertz > 3800)] = 0
    band = np.fft.irfft(spectrum, count)
    pcm: Pcm = (band / np.abs(band).max() * peak).astype(np.float32)
    return pcm


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of the sent sound in the heard one.

    Attributes:
        share: part of the windows, from first to last sound, that were found (0 to 1).
        score: median correlation of the found windows.
        jumps: (seconds in what was heard, milliseconds skipped or, negative, repeated), those
            over 1 ms.
        first, last: seconds in what was heard at which the first and last window was found.
        place: seconds in what was sent that `first` is.
    """

    share: float
    score: float
    jumps: tuple[tuple[float, float], ...]
    first: float
    last: float
    place: float

    def worst_jump(self) -> float:
        """Return the largest gap or repeat in milliseconds."""
        return max((abs(jump) for _, jump in self.jumps), default=0.0)


def find(sent: Pcm, heard: Pcm, hop: int = HOP) -> Found:
    """Locate each 40 ms window of `heard` in `sent`.

    A window is looked for where the one before it lets expect it, and everywhere if it is not
    there.
    """
    sent, heard = thinned(sent), thinned(heard)
    energy = np.concatenate([[0.0], np.cumsum(sent.astype(np.float64) ** 2)])
    everywhere = _Haystack(sent, energy, 0, len(sent))
    near: _Haystack | None = None
    places: list[tuple[int, int, float]] = []
    offset: int | None = None
    missed = 0
    for start in range(0, len(heard) - WINDOW // THIN, hop // THIN):
        window = heard[start : start + WINDOW // THIN]
        place, score = 0, 0.0
        if offset is not None:
            middle = start + offset
            if near is None or not near.first + REACH <= middle <= near.last - REACH:
                near = _Haystack(sent, energy, middle - 2 * REACH, middle + 10 * REACH)
            place, score = near.locate(window)
        if score <= FOUND and (missed < PATIENCE or missed % PATIENCE == 0):
            place, score = everywhere.locate(window)
        missed = 0 if score > FOUND else missed + 1
        offset = place - start if score > FOUND else None
        places.append((start, place, score))
    return _judge(places)


def thinned(pcm: Pcm) -> Pcm:
    """Return every sixth sample of what lies below 4 kHz: all that coded noise has."""
    count = len(pcm) // THIN
    whole = -(-count // RATE) * RATE  # seconds: of other lengths the transform may be slow
    spectrum = np.fft.rfft(pcm[: count * THIN], whole * THIN)[: whole // 2 + 1]
    thin: Pcm = (np.fft.irfft(spectrum, whole)[:count] / THIN).astype(np.float32)
    return thin


class _Haystack:
    """A stretch of what was sent, ready to be searched."""

    def __init__(self, sent: Pcm, energy: NDArray[np.float64], first: int, last: int) -> None:
        self.first, self.last = max(0, first), min(len(sent), last)
        self._energy = energy
        self._size = 1 << int(np.ceil(np.log2(self.last - self.first + WINDOW)))
        self._spectrum = np.fft.rfft(sent[self.first : self.last], self._size)

    def locate(self, window: Pcm) -> tuple[int, float]:
        """Return where the window fits best, and how well: 1 for the same sound."""
        own = float(np.sqrt((window.astype(np.float64) ** 2).sum()))
        room = self.last - self.first - len(window)
        if own < 0.02 or room <= 0:
            return 0, 0.0
        cross = np.fft.irfft(self._spectrum * np.conj(np.fft.rfft(window, self._size)), self._size)
        best = int(np.argmax(cross[:room]))
        at = self.first + best
        there = float(np.sqrt(self._energy[at + len(window)] - self._energy[at]))
        return at, float(cross[best]) / (own * there + 1e-9)


def _judge(places: list[tuple[int, int, float]]) -> Found:
    good = [place for place in places if place[2] > FOUND]
    if not good:
        return Found(0.0, 0.0, (), 0.0, 0.0, 0.0)
    first, last = good[0][0], good[-1][0]
    span = [place for place in places if first <= place[0] <= last]
    jumps = []
    for (at, place, _), (next_at, next_place, _) in itertools.pairwise(good):
        jump = (next_place - place) - (next_at - at)
        if abs(jump) > RATE / 1000:
            jumps.append((next_at / RATE, jump / RATE * 1000))
    return Found(
        share=len(good) / len(span),
        score=float(np.median([score for _, _, score in good])),
        jumps=tuple(jumps),
        first=first / RATE,
        last=last / RATE,
        place=good[0][1] / RATE,
    )


def loudness(sent: Pcm, heard: Pcm) -> float:
    """Return how loud one known sound is among others, in dB of how it was sent.

    The median over windows of 80 ms, four a second; -100 if it is in fewer than half of them.
    """
    thin, thin_heard = thinned(sent), thinned(heard)
    energy = np.concatenate([[0.0], np.cumsum(thin.astype(np.float64) ** 2)])
    everywhere = _Haystack(thin, energy, 0, len(thin))
    size, gains, count = 2 * WINDOW // THIN, [], 0
    for start in range(0, len(thin_heard) - size, RATE // 4):
        place, score = everywhere.locate(thin_heard[start : start + size])
        count += 1
        if score > AMONG_OTHERS:
            gains.append(_gain(sent, place * THIN, heard[start * THIN : (start + size) * THIN]))
    if 2 * len(gains) < count:
        return -100.0
    return float(20 * np.log10(np.median(gains)))


def _gain(sent: Pcm, near: int, window: Pcm) -> float:
    """Return how much of `sent` is in the window, where they fit best around `near`."""
    best = 0.0
    for place in range(max(0, near - 2 * THIN), near + 2 * THIN):
        piece = sent[place : place + len(window)].astype(np.float64)
        if len(piece) == len(window):
            best = max(best, float(piece @ window / (piece @ piece)))
    return best
