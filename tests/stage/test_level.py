"""How loud, whether a voice, and who speaks."""

import numpy as np
import pytest

from fullhouse.media import Pcm
from fullhouse.stage.level import (
    ABOVE_NOISE_DB,
    BEGIN_FRAMES,
    BEGIN_WINDOW,
    HANG_FRAMES,
    NOISE_FRAMES,
    NOISIEST_DB,
    NOTHING_DB,
    VOICE_DB,
    Loudness,
    NoiseFloor,
    Speakers,
    VoiceDetector,
    peak_db,
    power,
    rms_db,
)
from fullhouse.units import FRAME_SAMPLES

LOUD, QUIET = 1e-3, 1e-7  # -30 and -70 dBFS


def square(level: float) -> Pcm:
    return np.full(FRAME_SAMPLES, level, np.float32)


def test_full_scale_is_0_db_and_half_is_6_db_less() -> None:
    assert rms_db(square(1.0)) == pytest.approx(0.0, abs=0.01)
    assert rms_db(square(0.5)) == pytest.approx(-6.02, abs=0.01)
    assert peak_db(square(-0.5)) == pytest.approx(-6.02, abs=0.01)


def test_nothing_has_a_level_that_can_be_written_as_a_number() -> None:
    """Not minus infinity: JSON has none."""
    assert rms_db(square(0.0)) == peak_db(square(0.0)) == NOTHING_DB
    assert Loudness().db == NOTHING_DB


def test_loudness_is_that_of_the_last_200_ms() -> None:
    loudness = Loudness()
    for _ in range(10):
        loudness.add(power(square(0.5)))
    assert loudness.db == pytest.approx(-6.02, abs=0.01)
    for _ in range(10):
        loudness.add(0.0)
    assert loudness.db == NOTHING_DB


def test_a_click_is_no_voice() -> None:
    detector = VoiceDetector()
    assert [detector.add(p) for p in (QUIET, LOUD, LOUD, QUIET, QUIET, QUIET)] == [None] * 6


def test_a_voice_is_three_loud_frames_of_five_and_knows_its_beginning() -> None:
    """The number says how many frames ago the voice began."""
    detector = VoiceDetector()
    heard = [detector.add(p) for p in (QUIET, LOUD, QUIET, LOUD, LOUD, LOUD)]
    assert heard == [None, None, None, None, 3, 4]


def test_the_softest_frame_of_three_seconds_is_noise() -> None:
    floor = NoiseFloor()
    assert floor.voice_db == VOICE_DB
    for _ in range(3 * NOISE_FRAMES):
        floor.add(power(square(0.01)))
        floor.add(power(square(10 ** (-45 / 20))))
    assert floor.voice_db == pytest.approx(-45 + ABOVE_NOISE_DB, abs=0.1)


def test_a_quiet_room_and_a_loud_tone_leave_the_measure_where_it_is() -> None:
    """What has no pauses and is loud is no noise: music, or a test tone."""
    quiet, loud = NoiseFloor(), NoiseFloor()
    for _ in range(3 * NOISE_FRAMES):
        quiet.add(1e-9)
        loud.add(0.1)
    assert quiet.voice_db == VOICE_DB
    assert loud.voice_db == NOISIEST_DB + ABOVE_NOISE_DB


def test_who_has_stopped_making_noise_is_heard_again_softly() -> None:
    floor = NoiseFloor()
    for mean_square in [1e-4] * 5 * NOISE_FRAMES + [1e-8] * NOISE_FRAMES:
        floor.add(mean_square)
    assert floor.voice_db == VOICE_DB


def speak(speakers: Speakers, levels: dict[str, float], count: int = BEGIN_FRAMES) -> None:
    for _ in range(count):
        speakers.add(levels, [seat for seat, level in levels.items() if level > VOICE_DB])


def test_who_speaks_is_said_loudest_first() -> None:
    speakers = Speakers()
    speak(speakers, {"ana": -30.0, "ben": -20.0, "cem": -60.0})
    assert speakers.speaking() == ("ben", "ana")


def test_a_cough_is_no_speech() -> None:
    speakers = Speakers()
    for _ in range(5):
        speak(speakers, {"ana": -20.0}, BEGIN_FRAMES - 1)
        assert speakers.speaking() == ()
        speak(speakers, {"ana": -90.0}, BEGIN_WINDOW)


def test_a_breath_does_not_end_a_speech_and_half_a_second_does() -> None:
    speakers = Speakers()
    speak(speakers, {"ana": -30.0})
    speak(speakers, {"ana": -90.0}, HANG_FRAMES - 1)
    assert speakers.speaking() == ("ana",)
    speak(speakers, {"ana": -90.0}, 1)
    assert speakers.speaking() == ()


def test_a_word_after_a_breath_goes_on_with_the_speech() -> None:
    """Who speaks needs no second beginning."""
    speakers = Speakers()
    speak(speakers, {"ana": -30.0})
    for _ in range(5):
        speak(speakers, {"ana": -90.0}, HANG_FRAMES - 1)
        speak(speakers, {"ana": -30.0}, 1)
        assert speakers.speaking() == ("ana",)


def test_two_who_are_equally_loud_do_not_change_places() -> None:
    speakers = Speakers()
    noise = np.random.default_rng(1).normal(0, 2, (1000, 2))
    said = set()
    for tick, (ana, ben) in enumerate(noise):
        speakers.add({"ana": -20 + ana, "ben": -20 + ben}, ["ana", "ben"])
        if tick > 50:
            said.add(speakers.speaking())
    assert len(said) == 1


def test_who_is_clearly_louder_comes_first_soon() -> None:
    speakers = Speakers()
    speak(speakers, {"ana": -20.0, "ben": -30.0})
    speak(speakers, {"ana": -30.0, "ben": -20.0}, 70)
    assert speakers.speaking() == ("ben", "ana")


def test_a_short_dip_does_not_change_the_order() -> None:
    speakers = Speakers()
    speak(speakers, {"ana": -20.0, "ben": -26.0})
    speak(speakers, {"ana": -60.0, "ben": -26.0}, 1)
    assert speakers.speaking() == ("ana", "ben")


def test_who_has_left_does_not_speak() -> None:
    speakers = Speakers()
    speak(speakers, {"ana": -20.0})
    assert speakers.speaking() == ("ana",)
    speakers.add({}, [])
    assert speakers.speaking() == ()
