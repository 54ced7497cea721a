"""Sound into a Fullhouse and out of it, with programs that nobody here wrote."""

import os
import subprocess
import sys
import wave
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE
from tests.journeys.running import Running

FFMPEG = ("ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error")
OUTPUTS = ("live.mp4", "live-opus.mp4", "live.aac", "live.ogg", "hls/live.m3u8")
HLS_FROM_THE_EDGE = ("-live_start_index", "-1")


def write_wav(path: Path, pcm: Pcm) -> Path:
    """Write mono 16-bit sound at 48 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((pcm * 32767).astype("<i2").tobytes())
    return path


@contextmanager
def icecast_source(links: dict[str, str], wav: Path, *codec: str) -> Iterator[None]:
    """Let Debian's ffmpeg broadcast a file, over and over, until the block ends."""
    address = links["source"].replace("http://", "")
    login = f"{links['source_user']}:{links['source_key']}"
    words = codec or ("-c:a", "libopus", "-b:a", "64k", "-f", "ogg", "-content_type", "audio/ogg")
    loop = ("-re", "-stream_loop", "-1", "-i", str(wav))
    with _until_the_end([*FFMPEG, *loop, *words, f"icecast://{login}@{address}"]):
        yield


@contextmanager
def speaking(running: Running, slug: str, wav: Path, name: str = "Speaker") -> Iterator[None]:
    """Let `fullhouse speak` say a file, over and over, until the block ends."""
    command = running.command("speak", slug, str(wav), "--loop", "--name", name)
    with _until_the_end(command):
        yield


@contextmanager
def _until_the_end(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=sys.stderr, stderr=sys.stderr)
    # Who speaks has a machine of their own: what we run beside them does not make them late.
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, process.pid, -10)
    try:
        yield
        assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


@dataclass(frozen=True, slots=True)
class Recording:
    """A player that writes what it hears into a file of its own, and so never waits for us."""

    player: "subprocess.Popen[bytes]"
    file: Path

    def wait(self, seconds: float) -> Pcm:
        """Return what was heard, mono at 48 kHz, once all is there."""
        _, errors = self.player.communicate(timeout=seconds)
        assert self.player.returncode == 0, errors.decode()
        return np.fromfile(self.file, np.float32)


@contextmanager
def recording(url: str, seconds: float, folder: Path) -> Iterator[Recording]:
    """Let Debian's ffmpeg listen to `url` for so long."""
    file = folder / f"{url.replace('/', '_')}.raw"
    live = HLS_FROM_THE_EDGE if url.endswith("m3u8") else ()
    sound = ("-t", str(seconds), "-f", "f32le", "-ac", "1", "-ar", str(SAMPLE_RATE), str(file))
    command = [*FFMPEG, "-rw_timeout", "20000000", *live, "-i", url, *sound]
    player = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        yield Recording(player, file)
    finally:
        player.kill()
        player.communicate()


def record_all(edge: str, slugs: Sequence[str], seconds: float, folder: Path) -> dict[str, Pcm]:
    """Listen to every output of these rooms at the same time; return them by `room/output`."""
    with ExitStack() as stack:
        recordings = {
            name: stack.enter_context(recording(f"{edge}/{name}", seconds, folder))
            for name in (f"{slug}/{output}" for slug in slugs for output in OUTPUTS)
        }
        return {name: one.wait(seconds + 60) for name, one in recordings.items()}


def decoded(raw: bytes, folder: Path) -> Pcm:
    """Return what a listener has got of a plain stream, as far as it came."""
    source, out = folder / "heard", folder / "heard.f32"
    source.write_bytes(raw)
    sound = ("-f", "f32le", "-ac", "1", "-ar", str(SAMPLE_RATE))
    subprocess.run([*FFMPEG, "-y", "-i", str(source), *sound, str(out)], check=True, timeout=60)
    return np.fromfile(out, np.float32)


def longest_silence(pcm: Pcm) -> float:
    """Return the longest time without sound, in milliseconds, to the next 5."""
    block = SAMPLE_RATE // 200
    power = np.square(pcm[: len(pcm) // block * block].reshape(-1, block)).mean(axis=1)
    longest = run = 0
    for silent in power < 1e-6:
        run = run + 1 if silent else 0
        longest = max(longest, run)
    return longest * 5.0
