"""A hold made of a file: decoded, levelled, looped and encoded; or refused in one sentence."""

import io
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream

from fullhouse.errors import Refused
from fullhouse.media import Pcm, Rendition
from fullhouse.programme.hold_file import HoldFile
from fullhouse.programme.hold_maker import FORMATS, TooLong, TooQuiet, TooShort, make
from fullhouse.programme.loudness import loudness, true_peak
from fullhouse.stage.opus import OpusDecoder
from fullhouse.units import PART_SAMPLES, SAMPLE_RATE, PartNumber
from tests.coded_noise import coded_noise, find

NOISE = coded_noise(3.5, 3, peak=0.2)


def file_of(
    pcm: Pcm, container: str = "wav", codec: str = "pcm_s16le", rate: int = SAMPLE_RATE
) -> bytes:
    """Return sound as a file, mono, at a rate; the sound is not resampled."""
    written = io.BytesIO()
    with av.open(written, "w", format=container) as file:
        track = file.add_stream(codec, rate=rate, layout="mono")
        assert isinstance(track, AudioStream)
        resampler = av.AudioResampler(track.format.name, "mono", rate)
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), "flt", "mono")
        frame.sample_rate = rate
        for ready in [*resampler.resample(frame), *resampler.resample(None)]:
            for start in range(0, ready.samples, 1024):
                piece = av.AudioFrame.from_ndarray(
                    ready.to_ndarray()[:, start : start + 1024], ready.format.name, "mono"
                )
                piece.sample_rate, piece.pts = rate, start
                file.mux(track.encode(piece))
        file.mux(track.encode(None))
    return written.getvalue()


def played(hold: HoldFile, numbers: Iterable[int]) -> Pcm:
    """Return what is heard of some parts in a row."""
    decoder = OpusDecoder()
    packets = [p for n in numbers for p in hold.packets(Rendition.OPUS, PartNumber(n))]
    return np.concatenate([decoder.decode(packet) for packet in packets])


@pytest.mark.parametrize(
    ("container", "codec"),
    [("wav", "pcm_s16le"), ("flac", "flac"), ("ipod", "aac"), ("ogg", "libopus"), ("mp3", "mp3")],
)
def test_any_usual_file_becomes_a_hold(container: str, codec: str) -> None:
    lufs, packed = make(io.BytesIO(file_of(NOISE, container, codec)))
    hold = HoldFile(packed)
    hold.check(0, len(hold))
    heard = played(hold, range(len(hold)))
    assert lufs == pytest.approx(loudness(NOISE), abs=0.5)
    assert find(NOISE, heard).share > 0.85


def test_it_is_as_loud_as_it_should_be_and_goes_round_without_a_click() -> None:
    at = np.arange(int(4.3 * SAMPLE_RATE)) / SAMPLE_RATE
    chord = sum(np.sin(2 * np.pi * hertz * at) for hertz in (220.3, 277.1, 330.7)) * 0.05
    _, packed = make(io.BytesIO(file_of(np.asarray(chord, np.float32))))
    hold = HoldFile(packed)
    heard = played(hold, [*range(len(hold)), *range(len(hold)), *range(len(hold))])
    assert -23 <= loudness(heard) <= -20
    assert true_peak(heard) < -1
    seam = len(hold) * PART_SAMPLES
    steps = np.abs(np.diff(heard, 2))
    around = steps[seam + SAMPLE_RATE : 2 * seam - SAMPLE_RATE].max()
    assert steps[seam - 4800 : seam + 4800].max() <= 1.6 * around


def test_what_makes_no_hold_is_refused_in_a_sentence() -> None:
    with pytest.raises(TooShort, match=r"lasts 1\.0 s; a hold needs 2 s"):
        make(io.BytesIO(file_of(NOISE[:SAMPLE_RATE])))
    with pytest.raises(TooQuiet, match="is silent"):
        make(io.BytesIO(file_of(np.zeros(3 * SAMPLE_RATE, np.float32))))
    with pytest.raises(TooQuiet, match="too soft"):
        make(io.BytesIO(file_of(NOISE * np.float32(0.01), "flac", "flac")))
    with pytest.raises(TooLong, match="10 minutes"):
        make(io.BytesIO(file_of(np.resize(NOISE, 601 * 8000), rate=8000)))
    for raw in (b"", b"hello", b"RIFF\0\0\0\0WAVE", bytes(5000), b"\xff\xfb" * 4000):
        with pytest.raises(Refused, match="No sound was found"):
            make(io.BytesIO(raw))


def test_a_playlist_holds_no_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """libav's playlists open further files: they are not among the formats."""
    (tmp_path / "secret.wav").write_bytes(file_of(NOISE))
    monkeypatch.chdir(tmp_path)
    concat = "ffconcat version 1.0\nfile secret.wav\n"
    m3u = f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{tmp_path}/secret.wav\n#EXT-X-ENDLIST\n"
    for text in (concat, m3u):
        with pytest.raises(Refused, match="No sound was found"):
            make(io.BytesIO(text.encode()))
    assert not {"hls", "concat", "sdp", "rtsp", "image2", "lavfi"} & set(FORMATS.split(","))


def test_a_torn_file_gives_what_is_whole_of_it() -> None:
    raw = file_of(np.resize(NOISE, 6 * SAMPLE_RATE), "flac", "flac")
    _, packed = make(io.BytesIO(raw[: len(raw) // 2]))
    assert 2 < HoldFile(packed).seconds < 3.5


def child(raw: bytes) -> tuple[dict[str, object], bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "fullhouse.programme.hold_maker"],
        input=raw,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert b"Traceback" not in done.stderr
    line, _, rest = done.stdout.partition(b"\n")
    return json.loads(line), rest


def test_the_child_says_what_it_made_or_why_not(tmp_path: Path) -> None:
    said, raw = child(file_of(NOISE))
    assert set(said) == {"lufs"}
    assert HoldFile(raw).seconds == pytest.approx(3.2)
    said, raw = child(b"a note to the host, and no music at all")
    assert (said["code"], said["status"], raw) == ("no_sound", 415, b"")
