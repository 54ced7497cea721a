"""The mixes: everybody at the same measure, and for each the others, exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import Pcm
from fullhouse.stage.mixer import FrameShapeError, Mix, Mixer
from fullhouse.units import FRAME_SAMPLES
from tests.coded_noise import coded_noise


def frames(pcm: Pcm) -> list[Pcm]:
    return list(pcm[: len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES))


def flat(level: float) -> Pcm:
    return np.full(FRAME_SAMPLES, level, np.float32)


def mixes(voices: dict[str, Pcm]) -> list[Mix]:
    mixer = Mixer()
    together = zip(*map(frames, voices.values()), strict=True)
    return [mixer.mix(dict(zip(voices, heard, strict=True))) for heard in together]


def share(voice: Pcm, heard: Pcm) -> float:
    """Return how much of a voice is in what was heard: 1 for all of it."""
    return float(np.dot(heard, voice) / np.dot(voice, voice))


def test_an_empty_room_is_silent() -> None:
    mix = Mixer().mix({})
    assert not mix.pcm.any()
    assert not mix.without("nobody").any()


def test_a_single_voice_passes_sample_for_sample_and_does_not_hear_itself() -> None:
    voice = coded_noise(0.5, peak=0.85)
    for frame, mix in zip(frames(voice), mixes({"ana": voice}), strict=True):
        assert np.array_equal(mix.pcm, frame)
        assert not mix.without("ana").any()


@pytest.mark.parametrize("peak", [0.3, 0.7])
def test_three_voices_come_out_within_1_db_of_each_other(peak: float) -> None:
    voices = {name: coded_noise(2, seed, peak) for seed, name in enumerate(("a", "b", "c"))}
    mix = np.concatenate([mix.pcm for mix in mixes(voices)])
    assert np.abs(mix).max() <= 1.0
    decibels = 20 * np.log10([share(voice, mix) for voice in voices.values()])
    assert decibels.max() - decibels.min() < 1.0
    assert decibels.max() < 0.5


@pytest.mark.parametrize("count", [2, 4, 13])
def test_each_return_holds_exactly_the_others(count: int) -> None:
    voices = {f"s{seed}": coded_noise(4, seed, 0.3) for seed in range(count)}
    mixed = mixes(voices)
    returns = {s: np.concatenate([mix.without(s) for mix in mixed]) for s in voices}
    for listener, heard in returns.items():
        for speaker, voice in voices.items():
            if speaker == listener:
                assert abs(share(voice, heard)) < 0.1
            else:
                assert share(voice, heard) > 0.8


def test_a_return_is_the_mix_without_the_voice_to_the_last_bit() -> None:
    """Own sound never leaks in, neither by rounding nor through the limiter."""
    voices = {"ana": coded_noise(1, 1, 0.9), "ben": coded_noise(1, 2, 0.3)}
    for frame, mix in zip(frames(voices["ben"]), mixes(voices), strict=True):
        assert np.array_equal(mix.without("ana"), frame)


def test_asked_twice_in_a_tick_a_return_is_the_same() -> None:
    """Its limiter moves once per tick."""
    mix = Mixer().mix({"ana": flat(0.1), "ben": flat(0.9), "cem": flat(0.9)})
    assert mix.without("ana") is mix.without("ana")


def test_a_return_goes_on_from_everybodys_mix_and_then_by_itself() -> None:
    """So that who begins to speak hears no step as the others' mix becomes their own."""
    mixer = Mixer()
    loud = {"ana": flat(0.001), "ben": flat(0.9), "cem": flat(0.9)}
    for _ in range(3):
        shared = mixer.mix(loud)
    private = mixer.mix(loud).without("ana")
    assert private[0] == pytest.approx(shared.pcm[-1], abs=0.01)
    louder = mixer.mix(loud | {"ana": flat(1.8)})
    assert louder.without("ana")[-1] == pytest.approx(private[-1], abs=0.001)
    assert louder.pcm[-1] < 0.95


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=13), st.integers(1, 4))
def test_no_mix_passes_full_scale(levels: list[float], ticks: int) -> None:
    mixer = Mixer()
    for _ in range(ticks):
        mix = mixer.mix({str(seat): flat(level) for seat, level in enumerate(levels)})
        assert np.abs(mix.pcm).max() <= 1.0
        assert np.abs(mix.without("0")).max() <= 1.0


def test_a_frame_of_another_length_is_a_bug_that_shows() -> None:
    with pytest.raises(FrameShapeError):
        Mixer().mix({"ana": np.zeros(480, np.float32)})
