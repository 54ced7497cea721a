"""A little more or less sound in the same time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.stage.stretch import LEAN_SAMPLES, Leaning, fit
from fullhouse.units import FRAME_SAMPLES
from tests.coded_noise import coded_noise, find


def test_a_frame_of_the_right_length_is_left_alone() -> None:
    pcm = coded_noise(0.02)
    assert fit(pcm) is pcm


@given(st.sampled_from([FRAME_SAMPLES - LEAN_SAMPLES, FRAME_SAMPLES + LEAN_SAMPLES]))
def test_a_fitted_frame_keeps_its_ends_and_its_sound(length: int) -> None:
    pcm = coded_noise(0.1)[:length]
    fitted = fit(pcm)
    assert fitted.shape == (FRAME_SAMPLES,)
    assert (fitted[0], fitted[-1]) == (pcm[0], pcm[-1])


def test_leaning_is_not_heard_as_a_jump() -> None:
    """A whole second of hurry: all of the sound is there, in 20 samples a second less."""
    sent = coded_noise(2)
    need = FRAME_SAMPLES + LEAN_SAMPLES
    heard = np.concatenate([fit(sent[at : at + need]) for at in range(0, 50 * need, need)])
    found = find(sent, heard)
    assert found.share > 0.99
    assert found.jumps == ()


@pytest.mark.parametrize(("waiting", "lean"), [(5, 2), (3, 2), (2, 0), (1, 0), (0, -2)])
def test_it_hurries_when_much_waits_and_dawdles_when_nothing_does(waiting: int, lean: int) -> None:
    leaning = Leaning(low=0, high=3, window=4)
    assert [leaning.watch(waiting) for _ in range(4)] == [0, 0, 0, lean]


def test_one_low_moment_in_the_window_is_what_counts() -> None:
    leaning = Leaning(low=0, high=3, window=4)
    assert [leaning.watch(waiting) for waiting in (9, 9, 1, 9)][-1] == 0


def test_a_reset_forgets_what_was_watched() -> None:
    leaning = Leaning(low=0, high=3, window=2)
    leaning.watch(9)
    leaning.reset()
    assert leaning.watch(1) == 0
    assert leaning.watch(9) == 0
