"""Players that are not ours: FFmpeg through PyAV, and the ffmpeg command that people have."""

import io
import shutil
import subprocess
from pathlib import Path

import av
import numpy as np

from fullhouse.media import Pcm

FFMPEG = shutil.which("ffmpeg") or "ffmpeg"


def decode(raw: bytes, form: str) -> Pcm:
    """Return the sound of a whole file, any decoding error raised; `form` is mp4, aac or ogg."""
    frames = []
    with av.open(io.BytesIO(raw), mode="r", format=form) as file:
        file.streams.audio[0].codec_context.options = {"err_detect": "explode"}
        for frame in file.decode(audio=0):
            assert frame.sample_rate == 48_000
            frames.append(frame.to_ndarray().reshape(-1).astype(np.float32))
    return np.concatenate(frames)


def play(source: Path | bytes, *options: str) -> Pcm:
    """Return what the ffmpeg command hears in a file, or in bytes from a pipe.

    A warning of a decoder fails the test.
    """
    given = source if isinstance(source, bytes) else None
    name = "pipe:" if isinstance(source, bytes) else str(source)
    command = [FFMPEG, "-nostdin", "-v", "error", "-xerror", *options, "-i", name]
    run = subprocess.run(
        [*command, "-f", "f32le", "-ac", "1", "-ar", "48000", "pipe:1"],
        input=given,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()
    assert run.stderr == b"", run.stderr.decode()
    return np.frombuffer(run.stdout, np.float32)
