"""What the judge of muted voices finds, what it cannot find, and that it finds nothing else.

The limit, measured here with leaks that are put into a mix on purpose, and encoded as a listener
gets it: beside two others who speak at full voice, 60 ms as loud as they are, or 0.5 s at
-8 dB; beside nobody, 20 ms, or 40 ms at -30 dB.
"""

from functools import cache
from typing import Final

import av
import numpy as np
import pytest

from fullhouse.media import Pcm, Rendition
from fullhouse.programme.encoder import Encoder
from fullhouse.units import SAMPLE_RATE
from tests.coded_noise import coded_noise
from tests.journeys.mouths import Noise
from tests.mute_judge import SHORT, Mix, Voice, leaks

SECONDS: Final = 8
LATE: Final = 0.2
"""So long sound is on its way to the mix here."""
PLACES: Final = [1.003, 2.011, 3.019, 4.507, 5.005, 6.013]
"""Seconds at which a leak is put into the mix: anywhere within a frame."""


@cache
def noise(seed: int) -> Pcm:
    """Return what a stage gets of a voice."""
    return Noise.of(seed).pcm


def late(pcm: Pcm) -> Pcm:
    return np.concatenate((np.zeros(round(LATE * SAMPLE_RATE), np.float32), pcm))


def aired(pcm: Pcm) -> Pcm:
    """Return what a listener decodes of a mix."""
    encoder, decoder = Encoder(Rendition.AAC), av.CodecContext.create("aac", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.extradata = encoder.config
    packets = encoder.encode(np.clip(pcm, -1, 1))
    return np.concatenate(
        [f.to_ndarray()[0] for raw in packets for f in decoder.decode(av.Packet(raw))]
    )


def leaking(others: int, seconds: float, decibels: float) -> Pcm:
    """Return a mix of so many others, into which a muted voice comes now and then."""
    mix = sum((late(noise(2 + at)) for at in range(others)), np.zeros_like(late(noise(1))))
    whole, mask = late(noise(1)) * np.float32(10 ** (decibels / 20)), np.zeros(len(mix), bool)
    for place in PLACES:
        first = round(place * SAMPLE_RATE)
        mask[first : first + round(seconds * SAMPLE_RATE)] = True
    return aired(mix + np.where(mask, whole, np.float32(0)))


def found(mix: Pcm) -> list[bool]:
    """Tell of each place whether a leak is found there; see that none is found elsewhere."""
    muted = [(0.5, SECONDS - 0.5)]
    at = [leak.at for leak in leaks(Mix(mix), Voice(noise(1), 0.0), muted)]
    assert all(any(abs(one - place) < 0.6 for place in PLACES) for one in at)
    return [any(abs(one - place) < 0.6 for one in at) for place in PLACES]


@pytest.mark.parametrize(
    ("others", "seconds", "decibels"),
    [(2, 0.06, 0), (2, 0.5, -8), (1, 0.04, 0), (1, 0.5, -10), (0, 0.02, 0), (0, 0.04, -30)],
)
def test_a_leak_is_found_wherever_it_is(others: int, seconds: float, decibels: float) -> None:
    assert all(found(leaking(others, seconds, decibels)))


@pytest.mark.parametrize("others", [0, 1, 2])
def test_nobody_is_found_who_is_not_there(others: int) -> None:
    assert not any(found(leaking(others, 0.04, -200)))


def test_softer_leaks_than_that_are_not_promised() -> None:
    """Or the limit would be said too modestly."""
    assert not all(found(leaking(2, 0.06, -8)))


def test_the_judge_says_how_late_a_voice_is() -> None:
    scores = list(Mix(aired(late(noise(1)))).look_for(Voice(noise(1), 0.0), [(1, 3)], SHORT))
    assert all(score.there for score in scores)
    assert all(abs(score.delay - LATE) < 0.03 for score in scores)
    assert len(scores) > 90


def test_noise_of_other_seeds_is_other_noise() -> None:
    assert not leaks(Mix(coded_noise(4, seed=9)), Voice(coded_noise(4, seed=8), 0.0), [(0, 4)])
