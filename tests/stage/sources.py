"""Sources for tests: coded noise as every kind of source sends it, and the port they go to."""

import asyncio
import socket
import struct
import subprocess
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from fullhouse.bus import Bus, connect
from fullhouse.media import Pcm, unpack_voice
from fullhouse.stage import source
from fullhouse.units import SAMPLE_RATE, room_slug
from fullhouse.wire import (
    SUBJECT_SOURCE_CHECK,
    SourceCheck,
    SourceVerdict,
    TakeSeat,
    subject_seat,
    subject_voice,
)

ENCODINGS: Final = {
    "ogg-opus": ("-c:a", "libopus", "-b:a", "64k", "-f", "ogg"),
    "ogg-vorbis": ("-ar", "44100", "-c:a", "libvorbis", "-q:a", "6", "-f", "ogg"),
    "ogg-flac": ("-c:a", "flac", "-f", "ogg"),
    "flac": ("-ar", "44100", "-f", "flac"),
    "mp3": ("-ar", "44100", "-b:a", "96k", "-write_xing", "0", "-f", "mp3"),
    "aac": ("-b:a", "96k", "-f", "adts"),
    "webm": ("-c:a", "libopus", "-b:a", "64k", "-f", "webm"),
}
CONTAINERS: Final = {
    "ogg-opus": "ogg",
    "ogg-vorbis": "ogg",
    "ogg-flac": "ogg",
    "flac": "flac",
    "mp3": "mp3",
    "aac": "aac",
    "webm": "matroska",
}
RAW: Final = ("-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", "1")


def encoded(pcm: Pcm, *options: str) -> bytes:
    """Return sound as ffmpeg encodes it."""
    command = ["ffmpeg", "-v", "error", *RAW, "-i", "-", *options, "-"]
    return subprocess.run(command, input=pcm.tobytes(), stdout=-1, check=True).stdout


@dataclass(slots=True)
class Heard:
    """What came over the bus from the sources of one room."""

    numbers: list[int] = field(default_factory=list)
    frames: list[Pcm] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    seats: list[TakeSeat] = field(default_factory=list)

    def pcm(self) -> Pcm:
        return np.concatenate(self.frames) if self.frames else np.zeros(0, np.float32)

    async def left(self, seconds: float = 15) -> None:
        """Wait until the source has left its seat."""
        await until(lambda: bool(self.seats) and self.seats[-1].leaves, seconds)

    async def spoken(self, frames: int = 1, seconds: float = 15) -> None:
        """Wait until so many frames have come."""
        await until(lambda: len(self.frames) >= frames, seconds)


async def until(true: Callable[[], bool], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.02)


def hang_up(writer: asyncio.StreamWriter) -> None:
    """Reset a connection, so that its source is gone at once, with what it had sent."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def house(raw: bytes) -> bytes:
    """Answer as the house does: every room but `nowhere` is there, with the key `key`."""
    check = SourceCheck.unpack(raw)
    if check.slug == "nowhere":
        verdict = SourceVerdict(status=404, code="unknown_room", message="No such room.")
    elif (check.user, check.key) != ("source", "key"):
        verdict = SourceVerdict(status=401, code="not_allowed", message="Not that key.")
    else:
        verdict = SourceVerdict(status=200)
    return verdict.pack()


@dataclass(slots=True)
class SourcePort:
    """A running source port, and the bus behind it."""

    port: int
    bus: Bus

    async def hear(self, room: str) -> Heard:
        """Listen to a room's sources from now on."""
        heard = Heard()
        slug = room_slug(room)

        async def voice(subject: str, raw: bytes) -> None:
            number, pcm = unpack_voice(raw)
            heard.numbers.append(number)
            heard.frames.append(pcm)
            heard.times.append(asyncio.get_running_loop().time())

        async def seat(subject: str, raw: bytes) -> None:
            heard.seats.append(TakeSeat.unpack(raw))

        await self.bus.subscribe(subject_voice(slug, "*"), voice)
        await self.bus.subscribe(subject_seat(slug), seat)
        await self.bus.flush()
        return heard

    def url(self, room: str) -> str:
        return f"icecast://source:key@127.0.0.1:{self.port}/{room}"

    async def ffmpeg(self, file: Path, room: str, options: Sequence[str], *more: str) -> int:
        """Send a file as ffmpeg does; return its exit code."""
        command = ["ffmpeg", "-v", "error", *more, "-i", str(file), *options, self.url(room)]
        process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL)
        try:
            return await process.wait()
        finally:
            with suppress(ProcessLookupError):
                process.kill()

    async def ask(self, request: bytes, seconds: float = 8) -> bytes:
        """Send bytes as they are; return all that is answered until the connection closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            return await asyncio.wait_for(reader.read(), seconds)
        finally:
            writer.close()


@asynccontextmanager
async def source_port(
    nats_url: str, with_house: bool = True, sources: int = 8
) -> AsyncIterator[SourcePort]:
    """Run the source port on a port of the system's choice."""
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        source.serve(
            bus_url=nats_url, host="127.0.0.1", port=0, sources=sources, started=port.set_result
        )
    )
    try:
        async with connect(nats_url, "test") as bus:
            if with_house:
                await bus.respond(SUBJECT_SOURCE_CHECK, house)
                await bus.flush()
            yield SourcePort(await asyncio.wait_for(port, 10), bus)
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
