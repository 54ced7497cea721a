"""How loud, whether a voice, and who speaks."""

import numpy as np
import pytest

from fullhouse.media import Pcm
from fullhouse.stage.level import (
    HANG_FRAMES,
    NOTHING_DB,
    Loudness,
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


def test_who_speaks_is_said_loudest_first() -> None:
    speakers = Speakers()
    speakers.add({"ana": -30.0, "ben": -20.0, "cem": -60.0}, ["ana", "ben"])
    assert speakers.speaking() == ("ben", "ana")


def test_a_breath_does_not_end_a_speech_and_half_a_second_does() -> None:
    speakers = Speakers()
    speakers.add({"ana": -30.0}, ["ana"])
    for _ in range(HANG_FRAMES - 1):
        speakers.add({"ana": -90.0}, [])
    assert speakers.speaking() == ("ana",)
    speakers.add({"ana": -90.0}, [])
    assert speakers.speaking() == ()


def test_a_short_dip_does_not_change_the_order() -> None:
    speakers = Speakers()
    for _ in range(5):
        speakers.add({"ana": -20.0, "ben": -26.0}, ["ana", "ben"])
    speakers.add({"ana": -60.0, "ben": -26.0}, ["ben"])
    assert speakers.speaking() == ("ana", "ben")


def test_who_has_left_does_not_speak() -> None:
    speakers = Speakers()
    speakers.add({"ana": -20.0}, ["ana"])
    speakers.add({}, [])
    assert speakers.speaking() == ()
