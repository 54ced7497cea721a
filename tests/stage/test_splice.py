"""A little less or more of a sound, without a click and without another pitch."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import Pcm
from fullhouse.stage.splice import LONGEST, OVERLAP, SHORTEST, best_lag, lengthen, shorten
from tests.coded_noise import coded_noise


def tone(hertz: float, count: int) -> Pcm:
    return np.sin(2 * np.pi * hertz * np.arange(count) / 48_000).astype(np.float32)


def voice_like(count: int) -> Pcm:
    """Return a tone of 125 Hz with overtones: a period of 384 samples."""
    return np.asarray(sum(tone(125 * k, count) / np.float32(3 * k) for k in (1, 2, 3, 5)))


@pytest.mark.parametrize(("change", "sign"), [(shorten, -1), (lengthen, 1)])
def test_a_tone_is_joined_at_its_period(change: Callable[[Pcm, int], Pcm], sign: int) -> None:
    """So that it is the same tone after the join as before it."""
    sound = voice_like(1920)
    changed = change(sound, LONGEST)
    assert len(changed) == len(sound) + sign * 384
    assert np.abs(changed - voice_like(len(changed))).max() < 0.01


@pytest.mark.parametrize("change", [shorten, lengthen])
@pytest.mark.parametrize("seed", range(5))
def test_no_join_is_a_step(change: Callable[[Pcm, int], Pcm], seed: int) -> None:
    """The largest step from sample to sample is no more than twice the usual."""
    sound = coded_noise(0.04, seed)
    steps = np.abs(np.diff(change(sound, LONGEST)))
    assert steps.max() <= 2 * np.abs(np.diff(sound)).max()


@pytest.mark.parametrize("change", [shorten, lengthen])
def test_the_beginning_and_the_end_stay(change: Callable[[Pcm, int], Pcm]) -> None:
    """What was played before goes on without a step, and so does what comes after."""
    sound = coded_noise(0.04)
    changed = change(sound, LONGEST)
    assert changed[0] == pytest.approx(sound[0], abs=0.02)
    assert (changed[-400:] == sound[-400:]).all()


@given(st.integers(0, 2000), st.integers(0, 1000))
def test_no_more_is_changed_than_asked_for(count: int, most: int) -> None:
    sound = coded_noise(0.05)[:count]
    for changed in (shorten(sound, most), lengthen(sound, most)):
        by = abs(len(changed) - count)
        assert by == 0 or SHORTEST <= by <= min(most, LONGEST)


@pytest.mark.parametrize(("count", "most"), [(960, SHORTEST - 1), (SHORTEST + OVERLAP - 1, 600)])
def test_what_is_too_little_is_left_alone(count: int, most: int) -> None:
    sound = coded_noise(0.05)[:count]
    assert shorten(sound, most) is sound
    assert lengthen(sound, most) is sound


def test_silence_can_be_joined_anywhere() -> None:
    silence = np.zeros(1920, np.float32)
    assert SHORTEST <= best_lag(silence, LONGEST) <= LONGEST
    assert not shorten(silence, LONGEST).any()
