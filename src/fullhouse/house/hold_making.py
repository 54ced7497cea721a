"""A shell: has a child process make a hold of a file that somebody sent, one at a time.

`programme.hold_maker` is the child. It is told nothing but the file, and ends with the call.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Final

from fullhouse.errors import Malformed, NotReady, Refused
from fullhouse.programme.hold_file import MOST_BYTES, HoldFile

WITHIN: Final = 600.0
"""Seconds; ten minutes of sound take half a minute of a core, and everything else comes first."""
TURN_WITHIN: Final = 60.0
PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH")
"""What the child is told of our environment: where its libraries are, and no secrets."""


class Busy(NotReady):
    code = "busy"
    message = "Other holds are being made. Please try again in half a minute."

    def __init__(self) -> None:
        super().__init__(retry_after=30)


class Unreadable(Refused):
    code = "unreadable"
    status = 422
    message = "This file cannot be decoded. Please send it as MP3, Ogg, FLAC or WAV."


@dataclass(frozen=True, slots=True)
class Made:
    """A hold that was made, and how loud the file was, in LUFS."""

    raw: bytes
    hold: HoldFile
    lufs: float


class HoldMaking:
    """Makes one hold after the other: each takes a core while it lasts."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def make(self, file: BinaryIO) -> Made:
        """Return the hold made of an open file.

        Raises:
            Busy: others are being made.
            Refused: the file makes no hold; says why.
        """
        try:
            async with asyncio.timeout(TURN_WITHIN):
                await self._turn.acquire()
        except TimeoutError:
            raise Busy() from None
        try:
            file.seek(0)
            process = await _start(file)
            try:
                async with asyncio.timeout(WITHIN):
                    return await _read(process)
            except TimeoutError:
                raise Unreadable("This file takes too long to decode.") from None
            finally:
                with suppress(ProcessLookupError):
                    process.send_signal(signal.SIGKILL)
                await process.wait()
        finally:
            self._turn.release()


async def _start(file: BinaryIO) -> Process:
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fullhouse.programme.hold_maker"),
        stdin=file.fileno(),
        stdout=PIPE,
        stderr=DEVNULL,
        env={**environment, "OPENBLAS_NUM_THREADS": "1"},
    )


async def _read(process: Process) -> Made:
    """Return what the child has made.

    Raises:
        Refused: it says why not, or it died of the file.
    """
    assert process.stdout is not None
    try:
        said = json.loads(await process.stdout.readline())
        raw = await _rest(process.stdout)
        if "code" in said:
            raise Refused(said["message"], code=said["code"], status=said["status"])
        hold = await asyncio.to_thread(_checked, raw)
        return Made(raw, hold, float(said["lufs"]))
    except (ValueError, KeyError, TypeError, Malformed) as error:
        raise Unreadable() from error


async def _rest(stream: asyncio.StreamReader) -> bytes:
    raw = bytearray()
    while piece := await stream.read(1 << 16):
        raw += piece
        if len(raw) > MOST_BYTES:
            raise Unreadable()
    return bytes(raw)


def _checked(raw: bytes) -> HoldFile:
    hold = HoldFile(raw)
    hold.check(0, len(hold))
    return hold
