"""One seat's channel strip: fit for the mix, and without a click."""

import numpy as np
import pytest

from fullhouse.media import Pcm
from fullhouse.stage.strip import FADE_SAMPLES, Strip
from fullhouse.units import FRAME_SAMPLES


def frames(pcm: Pcm) -> list[Pcm]:
    return list(pcm[: len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES))


def tone(level: float, count: int = 5) -> list[Pcm]:
    time = np.arange(count * FRAME_SAMPLES) / 48_000
    return frames((level * np.cos(2 * np.pi * 440 * time)).astype(np.float32))


def sound(pcm: Pcm | None) -> Pcm:
    return np.zeros(FRAME_SAMPLES, np.float32) if pcm is None else pcm


def test_coming_leaving_and_muting_make_no_step() -> None:
    """The largest step between two samples stays what the voice itself has.

    It leaves where its wave is at its highest.
    """
    voice = tone(0.3, 7)
    assert voice[4][-1] > 0.29
    steepest = np.abs(np.diff(np.concatenate(voice))).max()
    strip = Strip()
    heard = [
        strip.take(voice[0], False, 0),
        strip.take(voice[1], False, 0),
        strip.take(voice[2], True, 0),
        strip.take(voice[3], False, 0),
        strip.take(voice[4], False, 0),
        strip.take(None, False, 0),
        strip.take(None, False, 0),
        strip.take(voice[5], False, 0),
        strip.take(voice[6], False, 0),
        strip.end(),
    ]
    whole = np.concatenate([np.zeros(1), *map(sound, heard), np.zeros(1)])
    assert np.abs(np.diff(whole)).max() < steepest * 1.2
    assert heard[6] is None


def test_a_muted_voice_is_gone_after_10_ms_and_stays_gone() -> None:
    voice = tone(0.3)
    strip = Strip()
    strip.take(voice[0], False, 0)
    assert not sound(strip.take(voice[1], True, 0))[FADE_SAMPLES:].any()
    assert strip.take(voice[2], True, 0) is None
    assert strip.end() is None


def test_who_comes_muted_is_never_heard() -> None:
    strip = Strip()
    assert all(strip.take(frame, True, 0) is None for frame in tone(0.3))


@pytest.mark.parametrize("gain_db", [-30.0, -6.0, 6.0])
def test_a_gain_moves_without_a_step_and_holds(gain_db: float) -> None:
    voice = tone(0.1, 6)
    strip = Strip()
    heard = [sound(strip.take(pcm, False, 0)) for pcm in voice[:3]]
    heard += [sound(strip.take(pcm, False, gain_db)) for pcm in voice[3:]]
    factor = 10 ** (gain_db / 20)
    assert np.allclose(heard[-1], voice[-1] * factor, atol=1e-6)
    steepest = np.abs(np.diff(np.concatenate(voice))).max() * max(1, factor)
    assert np.abs(np.diff(np.concatenate(heard))).max() < steepest * 1.2
