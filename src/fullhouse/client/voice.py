"""A shell: a sound file, or what comes in on stdin, as a microphone gives it: 20 ms at a time.

A thread reads and decodes, a little ahead: reading may block, speaking may not.
"""

import asyncio
import io
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import av
import numpy as np

from fullhouse.errors import Refused
from fullhouse.media import Pcm
from fullhouse.mono import first_sound
from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    from typing_extensions import Buffer

STDIN: Final = "-"
AHEAD: Final = 50
"""Frames that lie ready: a second."""

LITTLE: Final = {"probesize": "8192", "analyzeduration": "0"}
"""What comes in live should be spoken soon: libav would look at five seconds of it first."""


class NoFile(Refused):
    code = "no_file"


class NotSound(Refused):
    code = "not_sound"


class Voice:
    """A file that speaks. Made by `voice`."""

    def __init__(self, file: str, loop: bool) -> None:
        self._file = file
        self._loop = loop
        self._room = threading.Semaphore(AHEAD)
        self._frames: asyncio.Queue[Pcm | Refused | None] = asyncio.Queue()
        self._asyncio = asyncio.get_running_loop()
        self._over = False

    async def frame(self) -> Pcm | None:
        """Return the next 960 samples, or None at the end.

        Raises:
            Refused: there is no such file, or it holds no sound.
        """
        frame = await self._frames.get()
        self._room.release()
        if isinstance(frame, Refused):
            raise frame
        return frame

    @property
    def waiting(self) -> int:
        """Return how many frames lie ready."""
        return self._frames.qsize()

    def start(self) -> None:
        # A daemon: nothing can wake a thread that waits for stdin.
        threading.Thread(target=self._run, name="voice", daemon=True).start()

    def stop(self) -> None:
        self._over = True
        self._room.release()

    def _run(self) -> None:
        try:
            for frame in _rounds(self._file, self._loop):
                if not self._put(frame):
                    return
            self._put(None)
        except Refused as error:
            self._put(error)

    def _put(self, frame: Pcm | Refused | None) -> bool:
        self._room.acquire()
        if self._over:
            return False
        with suppress(RuntimeError):  # the loop has closed meanwhile: nobody waits any more
            self._asyncio.call_soon_threadsafe(self._frames.put_nowait, frame)
            return True
        return False


@asynccontextmanager
async def voice(file: str, loop: bool = False) -> AsyncIterator[Voice]:
    """Open a sound file, or stdin for `-`.

    Args:
        file: any sound that libav knows.
        loop: begin again at its end, for ever; stdin cannot.
    """
    speaking = Voice(file, loop and file != STDIN)
    speaking.start()
    try:
        yield speaking
    finally:
        speaking.stop()


def _rounds(file: str, loop: bool) -> Iterator[Pcm]:
    while True:
        with _open(file) as raw:
            yield from _in_frames(_samples(raw, file))
        if not loop:
            return


class Stdin(io.RawIOBase):
    """Stdin without Python's buffer, whose lock a waiting thread would hold beyond the end."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def readinto(self, into: "Buffer") -> int:
        raw = os.read(sys.stdin.fileno(), len(memoryview(into)))
        memoryview(into)[: len(raw)] = raw
        return len(raw)


def _open(file: str) -> "BinaryIO | Stdin":
    if file == STDIN:
        return Stdin()
    try:
        return Path(file).open("rb")
    except IsADirectoryError:
        raise NoFile(f"{file} is a folder, not a sound file.") from None
    except PermissionError:
        raise NoFile(f"{file} may not be read.") from None
    except OSError as error:
        raise NoFile(f"There is no file {file}.") from error


def _in_frames(pieces: Iterator[Pcm]) -> Iterator[Pcm]:
    waiting: Pcm = np.zeros(0, np.float32)
    for piece in pieces:
        waiting = np.concatenate((waiting, piece))
        while len(waiting) >= FRAME_SAMPLES:
            yield waiting[:FRAME_SAMPLES]
            waiting = waiting[FRAME_SAMPLES:]
    if len(waiting):
        yield np.pad(waiting, (0, FRAME_SAMPLES - len(waiting)))


def _samples(raw: "BinaryIO | Stdin", file: str) -> Iterator[Pcm]:
    heard = 0
    try:
        options = LITTLE if file == STDIN else {}
        with av.open(raw, "r", buffer_size=4096, options=options) as container:
            for piece in first_sound(container):
                heard += len(piece)
                yield piece
    except (av.error.FFmpegError, ValueError):
        pass  # a file that is cut off is spoken as far as it goes
    if not heard:
        what = "What comes in" if file == STDIN else file
        raise NotSound(f"{what} is no sound that Fullhouse knows.")


class OpusVoice:
    """Encodes speech as WHIP sends it: mono, 20 ms, with in-band repair for lost packets."""

    def __init__(self, bit_rate: int) -> None:
        options = {
            "application": "voip",
            "vbr": "constrained",
            "frame_duration": "20",
            "fec": "1",
            "packet_loss": "5",
        }
        context = av.CodecContext.create("libopus", "w")
        assert isinstance(context, av.AudioCodecContext)
        context.bit_rate = bit_rate
        context.format = av.AudioFormat("flt")
        context.layout = av.AudioLayout("mono")
        context.sample_rate = SAMPLE_RATE
        context.time_base = Fraction(1, SAMPLE_RATE)
        context.options = options
        self._context = context

    def encode(self, pcm: Pcm) -> list[bytes]:
        """Return the packets that one frame gives: one."""
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), "flt", "mono")
        frame.sample_rate = SAMPLE_RATE
        return [bytes(packet) for packet in self._context.encode(frame)]
