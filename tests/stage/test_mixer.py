"""The mix: everybody at the same measure, no click, no clipped sample, nobody muted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import Pcm
from fullhouse.stage.mixer import CEILING, FADE_SAMPLES, FrameShapeError, Mixer, soft_clip
from fullhouse.units import FRAME_SAMPLES
from tests.coded_noise import coded_noise


def frames(pcm: Pcm) -> list[Pcm]:
    return list(pcm[: len(pcm) // 960 * 960].reshape(-1, FRAME_SAMPLES))


def tone(level: float, count: int = 5) -> list[Pcm]:
    time = np.arange(count * FRAME_SAMPLES) / 48_000
    return frames((level * np.cos(2 * np.pi * 440 * time)).astype(np.float32))


def test_an_empty_room_is_silent() -> None:
    assert not Mixer().mix({}).any()


def test_a_single_voice_passes_sample_for_sample() -> None:
    """After its fade-in: a limiter that colours one voice is a broken limiter."""
    mixer = Mixer()
    first, *rest = frames(coded_noise(0.5, peak=0.85))
    mixer.mix({"ana": first})
    for frame in rest:
        assert np.array_equal(mixer.mix({"ana": frame}), frame)


@pytest.mark.parametrize("peak", [0.3, 0.7])
def test_three_voices_come_out_within_1_db_of_each_other(peak: float) -> None:
    voices = {name: coded_noise(2, seed, peak) for seed, name in enumerate(("a", "b", "c"))}
    mixer = Mixer()
    mixed = [
        mixer.mix(dict(zip(voices, heard, strict=True)))
        for heard in zip(*map(frames, voices.values()), strict=True)
    ]
    mix = np.concatenate(mixed)
    assert np.abs(mix).max() <= 1.0
    gains = [float(np.dot(mix, voice) / np.dot(voice, voice)) for voice in voices.values()]
    decibels = 20 * np.log10(gains)
    assert decibels.max() - decibels.min() < 1.0
    assert decibels.max() < 0.5


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=13), st.integers(1, 4))
def test_no_mix_passes_full_scale(levels: list[float], ticks: int) -> None:
    mixer = Mixer()
    for _ in range(ticks):
        voices = {
            str(seat): np.full(FRAME_SAMPLES, level, np.float32)
            for seat, level in enumerate(levels)
        }
        assert np.abs(mixer.mix(voices)).max() <= 1.0


def test_coming_leaving_and_muting_make_no_step() -> None:
    """The largest step between two samples stays what the voice itself has.

    It leaves where its wave is at its highest.
    """
    voice = tone(0.5, 6)
    assert voice[4][-1] > 0.49
    steepest = np.abs(np.diff(np.concatenate(voice))).max()
    mixer = Mixer()
    sound = [
        mixer.mix({"ana": voice[0]}),
        mixer.mix({"ana": voice[1]}),
        mixer.mix({"ana": voice[2]}, muted={"ana"}),
        mixer.mix({"ana": voice[3]}),
        mixer.mix({"ana": voice[4]}),
        mixer.mix({}),
        mixer.mix({}),
    ]
    assert np.abs(np.diff(np.concatenate(sound))).max() < steepest * 1.2
    assert not sound[-1].any()


def test_a_muted_voice_is_gone_after_10_ms_and_stays_gone() -> None:
    voice = tone(0.5, 4)
    mixer = Mixer()
    mixer.mix({"ana": voice[0]})
    assert not mixer.mix({"ana": voice[1]}, muted={"ana"})[FADE_SAMPLES:].any()
    assert not mixer.mix({"ana": voice[2]}, muted={"ana"}).any()
    assert not mixer.mix({}, muted={"ana"}).any()


def test_who_comes_muted_is_never_heard() -> None:
    mixer = Mixer()
    for frame in tone(0.5):
        assert not mixer.mix({"ana": frame}, muted={"ana"}).any()


def test_a_loud_mix_is_turned_down_as_a_whole_and_comes_back() -> None:
    loud = np.full(FRAME_SAMPLES, 0.8, np.float32)
    soft = np.full(FRAME_SAMPLES, 0.1, np.float32)
    mixer = Mixer()
    for _ in range(3):
        both = mixer.mix({"ana": loud, "ben": loud})
    assert both[-1] == pytest.approx(CEILING, abs=0.01)
    alone = mixer.mix({"ana": soft, "ben": soft})
    assert alone[-1] < 0.2
    for _ in range(50):
        alone = mixer.mix({"ana": soft, "ben": soft})
    assert alone[-1] == pytest.approx(0.2, abs=0.001)


def test_a_bent_sample_keeps_its_order_and_sign() -> None:
    rising = np.linspace(-3, 3, FRAME_SAMPLES).astype(np.float32)
    bent = soft_clip(rising)
    assert (np.diff(bent) >= 0).all()
    assert np.abs(bent).max() <= 1.0
    assert np.array_equal(bent, -bent[::-1])


def test_a_frame_of_another_length_is_a_bug_that_shows() -> None:
    with pytest.raises(FrameShapeError):
        Mixer().mix({"ana": np.zeros(480, np.float32)})
