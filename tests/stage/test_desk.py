"""One tick of the mixing desk."""

import numpy as np
import pytest

from fullhouse.media import Pcm
from fullhouse.stage.desk import QUIET_TICKS, Desk
from fullhouse.stage.frame import NOTHING, Frame, Reason
from fullhouse.stage.level import NOTHING_DB
from fullhouse.units import FRAME_SAMPLES
from tests.coded_noise import coded_noise, loudness


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
    for _ in range(20):
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


def test_a_seconds_quality_is_that_of_what_came() -> None:
    """Not of what the host made of it: a clipped microphone stays clipped when turned down."""
    desk = Desk()
    loud = hum(0.1)
    assert loud.pcm is not None
    loud.pcm[:48] = 1.0
    for _ in range(50):
        desk.tick({"ana": hum(0.1), "ben": loud}, {"ben"}, {"ana": -20.0})
    assert desk.quality("ana") == pytest.approx((-20, 0.0), abs=0.1)
    assert desk.quality("ben")[1] == pytest.approx(0.05)
    assert desk.quality("ben") == desk.quality("nobody") == (NOTHING_DB, 0.0)


def test_noise_in_the_background_does_not_speak_and_who_speaks_over_it_does() -> None:
    desk = Desk()
    noise = np.random.default_rng(3).standard_normal((400, FRAME_SAMPLES)).astype(np.float32)
    frames = [Frame(frame * np.float32(10 ** (-45 / 20)), Reason.REAL) for frame in noise]
    for frame in frames[:200]:
        desk.tick({"ana": frame}, frozenset())
    for frame in frames[200:300]:
        desk.tick({"ana": frame}, frozenset())
        assert desk.speaking() == ()
    for frame in frames[300:]:
        assert frame.pcm is not None
        desk.tick({"ana": Frame(frame.pcm * np.float32(8), Reason.REAL)}, frozenset())
    assert desk.speaking() == ("ana",)


def test_garbage_of_one_seat_leaves_the_others_as_they_are() -> None:
    """Full-scale noise, an offset, no numbers: within 1 dB in the programme and the returns."""
    noise = np.random.default_rng(5).uniform(-1, 1, (200, FRAME_SAMPLES)).astype(np.float32)
    offset = np.ones((200, FRAME_SAMPLES), np.float32)
    broken = np.where(noise > 0.9, np.nan, noise).astype(np.float32)
    voices = {"ana": coded_noise(4, 1, 0.3), "ben": coded_noise(4, 2, 0.3)}
    for garbage in (noise, offset, broken):
        desk, programme, back = Desk(), [], []
        for tick in range(200):
            pcm = {seat: voice[tick * 960 :][:960] for seat, voice in voices.items()}
            pcm["mal"] = garbage[tick]
            frames = {seat: Frame(each, Reason.REAL) for seat, each in pcm.items()}
            mixed = desk.tick(frames, frozenset())
            programme.append(mixed.pcm)
            back.append(mixed.without("ben"))
        assert np.abs(programme).max() <= 1.0
        assert loudness(voices["ana"], np.concatenate(programme)) == pytest.approx(0, abs=1)
        assert loudness(voices["ben"], np.concatenate(programme)) == pytest.approx(0, abs=1)
        assert loudness(voices["ana"], np.concatenate(back)) == pytest.approx(0, abs=1)


def test_a_steady_voice_keeps_its_level_beside_a_bursting_one() -> None:
    """A limiter that pumps is heard as breathing."""
    steady = coded_noise(8, 1, 0.5).reshape(-1, FRAME_SAMPLES)
    bursts = coded_noise(8, 2, 0.95).reshape(-1, FRAME_SAMPLES)
    desk, gains, mix = Desk(), [], []
    for tick, (frame, burst) in enumerate(zip(steady, bursts, strict=True)):
        frames = {"ana": Frame(frame, Reason.REAL)}
        frames["ben"] = Frame(burst, Reason.REAL) if tick // 20 % 2 else NOTHING
        mix.append(desk.tick(frames, frozenset()).pcm)
    for first in range(20, 400, 10):
        both = np.stack([each[first : first + 10].ravel() for each in (steady, bursts)])
        heard = np.concatenate(mix[first : first + 10])
        gains.append(np.linalg.lstsq(both.T, heard, rcond=None)[0][0])
    decibels = 20 * np.log10(gains)
    assert decibels.max() - decibels.min() <= 2.0
    normal = np.abs(np.diff(steady)).max() + np.abs(np.diff(bursts)).max()
    assert np.abs(np.diff(np.concatenate(mix))).max() <= normal
