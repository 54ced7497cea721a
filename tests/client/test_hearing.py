"""From a stream's bytes to sound and to a file."""

import threading
import wave
from pathlib import Path

import numpy as np
import pytest

from fullhouse.client.hearing import Hearing, NotWritable, hear_playlist, recording
from fullhouse.client.links import Format
from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE
from tests.coded_noise import coded_noise, find
from tests.stage.sources import encoded

NOISE = coded_noise(3)
FORMS = {
    Format.MP4: ("-c:a", "aac", "-f", "mp4", "-movflags", "frag_keyframe+empty_moov"),
    Format.OPUS: ("-c:a", "libopus", "-f", "mp4", "-movflags", "frag_keyframe+empty_moov"),
    Format.AAC: ("-c:a", "aac", "-f", "adts"),
    Format.OGG: ("-c:a", "libopus", "-f", "ogg"),
}


def read_wav(path: Path) -> Pcm:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, SAMPLE_RATE)
        raw = file.readframes(file.getnframes())
    return np.frombuffer(raw, "<i2").astype(np.float32) / np.float32(32767)


@pytest.mark.parametrize("format", FORMS)
def test_every_form_is_heard(tmp_path: Path, format: Format) -> None:
    out = tmp_path / "out.wav"
    raw = encoded(NOISE, *FORMS[format])
    with recording(out, None) as record:
        hearing = Hearing(format, record)
        for at in range(0, len(raw), 1000):
            assert hearing.feed(raw[at : at + 1000])
        hearing.finish()
        assert record.first_sound is not None
        assert record.meter.whole_db == pytest.approx(-16, abs=2)
    heard = read_wav(out)
    assert find(NOISE, heard).share >= 0.99
    assert len(heard) == pytest.approx(len(NOISE), abs=0.1 * SAMPLE_RATE)


def test_a_recording_is_as_long_as_was_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    with recording(out, 1.5) as record:
        for _ in range(100):
            record.add(np.ones(1000, np.float32))
        assert record.full.is_set()
        assert record.seconds == 1.5
    assert len(read_wav(out)) == 72_000


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotWritable, match="Cannot write"), recording(tmp_path / "no" / "x", None):
        pass


@pytest.mark.parametrize("format", FORMS)
def test_junk_is_no_sound(format: Format) -> None:
    with recording(None, None) as record:
        hearing = Hearing(format, record)
        hearing.feed(np.random.default_rng(2).bytes(50_000))
        hearing.finish()
        assert record.seconds < 1


def test_a_playlist_that_is_none_ends_at_once(tmp_path: Path) -> None:
    path = tmp_path / "live.m3u8"
    path.write_text("nothing")
    with recording(None, None) as record:
        hear_playlist(str(path), record, threading.Event())
        assert record.seconds == 0
