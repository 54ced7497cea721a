"""Sound of any form as mono at 48 kHz."""

import io

import av
import numpy as np
import pytest

from fullhouse.media import Pcm
from fullhouse.mono import decoded, first_sound, mono
from fullhouse.stage.level import rms_db


def tone(rate: int, channels: str, form: str, level: float = 0.3) -> av.AudioFrame:
    """Return a second of 440 Hz, the same in every channel."""
    count = {"mono": 1, "stereo": 2, "5.1": 6}[channels]
    wave = level * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    if form == "s16":
        samples = np.rint(wave * 32767).astype(np.int16).repeat(count).reshape(1, -1)
    else:
        samples = np.tile(wave.astype(np.float32), (count, 1))
    frame = av.AudioFrame.from_ndarray(samples, format=form, layout=channels)
    frame.sample_rate = rate
    return frame


def heard(*frames: av.AudioFrame) -> Pcm:
    return np.concatenate(list(mono(frames)))


@pytest.mark.parametrize("rate", [8000, 44_100, 48_000])
@pytest.mark.parametrize("channels", ["mono", "stereo"])
@pytest.mark.parametrize("form", ["s16", "fltp"])
def test_a_second_stays_a_second_and_as_loud(rate: int, channels: str, form: str) -> None:
    sound = heard(tone(rate, channels, form))
    assert len(sound) == pytest.approx(48_000, abs=64)
    assert rms_db(sound) == pytest.approx(-13.5, abs=0.3)


def test_many_channels_become_one() -> None:
    assert np.abs(heard(tone(48_000, "5.1", "fltp"))).max() < 1.0


def test_the_form_may_change_and_nothing_is_lost() -> None:
    sound = heard(
        tone(44_100, "stereo", "s16"), tone(48_000, "mono", "fltp"), tone(8000, "mono", "s16")
    )
    assert len(sound) == pytest.approx(3 * 48_000, abs=200)


def test_nothing_gives_nothing() -> None:
    assert list(mono(())) == []


def test_a_film_without_sound_gives_nothing() -> None:
    written = io.BytesIO()
    with av.open(written, "w", format="matroska") as film:
        track = film.add_stream("mpeg4", rate=25)
        track.width, track.height, track.pix_fmt = 16, 16, "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
        film.mux([*track.encode(picture), *track.encode(None)])
    written.seek(0)
    with av.open(written, "r") as film:
        assert list(first_sound(film)) == []


def test_a_packet_that_cannot_be_decoded_is_left_out_and_the_rest_is_heard() -> None:
    written = io.BytesIO()
    with av.open(written, "w", format="flac") as file:
        track = file.add_stream("flac", rate=48_000, layout="mono")
        file.mux([*track.encode(tone(48_000, "mono", "s16")), *track.encode(None)])
    raw = bytearray(written.getvalue())
    middle = len(raw) // 2
    raw[middle : middle + 400] = bytes(400)
    with av.open(io.BytesIO(bytes(raw)), "r") as container:
        sound = np.concatenate(list(mono(decoded(container))))
    assert 24_000 < len(sound) < 48_000
