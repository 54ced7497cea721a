"""The hold music: calm, never silent, never clipped, without a seam."""

import numpy as np
import pytest

from fullhouse.media import Pcm
from fullhouse.programme.hold import HOLD_PARTS, compose_hold


@pytest.fixture(scope="module")
def loop() -> Pcm:
    return compose_hold()


def level(pcm: Pcm) -> float:
    """Return dBFS RMS."""
    return float(10 * np.log10(np.mean(pcm.astype(np.float64) ** 2)))


def test_it_is_96_parts_long_and_always_the_same(loop: Pcm) -> None:
    assert loop.dtype == np.float32
    assert loop.shape == (HOLD_PARTS * 15_360,) == (round(30.72 * 48_000),)
    assert np.array_equal(loop, compose_hold())
    assert np.array_equal(np.rint(loop * 32_768), loop * 32_768), "rounded to 16 bits"


def test_it_is_as_loud_as_quiet_music_and_far_from_clipping(loop: Pcm) -> None:
    assert -24 < level(loop) < -22
    assert np.abs(loop).max() < 0.5


def test_somebody_who_joins_hears_within_a_second_that_there_is_music(loop: Pcm) -> None:
    """No second is over 6 dB softer or louder than the whole."""
    seconds = [level(second) for second in loop[: 30 * 48_000].reshape(30, 48_000)]
    assert max(seconds) - level(loop) < 6
    assert level(loop) - min(seconds) < 6


def test_its_end_runs_into_its_beginning(loop: Pcm) -> None:
    """A step would ring where the music has nothing: above 5.5 kHz."""
    seam = np.roll(loop, 2048)[:4096] * np.hanning(4096)
    power = np.abs(np.fft.rfft(seam)) ** 2
    assert power[470:].sum() / power.sum() < 1e-7


def test_small_loudspeakers_play_most_of_it(loop: Pcm) -> None:
    """A phone has nothing below 200 Hz; a codec should have little to do above 5 kHz."""
    power = np.abs(np.fft.rfft(loop)) ** 2
    hertz = np.fft.rfftfreq(len(loop), 1 / 48_000)
    assert power[hertz > 180].sum() / power.sum() > 0.5
    assert power[hertz > 5000].sum() / power.sum() < 1e-4
