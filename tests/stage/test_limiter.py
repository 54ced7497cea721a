"""The limiter: below full scale, without colour, without a click, and without pumping."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import Pcm
from fullhouse.stage.limiter import CEILING, HOLD_FRAMES, Limiter, ramp, soft_clip
from fullhouse.units import FRAME_SAMPLES
from tests.coded_noise import coded_noise


def frames(pcm: Pcm) -> list[Pcm]:
    return list(pcm[: len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES))


def flat(level: float) -> Pcm:
    return np.full(FRAME_SAMPLES, level, np.float32)


def test_what_is_not_too_loud_passes_sample_for_sample() -> None:
    """A limiter that colours one voice is a broken limiter."""
    limiter = Limiter()
    for frame in frames(coded_noise(0.5, peak=0.89)):
        assert limiter.limit(frame) is frame


@given(st.lists(st.floats(-13, 13, width=32), min_size=1, max_size=8), st.integers(0, 99))
def test_no_sample_passes_full_scale(levels: list[float], seed: int) -> None:
    limiter = Limiter()
    noise = np.random.default_rng(seed).uniform(-1, 1, FRAME_SAMPLES).astype(np.float32)
    for level in levels:
        assert np.abs(limiter.limit(noise * np.float32(level))).max() <= 1.0
        assert np.abs(limiter.limit(flat(level))).max() <= 1.0


def test_what_is_too_loud_is_turned_down_stays_down_and_comes_back() -> None:
    limiter = Limiter()
    for _ in range(3):
        loud = limiter.limit(flat(1.6))
    assert loud[-1] == pytest.approx(CEILING, abs=0.01)
    held = [limiter.limit(flat(0.2)) for _ in range(HOLD_FRAMES)]
    assert held[-1][-1] == pytest.approx(0.2 * CEILING / 1.6, abs=0.001)
    after = [limiter.limit(flat(0.2)) for _ in range(70)]
    assert after[-1][-1] == np.float32(0.2)
    assert np.abs(np.diff(np.concatenate(held + after))).max() < 1e-4


def test_the_gain_falls_no_faster_than_it_must() -> None:
    """Where the loud sound comes at the end of a frame, the whole frame is there to fall in."""
    frame = np.concatenate((np.full(900, 0.5), np.full(60, 1.5))).astype(np.float32)
    steps = np.abs(np.diff(Limiter().limit(frame)))[:899]
    assert steps.max() < 0.5 / 800


def test_one_limiter_goes_on_where_another_was() -> None:
    assert Limiter(0.5).limit(flat(0.4))[0] == pytest.approx(0.2)


def test_a_ramp_begins_and_ends_where_it_should() -> None:
    gains = ramp(0.5, 1.0, 480)
    assert (gains[0], gains[479], gains[-1]) == (0.5, 1.0, 1.0)
    assert (ramp(0.7, 0.7) == np.float32(0.7)).all()


def test_a_bent_sample_keeps_its_order_and_sign() -> None:
    rising = np.linspace(-3, 3, FRAME_SAMPLES).astype(np.float32)
    bent = soft_clip(rising)
    assert (np.diff(bent) >= 0).all()
    assert np.abs(bent).max() <= 1.0
    assert np.array_equal(bent, -bent[::-1])
