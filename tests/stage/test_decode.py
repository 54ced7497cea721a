"""The child process that decodes sources: every format, and whatever else strangers send."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fullhouse.media import Pcm
from fullhouse.stage.container import Container
from fullhouse.stage.decode import NO_SOUND, Link, sound
from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE
from tests.coded_noise import coded_noise, find
from tests.stage.sources import CONTAINERS, ENCODINGS, encoded

NOISE = coded_noise(4)
HALF = len(NOISE) // 2


def decoded(raw: bytes, container: Container) -> Pcm:
    frames = list(sound(io.BytesIO(raw).read, container))
    assert all(len(frame) == FRAME_SAMPLES for frame in frames)
    return np.concatenate([np.zeros(0), *frames]).astype(np.float32) / np.float32(32767)


def rms_db(pcm: Pcm) -> float:
    return float(10 * np.log10(np.mean(pcm.astype(np.float64) ** 2)))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_format_comes_out_whole(encoding: str) -> None:
    """No gap and no repeat, and within a tenth of a second as long as what went in."""
    heard = decoded(encoded(NOISE, *ENCODINGS[encoding]), Container(CONTAINERS[encoding]))
    found = find(NOISE, heard)
    assert found.share >= 0.99
    assert found.worst_jump() <= 1
    assert abs(len(heard) - len(NOISE)) <= 0.1 * SAMPLE_RATE


@pytest.mark.parametrize(("encoding", "seam"), [
    ("ogg-opus", 2), ("ogg-vorbis", 2), ("ogg-flac", 1), ("flac", 1), ("mp3", 45), ("aac", 45),
])  # fmt: skip
def test_rate_and_channels_may_change_in_the_middle(encoding: str, seam: float) -> None:
    """As a radio's next track does. MP3 and AAC have the next encoder's run-in at the seam."""
    options = list(ENCODINGS[encoding])
    rate = "24000" if encoding == "ogg-opus" else "32000"
    other = [*options[: options.index("-f")], "-ar", rate, "-ac", "2", "-f", options[-1]]
    raw = encoded(NOISE[:HALF], *options) + encoded(NOISE[HALF:], *other)
    found = find(NOISE, decoded(raw, Container(CONTAINERS[encoding])))
    assert found.share >= 0.98
    assert found.worst_jump() <= seam
    assert found.last > 3.8


def test_two_equal_channels_are_as_loud_as_one() -> None:
    both = np.repeat(NOISE[:SAMPLE_RATE], 2)
    command = ["ffmpeg", "-v", "error", "-f", "f32le", "-ar", "48000", "-ac", "2", "-i", "-"]
    raw = subprocess.run(
        [*command, "-f", "flac", "-"], input=both.tobytes(), stdout=-1, check=True
    ).stdout
    heard = decoded(raw, Container.FLAC)
    assert abs(rms_db(heard) - rms_db(NOISE[:SAMPLE_RATE])) < 0.1


def test_damage_in_the_middle_costs_that_place_only() -> None:
    raw = bytearray(encoded(NOISE, *ENCODINGS["mp3"]))
    middle = len(raw) // 2
    raw[middle : middle + 2000] = np.random.default_rng(1).bytes(2000)
    heard = decoded(bytes(raw), Container.MP3)
    assert find(NOISE, heard).share > 0.9
    assert len(heard) > 3.5 * SAMPLE_RATE


@pytest.mark.parametrize("container", Container)
def test_noise_in_place_of_a_file_is_no_sound_or_little(container: Container) -> None:
    """Random bytes neither hang nor raise; a few may by chance look like a frame."""
    raw = np.random.default_rng(5).bytes(200_000)
    assert len(decoded(raw, container)) < 2 * SAMPLE_RATE


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_cut_anywhere_does_not_hang(encoding: str) -> None:
    raw = encoded(NOISE[:HALF], *ENCODINGS[encoding])
    for cut in (1, 30, 500, len(raw) // 2, len(raw) - 3):
        assert len(decoded(raw[:cut], Container(CONTAINERS[encoding]))) <= HALF + 9600


def test_a_link_ends_where_the_next_begins() -> None:
    track = b"fLaC\0\0\0\x22" + bytes(40)
    link = Link(io.BytesIO(track * 2).read, Container.FLAC)
    assert read_all(link) == track
    assert not link.over
    link.next()
    assert read_all(link) == track
    assert link.over


def read_all(link: Link) -> bytes:
    return b"".join(iter(lambda: link.read(7), b""))


def run(container: Container, raw: bytes, code: str = "") -> "subprocess.CompletedProcess[bytes]":
    start = f"import sys; from fullhouse.stage.decode import *; {code}" if code else ""
    command = ["-c", start] if code else ["-m", "fullhouse.stage.decode", container.value]
    return subprocess.run(
        [sys.executable, *command], input=raw, capture_output=True, timeout=60, check=False
    )


def test_the_child_writes_frames() -> None:
    done = run(Container.FLAC, encoded(NOISE[:SAMPLE_RATE], *ENCODINGS["flac"]))
    assert done.returncode == 0
    heard = np.frombuffer(done.stdout, "<i2").astype(np.float32) / np.float32(32767)
    assert len(heard) % FRAME_SAMPLES == 0
    assert find(NOISE, heard).share == 1


def test_the_child_says_when_there_was_no_sound() -> None:
    done = run(Container.OGG, b"OggS" + bytes(100))
    assert (done.returncode, done.stdout, done.stderr) == (NO_SOUND, b"", b"")


def test_the_child_can_open_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    done = run(Container.OGG, b"", f"confine(); open({str(secret)!r})")
    assert b"Too many open files" in done.stderr


def test_the_child_gets_no_endless_memory() -> None:
    done = run(Container.OGG, b"", "confine(); bytearray(2 << 30)")
    assert b"MemoryError" in done.stderr


def test_the_child_gets_no_endless_time() -> None:
    """Ten seconds of computing without sound end it; here one, so that the test is short."""
    code = "import fullhouse.stage.decode as d; d.CPU_SECONDS = 1; d.grant_time()\nwhile True: pass"
    assert run(Container.OGG, b"", code).returncode < 0
