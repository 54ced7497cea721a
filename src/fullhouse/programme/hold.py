"""A core: the hold music, composed here from sines. Nobody's samples, nobody's song.

Eight bars in D, each as long as a segment (3.84 s, beats of 0.96 s): soft chords, a bass, and a
plucked melody that calls three rising notes every four bars. Everything is laid out on a circle,
echoes included, so that the end runs into the beginning.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fullhouse.media import Pcm
from fullhouse.units import PART_SAMPLES, PARTS_PER_SEGMENT, SAMPLE_RATE

HOLD_PARTS: Final = 96
"""The loop's length: 30.72 s, a whole number of packets of every rendition."""

_Sound = NDArray[np.float64]
_RATE: Final = 16_000
"""Nothing in it is above 5 kHz: it is composed at a third of the rate, for a third of the time."""
_LOOP: Final = HOLD_PARTS * PART_SAMPLES * _RATE // SAMPLE_RATE
_BAR: Final = PARTS_PER_SEGMENT * PART_SAMPLES * _RATE // SAMPLE_RATE
_EIGHTH: Final = _BAR // 8
_LEVEL: Final = 10 ** (-23 / 20)
"""RMS of the loop, full scale 1."""

# Notes are MIDI numbers: 62 is the D above middle C, 69 is 440 Hz.
_CHORDS: Final = (
    (50, 57, 61, 66),  # Dmaj7
    (47, 57, 62, 66),  # Bm7
    (43, 57, 59, 66),  # Gmaj9
    (45, 57, 62, 64),  # Asus4
    (50, 57, 61, 66),  # Dmaj7
    (42, 57, 61, 64),  # F#m7
    (43, 54, 59, 62),  # Gmaj7
    (45, 55, 59, 64),  # A9sus, which wants to go home to D
)
_REST: Final = 0
_MELODY: Final = (
    (69, _REST, 74, _REST, 78, _REST, _REST, 76),
    (74, _REST, _REST, 73, 71, _REST, 69, _REST),
    (71, _REST, 74, _REST, 79, _REST, _REST, 78),
    (76, _REST, _REST, 74, 71, _REST, 73, _REST),
    (69, _REST, 74, _REST, 78, _REST, _REST, 81),
    (78, _REST, _REST, 76, 73, _REST, 69, _REST),
    (79, _REST, _REST, 78, 74, _REST, 71, _REST),
    (76, _REST, _REST, 74, 69, _REST, _REST, _REST),
)
"""Eighths of each bar."""
_BROKEN: Final = (1, 2, 3, 2, 1, 2, 3, 2)
"""Which note of the chord is plucked softly, an octave up, while the melody rests."""


def compose_hold() -> Pcm:
    """Return the hold loop: calm, never silent for long, at -23 dBFS RMS, its ends joined.

    It is rounded to 16 bits, so that processors that differ in a sine's last digit still
    agree on every sample.
    """
    loop = _render(_pad, _chords()) + _render(_bass, _basses()) + _render(_pluck, _plucks())
    sound = _echo(loop)
    sound *= _LEVEL / np.sqrt(np.mean(sound**2))
    return (np.rint(sound * 32768) / 32768).astype(np.float32)


_Note = tuple[int, int, float]
"""First sample on the circle, MIDI number, loudness."""


def _chords() -> list[_Note]:
    return [(bar * _BAR, note, 0.08) for bar, chord in enumerate(_CHORDS) for note in chord[1:]]


def _basses() -> list[_Note]:
    return [
        (bar * _BAR + half * _BAR // 2, chord[0], loudness)
        for bar, chord in enumerate(_CHORDS)
        for half, loudness in enumerate((0.22, 0.14))
    ]


def _plucks() -> list[_Note]:
    notes = []
    for bar, (melody, chord) in enumerate(zip(_MELODY, _CHORDS, strict=True)):
        for eighth, (note, voice) in enumerate(zip(melody, _BROKEN, strict=True)):
            at = bar * _BAR + eighth * _EIGHTH
            notes.append((at, note, 0.30) if note else (at, chord[voice] + 12, 0.09))
    return notes


def _render(play: Callable[[float], _Sound], notes: list[_Note]) -> _Sound:
    loop = np.zeros(_LOOP)
    sounds = {note: play(440.0 * 2 ** ((note - 69) / 12)) for _, note, _ in notes}
    for at, note, loudness in notes:
        sound = sounds[note] * loudness
        here = min(len(sound), _LOOP - at)
        loop[at : at + here] += sound[:here]
        loop[: len(sound) - here] += sound[here:]
    return loop


def _seconds(length: float) -> _Sound:
    return np.arange(round(length * _RATE)) / _RATE


def _ramp(length: float) -> _Sound:
    """Return a smooth way from 0 to 1."""
    return np.sin(np.pi / 2 * np.linspace(0, 1, round(length * _RATE))) ** 2


def _fade(sound: _Sound, attack: float, release: float) -> _Sound:
    rise, fall = _ramp(attack), _ramp(release)[::-1]
    sound[: len(rise)] *= rise
    sound[-len(fall) :] *= fall
    return sound


def _pad(hertz: float) -> _Sound:
    """A bowed chord note that overlaps with the next bar's, and a softer one barely out of tune."""
    at = 2 * np.pi * hertz * _seconds(5.6)
    strings = [
        loudness * np.sin(at * harmonic * tune) / harmonic**1.7
        for harmonic in (1, 2, 3)
        for tune, loudness in ((1.0, 1.0), (1.0021, 0.35))
    ]
    return _fade(np.sum(strings, axis=0), attack=1.0, release=2.0)


def _bass(hertz: float) -> _Sound:
    """A soft low note; its octave is for small loudspeakers, which have no low notes."""
    at = _seconds(2.4)
    turn = 2 * np.pi * hertz * at
    return _fade((np.sin(turn) + 0.6 * np.sin(2 * turn)) * np.exp(-at / 0.9), 0.03, 0.8)


def _pluck(hertz: float) -> _Sound:
    """A thumb piano's tongue: higher partials die sooner."""
    at = _seconds(2.6)
    partials = ((1.0, 1.0, 0.8), (2.0, 0.35, 0.45), (3.0, 0.16, 0.25), (5.4, 0.07, 0.07))
    tongue = [
        loudness * np.sin(2 * np.pi * hertz * ratio * at) * np.exp(-at / lasts)
        for ratio, loudness, lasts in partials
    ]
    return _fade(np.sum(tongue, axis=0), attack=0.006, release=0.6)


def _echo(loop: _Sound) -> _Sound:
    """Put the loop into a warm room: its last echoes are in its first bar, as it goes around."""
    at = _seconds(2.2)
    noise = np.random.default_rng(1).standard_normal(len(at)) * np.exp(-at / 0.4)
    room = np.fft.rfft(_fade(noise, 0.01, 0.5), _LOOP)
    hertz = np.fft.rfftfreq(_LOOP, 1 / _RATE)
    room *= hertz / (hertz + 150) / (1 + (hertz / 2500) ** 2)
    room /= np.sqrt(np.mean(np.abs(room[hertz < 2500]) ** 2))
    wet = np.fft.rfft(loop) * (1 + 0.35 * room)
    return np.fft.irfft(wet, HOLD_PARTS * PART_SAMPLES)
