"""One tick of the mixing desk."""

import numpy as np
import pytest

from fullhouse.media import Pcm
from fullhouse.stage.desk import Desk
from fullhouse.stage.level import NOTHING_DB
from fullhouse.units import FRAME_SAMPLES


def frame(level: float) -> Pcm:
    return np.full(FRAME_SAMPLES, level, np.float32)


def test_a_silent_room_still_ticks() -> None:
    desk = Desk()
    mixed = desk.tick({}, frozenset())
    assert mixed.pcm.shape == (FRAME_SAMPLES,)
    assert mixed.began is None
    assert desk.mix_db == NOTHING_DB


def test_a_seat_without_sound_is_on_the_desk_and_silent() -> None:
    desk = Desk()
    desk.tick({"ana": None}, frozenset())
    assert desk.level_db("ana") == NOTHING_DB
    assert desk.speaking() == ()


def test_levels_speakers_and_voice_are_those_of_what_came() -> None:
    desk = Desk()
    for _ in range(10):
        mixed = desk.tick({"ana": frame(0.1), "ben": frame(0.2)}, frozenset())
    assert desk.level_db("ana") == pytest.approx(-20, abs=0.1)
    assert desk.speaking() == ("ben", "ana")
    assert mixed.began == 4
    assert desk.mix_db == pytest.approx(-10.5, abs=0.2)


def test_a_muted_seat_shows_its_level_and_neither_speaks_nor_is_heard() -> None:
    desk = Desk()
    for _ in range(10):
        mixed = desk.tick({"ana": frame(0.1)}, {"ana"})
        assert not mixed.pcm.any()
        assert mixed.began is None
    assert desk.level_db("ana") == pytest.approx(-20, abs=0.1)
    assert desk.speaking() == ()


def test_who_has_left_is_off_the_desk() -> None:
    desk = Desk()
    for _ in range(10):
        desk.tick({"ana": frame(0.1)}, frozenset())
    desk.tick({}, frozenset())
    assert desk.level_db("ana") == NOTHING_DB
    assert desk.speaking() == ()
