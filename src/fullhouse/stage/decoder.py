"""A shell: a source's decoder as its parent sees it: bytes in, frames out.

The pipes between are small, so that a source which is ahead waits in its own connection.
"""

import asyncio
import fcntl
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import numpy as np

from fullhouse.media import Pcm
from fullhouse.stage.container import Container
from fullhouse.units import FRAME_SAMPLES

FRAME_BYTES: Final = 2 * FRAME_SAMPLES
PIPE_BYTES: Final = 16 * 1024
PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH")
"""What the child is told of our environment: where its libraries are, and no secrets."""


class Decoder:
    """A running child. Made by `decoder`."""

    def __init__(self, process: Process, into: asyncio.StreamWriter) -> None:
        assert process.stdout is not None
        self._process = process
        self._in = into
        self._out = process.stdout
        self._in.transport.set_write_buffer_limits(high=PIPE_BYTES)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def write(self, raw: bytes) -> bool:
        """Give bytes of the source; waits while there is no room. False: the child is gone."""
        try:
            self._in.write(raw)
            await self._in.drain()
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def finish(self) -> None:
        """Say that the source has ended."""
        with suppress(OSError):
            self._in.close()

    async def frame(self) -> Pcm | None:
        """Return the next 960 samples, or None after the last."""
        try:
            raw = await self._out.readexactly(FRAME_BYTES)
        except asyncio.IncompleteReadError:
            return None
        return np.frombuffer(raw, "<i2").astype(np.float32) / np.float32(32767.0)


@asynccontextmanager
async def decoder(container: Container) -> AsyncIterator[Decoder]:
    """Start a child that decodes `container`; it ends with the block at the latest."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    theirs, ours = os.pipe()
    with suppress(OSError):
        fcntl.fcntl(ours, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    into = await _writer(ours)
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "fullhouse.stage.decode", container.value),
            stdin=theirs,
            stdout=PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=4 * FRAME_BYTES,
            env={**environment, "OPENBLAS_NUM_THREADS": "1"},
        )
    except BaseException:
        into.close()
        raise
    finally:
        os.close(theirs)
    try:
        yield Decoder(process, into)
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        into.close()
        await process.communicate()


async def _writer(pipe: int) -> asyncio.StreamWriter:
    # A pipe of our own, because event loops differ in what they make for a child's stdin: some
    # give it a socket, whose buffer holds half a minute of sound.
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, os.fdopen(pipe, "wb", 0)
    )
    return asyncio.StreamWriter(transport, protocol, None, loop)
