"""One seat's channel strip: fit for the mix, and without a click."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import Pcm
from fullhouse.stage.level import rms_db
from fullhouse.stage.strip import FADE_SAMPLES, Strip
from fullhouse.units import FRAME_SAMPLES
from tests.coded_noise import coded_noise


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


def through(pieces: list[Pcm], gain_db: float = 0.0) -> Pcm:
    strip = Strip()
    return np.concatenate([sound(strip.take(pcm, False, gain_db)) for pcm in pieces])


def test_speech_as_it_should_be_passes_sample_for_sample() -> None:
    """After its fade-in."""
    voice = coded_noise(3, peak=0.85)
    assert np.array_equal(through(frames(voice))[FADE_SAMPLES:], voice[FADE_SAMPLES:])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_what_is_no_number_is_silence_without_a_click(value: float) -> None:
    voice = tone(0.3, 5)
    steepest = np.abs(np.diff(np.concatenate(voice))).max()
    voice[2][500] = value
    voice[3][0] = value
    strip = Strip()
    heard = [sound(strip.take(pcm, False, 0)) for pcm in voice]
    if not np.isfinite(value):
        assert strip.broken == 2
        assert not heard[3].any()
        assert np.abs(np.diff(np.concatenate(heard))).max() < steepest * 1.2
    assert np.abs(np.concatenate(heard)).max() <= 1.0


def test_an_offset_is_taken_off_a_voice_that_has_one() -> None:
    voice = coded_noise(4, peak=0.3)
    heard = through(frames(voice + np.float32(0.4)))
    assert abs(heard[-48_000:].mean()) < 0.02
    assert np.std(heard[-48_000:] - voice[-48_000:]) < 0.003


def test_an_offset_alone_is_nothing_from_its_first_frame_on() -> None:
    """It would take all the room that the others need."""
    assert np.abs(through([np.ones(FRAME_SAMPLES, np.float32)] * 10)).max() < 0.02


def test_an_offset_that_comes_and_goes_makes_no_step_of_ours() -> None:
    voice = tone(0.3, 40)
    moved = [pcm + np.float32(0.3 if 10 <= n < 25 else 0.0) for n, pcm in enumerate(voice)]
    steps = np.abs(np.diff(through(moved)))
    assert np.sort(steps)[-3] < 0.03
    assert steps.max() < 0.35


@pytest.mark.parametrize("gain_db", [0.0, 12.0])
def test_one_seats_full_scale_noise_comes_down_to_a_voices_measure(gain_db: float) -> None:
    noise = np.random.default_rng(2).uniform(-1, 1, (100, FRAME_SAMPLES)).astype(np.float32)
    heard = through(list(noise), gain_db)
    assert rms_db(heard[-48_000:]) == pytest.approx(-12, abs=0.5)
    assert rms_db(heard[10 * FRAME_SAMPLES :][:4800]) < -10


def test_a_voice_that_is_turned_up_too_far_is_limited_by_itself() -> None:
    heard = through(frames(coded_noise(3, peak=0.6)), gain_db=12)
    assert np.abs(heard).max() <= 1.0
    assert rms_db(heard[-48_000:]) < -11


def test_level_and_clipping_are_counted_until_they_are_asked_for() -> None:
    strip = Strip()
    assert strip.second() == (-100.0, 0.0)
    clipped = np.clip(tone(1.5, 1)[0], -1, 1)
    for _ in range(10):
        strip.take(clipped, True, -6)
    level, clipping = strip.second()
    assert level == pytest.approx(rms_db(clipped), abs=0.1)
    assert clipping == pytest.approx(np.mean(np.abs(clipped) >= 0.999), abs=1e-6)
    assert strip.second() == (-100.0, 0.0)


HOSTILE = (
    np.full(FRAME_SAMPLES, 1e30),
    np.full(FRAME_SAMPLES, np.nan),
    np.full(FRAME_SAMPLES, -1.0),
    np.resize([1.0, -1.0], FRAME_SAMPLES),
    np.zeros(FRAME_SAMPLES),
    np.resize([0.5, -np.inf], FRAME_SAMPLES),
    None,
)


@given(
    st.lists(
        st.tuples(st.sampled_from(range(len(HOSTILE))), st.booleans(), st.floats(-30, 12)),
        max_size=12,
    )
)
def test_whatever_comes_what_goes_out_is_fit_for_a_mix(
    ticks: list[tuple[int, bool, float]],
) -> None:
    strip = Strip()
    for which, muted, gain_db in ticks:
        pcm = HOSTILE[which]
        came = None if pcm is None else pcm.astype(np.float32)
        heard = strip.take(came, muted, gain_db)
        assert np.abs(sound(heard)).max() <= 1.0
        assert np.isfinite(sound(strip.end() if muted else heard)).all()
    level, clipping = strip.second()
    assert -100 <= level <= 0.1
    assert 0 <= clipping <= 1


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(-30, 6)), max_size=20))
def test_no_hand_on_the_desk_makes_a_click(ticks: list[tuple[bool, bool, float]]) -> None:
    """Gaps, mutes and gains in any order: the steepest step stays about what the voice has."""
    voice = tone(0.15, 20)
    strip = Strip()
    heard = [np.zeros(FRAME_SAMPLES, np.float32)]
    for pcm, (gap, muted, gain_db) in zip(voice, ticks, strict=False):
        heard.append(sound(strip.take(None if gap else pcm, muted, gain_db)))
    heard += [sound(strip.end()), np.zeros(FRAME_SAMPLES, np.float32)]
    steepest = np.abs(np.diff(np.concatenate(voice))).max() * 2
    assert np.abs(np.diff(np.concatenate(heard))).max() < steepest * 1.3
