"""Coded noise is found in what was heard, and nothing else is taken for it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullhouse.rehearsal.noise import Finder, Hearing, Thinner, coded_noise, middle

SECONDS = 4.0
NOISE = coded_noise(SECONDS, 3)
FINDER = Finder(NOISE)


def hear(pcm: np.ndarray, start: float = 100.0) -> Hearing:
    hearing = Hearing(FINDER)
    for at in range(0, len(pcm) - 15_359, 15_360):
        hearing.hear(pcm[at : at + 15_360], start + (at + 15_360) / 48_000)
    return hearing


def test_noise_is_found_and_says_when_it_began() -> None:
    """Also past its end, where it begins again."""
    heard = np.concatenate((NOISE, NOISE))[48_000 : 48_000 + 240_000]
    hearing = hear(heard)
    assert hearing.found == hearing.windows >= 115
    begins = middle(hearing.begins, SECONDS)
    assert begins == pytest.approx((100.0 - 1.0) % SECONDS, abs=0.005)


def test_noise_is_found_under_another_voice() -> None:
    other = coded_noise(SECONDS, 4)
    assert hear(NOISE + 0.8 * other).found > 60


def test_another_noise_is_not_it() -> None:
    hearing = hear(coded_noise(SECONDS, 5))
    assert (hearing.found, hearing.windows > 80) == (0, True)


def test_a_skip_costs_little() -> None:
    heard = np.concatenate((NOISE[:72_000], NOISE[120_000:]))
    hearing = hear(heard)
    assert hearing.windows - hearing.found <= 2


def test_silence_is_measured() -> None:
    silence = np.zeros(96_000, np.float32)
    hearing = hear(np.concatenate((NOISE[:48_000], silence, NOISE[:48_000])))
    assert hearing.longest_silence == pytest.approx(2, abs=0.1)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=8))
def test_thinning_does_not_depend_on_pieces(cuts: list[int]) -> None:
    pcm = NOISE[:20_000]
    places = sorted({0, *cuts, len(pcm)})
    thinner = Thinner()
    pieces = [thinner.feed(pcm[a:b]) for a, b in pairwise(places)]
    assert np.allclose(np.concatenate(pieces), Thinner().feed(pcm), atol=1e-5)


def test_a_median_goes_round_the_circle() -> None:
    assert middle([], 4) is None
    assert middle([3.9, 0.1, 0.0, 3.95, 0.05], 4) == pytest.approx(0.0, abs=1e-9)
