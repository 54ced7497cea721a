"""A shell: the child process that makes a hold of a file: `-m fullhouse.programme.hold_maker`.

Bytes of strangers meet libav in a process of their own, which may open no file and start none,
and takes no more memory and time than ten minutes of sound need. Reads the file on stdin; writes
one line of JSON to stdout, what it has made or why it has not, and behind it the hold.
"""

import io
import json
import os
import resource
import signal
import sys
from typing import BinaryIO, Final

import av
import numpy as np

from fullhouse.errors import Refused
from fullhouse.media import Pcm
from fullhouse.mono import decoded, mono
from fullhouse.programme.encoder import encode_loop
from fullhouse.programme.hold_file import MOST_SECONDS, HoldFile, pack_hold
from fullhouse.programme.looping import LEAST_SAMPLES, loop_of
from fullhouse.programme.loudness import SILENCE, level, loudness
from fullhouse.units import PART_SAMPLES, SAMPLE_RATE

MEMORY_BYTES: Final = 1536 << 20
CPU_SECONDS: Final = 150
QUIETEST: Final = -50.0
"""LUFS; what is softer would be turned up until its noise is heard."""
FORMATS: Final = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,eac3,flac,flv,gsm,matroska,webm,mov,mp4,m4a,3gp,3g2,"
    "mj2,mp3,mpc,mpc8,mpeg,mpegts,mxf,ogg,oma,qcp,rm,sox,spx,tak,truehd,tta,voc,w64,wav,wv,xwma"
)
"""Demuxers that may be tried: every usual one, and none that opens further files."""


class NoSound(Refused):
    code = "no_sound"
    status = 415
    message = "No sound was found in this file. Please send music, such as MP3, Ogg, FLAC or WAV."


class TooLong(Refused):
    code = "too_long"
    status = 413
    message = f"A hold lasts {MOST_SECONDS // 60} minutes at the most; this file is longer."


class TooShort(Refused):
    code = "too_short"
    status = 422

    def __init__(self, seconds: float) -> None:
        least = LEAST_SAMPLES // SAMPLE_RATE
        super().__init__(f"This file lasts {seconds:.1f} s; a hold needs {least} s at the least.")


class TooQuiet(Refused):
    code = "too_quiet"
    status = 422

    def __init__(self, lufs: float) -> None:
        what = "is silent" if lufs == SILENCE else f"is too soft, at {lufs:.0f} LUFS"
        super().__init__(f"The sound in this file {what}: there would be nothing to hear.")


def make(file: BinaryIO) -> tuple[float, bytes]:
    """Return how loud a file's sound is, in LUFS, and the hold made of it.

    Raises:
        Refused: there is no sound in it, too much, too little, or nothing to hear.
    """
    pcm = _decode(file)
    if len(pcm) < LEAST_SAMPLES:
        raise TooShort(len(pcm) / SAMPLE_RATE)
    pcm -= pcm.mean()
    measured = loudness(pcm)
    if measured < QUIETEST:
        raise TooQuiet(measured)
    loop = loop_of(pcm)
    level(loop, loudness(loop))
    return measured, pack_hold(encode_loop(loop))


def _decode(file: BinaryIO) -> Pcm:
    """Return the whole sound, mono.

    Raises:
        NoSound, TooLong: not here.
    """
    sound = np.empty(MOST_SECONDS * SAMPLE_RATE + PART_SAMPLES, np.float32)
    filled = 0
    try:
        with av.open(file, "r", options={"format_whitelist": FORMATS}) as container:
            for samples in mono(decoded(container)):
                if filled + len(samples) > len(sound):
                    raise TooLong()
                sound[filled : filled + len(samples)] = samples
                filled += len(samples)
    except (av.error.FFmpegError, ValueError) as error:
        if not filled:
            raise NoSound() from error
    if not filled:
        raise NoSound()
    return np.nan_to_num(sound[:filled], copy=False, posinf=1.0, neginf=-1.0)


def warm_up() -> None:
    """Do all of it once, so that nothing needs to be loaded once files are out of reach."""
    written = io.BytesIO()
    with av.open(written, "w", format="flac") as file:
        track = file.add_stream("flac", rate=44_100, layout="stereo")
        noise = np.random.default_rng(1).integers(-9999, 9999, (1, 2 * 132_300), np.int16)
        frame = av.AudioFrame.from_ndarray(noise, "s16", "stereo")
        frame.sample_rate = 44_100
        file.mux([*track.encode(frame), *track.encode(None)])
    written.seek(0)
    _, raw = make(written)
    HoldFile(raw).check(0, 1)


def confine() -> None:
    """Give up what making a hold does not need: files, children, core dumps, more memory, time."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(limit, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def main() -> int:
    """Make a hold of stdin; return the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, and that ends us
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.nice(10)  # live sound comes first
    av.logging.set_level(None)
    warm_up()
    confine()
    try:
        measured, raw = make(os.fdopen(0, "rb", closefd=False))
    except Refused as refusal:
        said = {"code": refusal.code, "message": refusal.message, "status": refusal.status}
        raw = b""
    except MemoryError:
        said = {"code": TooLong.code, "message": TooLong.message, "status": TooLong.status}
        raw = b""
    else:
        said = {"lufs": round(measured, 1)}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + raw)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
