"""Sound laid out in a loop of whole parts: nobody hears where it begins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullhouse.media import Pcm
from fullhouse.programme.looping import LEAST_FADE, LEAST_SAMPLES, loop_of
from fullhouse.units import PART_SAMPLES, SAMPLE_RATE


def tone(count: int, hertz: float) -> Pcm:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(count) / SAMPLE_RATE)).astype(np.float32)


@settings(max_examples=60)
@given(st.integers(LEAST_SAMPLES, LEAST_SAMPLES + 3 * PART_SAMPLES), st.floats(50, 3000))
def test_a_loop_has_whole_parts_and_no_step_in_it(count: int, hertz: float) -> None:
    """Also from its end to its beginning, and where the crossfade ends."""
    pcm = tone(count, hertz)
    fade = LEAST_FADE + (count - LEAST_FADE) % PART_SAMPLES
    loop = loop_of(pcm.copy())
    assert len(loop) % PART_SAMPLES == 0
    assert count - len(loop) == fade
    steepest = np.abs(np.diff(pcm)).max()
    assert np.abs(np.diff(np.concatenate((loop, loop[:1])))).max() <= 1.5 * steepest + 1e-4
    assert np.array_equal(loop[fade:], pcm[fade : len(loop)])


def power(pcm: Pcm) -> float:
    return float(np.mean(pcm.astype(float) ** 2))


@pytest.mark.parametrize("alike", [0.0, 0.5, 1.0])
def test_the_crossfade_is_as_loud_as_what_is_around_it(alike: float) -> None:
    """Whether beginning and end have something in common or not: within 1 dB."""
    dice = np.random.default_rng(5)
    pcm = dice.standard_normal(10 * SAMPLE_RATE).astype(np.float32)
    length = (len(pcm) - LEAST_FADE) // PART_SAMPLES * PART_SAMPLES
    fade = len(pcm) - length
    pcm[length:] = np.sqrt(1 - alike**2) * pcm[length:] + alike * pcm[:fade]
    around = power(pcm[fade:length])
    loop = loop_of(pcm)
    assert abs(10 * np.log10(power(loop[:fade]) / around)) < 1
    middle = loop[fade // 2 - fade // 8 : fade // 2 + fade // 8]
    assert abs(10 * np.log10(power(middle) / around)) < 1


def test_silence_loops_too() -> None:
    assert not loop_of(np.zeros(LEAST_SAMPLES, np.float32)).any()
