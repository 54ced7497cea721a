"""One tick of the mixing desk."""

import numpy as np
import pytest

from fullhouse.media import Pcm
from fullhouse.stage.desk import QUIET_TICKS, Desk
from fullhouse.stage.frame import NOTHING, Frame, Reason
from fullhouse.stage.level import NOTHING_DB
from fullhouse.units import FRAME_SAMPLES


def hum(level: float) -> Frame:
    """Return a tone of this RMS level that frames can repeat without a seam."""
    time = np.arange(FRAME_SAMPLES) / 48_000
    pcm = level * np.sqrt(2) * np.sin(2 * np.pi * 450 * time)
    return Frame(pcm.astype(np.float32), Reason.REAL)


def share(voice: Frame, heard: Pcm) -> float:
    assert voice.pcm is not None
    return float(np.dot(heard, voice.pcm) / np.dot(voice.pcm, voice.pcm))


def test_a_silent_room_still_ticks() -> None:
    desk = Desk()
    mixed = desk.tick({}, frozenset())
    assert mixed.pcm.shape == (FRAME_SAMPLES,)
    assert mixed.began is None
    assert desk.mix_db == NOTHING_DB


def test_a_seat_without_sound_is_on_the_desk_and_silent() -> None:
    desk = Desk()
    desk.tick({"ana": NOTHING}, frozenset())
    assert desk.level_db("ana") == NOTHING_DB
    assert desk.speaking() == ()


def test_levels_speakers_and_voice_are_those_of_what_came() -> None:
    desk = Desk()
    for _ in range(10):
        mixed = desk.tick({"ana": hum(0.1), "ben": hum(0.2)}, frozenset())
    assert desk.level_db("ana") == pytest.approx(-20, abs=0.1)
    assert desk.speaking() == ("ben", "ana")
    assert mixed.began == 4
    assert desk.mix_db == pytest.approx(-10.5, abs=0.3)


def test_a_muted_seat_shows_its_level_and_neither_speaks_nor_is_heard() -> None:
    desk = Desk()
    for _ in range(10):
        mixed = desk.tick({"ana": hum(0.1)}, {"ana"})
        assert not mixed.pcm.any()
        assert mixed.began is None
    assert desk.level_db("ana") == pytest.approx(-20, abs=0.1)
    assert desk.speaking() == ()


def test_who_has_left_is_off_the_desk_after_a_fade() -> None:
    desk = Desk()
    for _ in range(10):
        desk.tick({"ana": hum(0.1)}, frozenset())
    assert desk.tick({}, frozenset()).pcm.any()
    assert not desk.tick({}, frozenset()).pcm.any()
    assert desk.level_db("ana") == NOTHING_DB
    assert desk.speaking() == ()


def test_a_seat_hears_everybody_but_itself() -> None:
    desk = Desk()
    frames = {"ana": hum(0.1), "ben": hum(0.05)}
    for _ in range(3):
        mixed = desk.tick(frames, frozenset())
    assert np.array_equal(mixed.without("ana"), frames["ben"].pcm)  # type: ignore[arg-type]  # it has sound
    assert np.array_equal(mixed.without("nobody"), mixed.pcm)


def test_a_seats_gain_counts_in_the_programme_and_in_the_returns() -> None:
    desk = Desk()
    for _ in range(3):
        mixed = desk.tick({"ana": hum(0.1), "ben": hum(0)}, frozenset(), {"ana": -6.0})
    assert share(hum(0.1), mixed.pcm) == pytest.approx(0.501, abs=0.001)
    assert share(hum(0.1), mixed.without("ben")) == pytest.approx(0.501, abs=0.001)


def test_who_sends_nothing_loud_for_a_second_is_quiet_and_who_speaks_is_not_at_once() -> None:
    desk = Desk()
    assert desk.tick({"ana": NOTHING}, frozenset()).quiet == {"ana"}
    assert desk.tick({"ana": hum(0.002)}, frozenset()).quiet == frozenset()
    quiet = [desk.tick({"ana": hum(0.0005)}, frozenset()).quiet for _ in range(QUIET_TICKS)]
    assert quiet == [frozenset()] * (QUIET_TICKS - 1) + [{"ana"}]


def test_a_muted_seat_is_quiet_however_loud_it_is() -> None:
    """Nothing of it is in the mix that it would share."""
    desk = Desk()
    for _ in range(3):
        mixed = desk.tick({"ana": hum(0.2)}, {"ana"})
    assert mixed.quiet == {"ana"}
