"""Loudness as the standard measures it, and sound made as loud as a hold should be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullhouse.media import Pcm
from fullhouse.programme.loudness import CEILING, SILENCE, level, loudness, true_peak, turn
from fullhouse.units import SAMPLE_RATE


def tone(decibels: float, seconds: float, hertz: float = 1000.0, phase: float = 0.0) -> Pcm:
    at = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    sine = 10 ** (decibels / 20) * np.sin(2 * np.pi * hertz * at + phase)
    return np.asarray(sine, np.float32)


def test_a_tone_measures_as_the_standard_says() -> None:
    """ITU-R BS.1770-5: 997 Hz at full scale in one channel is -3.01 LKFS."""
    assert loudness(tone(0, 3, 997)) == pytest.approx(-3.01, abs=0.02)
    assert loudness(tone(-20, 3, 997)) == pytest.approx(-23.01, abs=0.02)
    assert loudness(tone(-20, 3, 1000)) == pytest.approx(-23.0, abs=0.05)


@pytest.mark.parametrize(
    "levels",
    [
        [(-36, 10), (-23, 60), (-36, 10)],
        [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)],
    ],
)
def test_what_is_soft_does_not_count(levels: list[tuple[int, int]]) -> None:
    """Cases 3 and 4 of EBU Tech 3341, in one channel instead of two: -26, not -23, ±0.1."""
    pcm = np.concatenate([tone(decibels, seconds) for decibels, seconds in levels])
    assert loudness(pcm) == pytest.approx(-26.0, abs=0.1)


def test_low_tones_count_less_and_high_ones_more() -> None:
    """The weighting's curve: 14 dB less at 20 Hz, over 3 dB more at 8 kHz, than at 1 kHz."""
    at_1000 = loudness(tone(-20, 3))
    assert loudness(tone(-20, 3, 20)) - at_1000 == pytest.approx(-14.0, abs=0.2)
    assert loudness(tone(-20, 3, 8000)) - at_1000 == pytest.approx(3.3, abs=0.2)


@pytest.mark.parametrize("pcm", [np.zeros(0), np.zeros(SAMPLE_RATE), tone(-90, 2), tone(0, 0.3)])
def test_nothing_and_next_to_nothing_have_no_loudness(pcm: Pcm) -> None:
    assert loudness(pcm.astype(np.float32)) == SILENCE


def test_peaks_between_the_samples_are_found() -> None:
    """A quarter of the rate, halfway between samples: they are 3 dB below the peak."""
    pcm = tone(-6, 1, SAMPLE_RATE / 4, np.pi / 4)
    assert 20 * np.log10(np.abs(pcm).max()) == pytest.approx(-9.01, abs=0.01)
    assert true_peak(pcm) == pytest.approx(-6, abs=0.4)
    assert true_peak(np.zeros(100, np.float32)) == SILENCE


def test_it_measures_the_same_across_the_slices_that_it_works_in() -> None:
    noise = np.random.default_rng(3).standard_normal(5 * SAMPLE_RATE).astype(np.float32) * 0.05
    later = np.concatenate((noise, noise))[SAMPLE_RATE // 10 * 7 :][: len(noise)]
    assert loudness(noise) == pytest.approx(loudness(later), abs=0.05)
    whole, pieces = noise.copy(), noise.copy()
    whole[100_000] = pieces[100_000] = 3.0
    turn(whole, 6, -2)
    assert true_peak(whole) <= -1.9
    far = np.r_[0:90_000, 110_000 : len(noise)]
    assert np.allclose(whole[far], pieces[far] * 10 ** (6 / 20), rtol=1e-3, atol=1e-6)


SOUNDS = st.tuples(
    st.integers(0, 1_000_000),
    st.floats(-48, 0),
    st.sampled_from(["noise", "tone", "beats", "speech", "drums"]),
)


@settings(max_examples=15)
@given(SOUNDS)
def test_whatever_it_is_made_of_a_hold_is_as_loud_as_it_should_be(
    sound: tuple[int, float, str],
) -> None:
    """-23 to -20 LUFS, and no true peak over -1 dBTP."""
    seed, decibels, kind = sound
    dice = np.random.default_rng(seed)
    count = 3 * SAMPLE_RATE
    pcm = dice.standard_normal(count)
    envelope = np.abs(np.sin(np.arange(count) / SAMPLE_RATE * dice.uniform(2, 20)))
    match kind:
        case "tone":
            pcm = tone(0, 3, dice.uniform(100, 5000)).astype(float)
        case "beats":
            pcm *= envelope**12
        case "speech":
            pcm *= envelope**3
        case "drums":
            pcm[:: SAMPLE_RATE // 4] += 40
    pcm = (pcm / np.abs(pcm).max() * 10 ** (decibels / 20)).astype(np.float32)
    measured = loudness(pcm)
    if measured < -50:
        return
    level(pcm, measured)
    assert -23 <= loudness(pcm) <= -20
    assert true_peak(pcm) <= CEILING + 1


def test_the_gain_is_the_same_on_both_sides_of_a_loops_end() -> None:
    """Or there would be a step, once a round."""
    pcm = np.full(2 * SAMPLE_RATE, 0.1, np.float32)
    pcm[:2000] *= 8
    gain = pcm.copy()
    turn(pcm, 10, -6)
    gain = pcm / gain
    assert gain[0] < 0.7
    assert gain[-SAMPLE_RATE] > 3
    assert gain[-1] == pytest.approx(gain[0], rel=0.02)
