"""A shell: one Icecast source's connection, from its first byte to its last frame.

The source is decoded in a child process; its frames go over the bus at the pace of real time,
and what is ahead of that waits in the connection.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from fullhouse.bus import Bus
from fullhouse.clock import Clock
from fullhouse.errors import Refused
from fullhouse.media import Pcm, pack_voice
from fullhouse.stage.container import Container, probe
from fullhouse.stage.decoder import Decoder, decoder
from fullhouse.stage.icecast import (
    CONTINUE,
    Body,
    HeadReader,
    HeadTooSlow,
    NotAudio,
    SourceRequest,
    accepted,
    refusal,
)
from fullhouse.stage.level import rms_db
from fullhouse.stage.pace import FRAME_MICROS, Pace
from fullhouse.units import SECOND
from fullhouse.wire import TakeSeat, subject_seat, subject_voice

SEAT: Final = "source"
HEAD_SECONDS: Final = 5.0
STALL_SECONDS: Final = 15.0
"""A source that sends nothing for so long is closed."""
GIVEN_UP_SECONDS: Final = 5.0
"""A source that has sent nothing for so long gives its place to one that comes with the key."""
POLITE_SECONDS: Final = 0.3
"""A client that sends nothing for so long after its head waits for our answer first."""
SOUNDLESS_SECONDS: Final = 20.0
"""A source whose bytes make no sound for so long is closed."""

READ_BYTES: Final = 8192
LINGER_SECONDS: Final = 2.0


class Broken(Exception):
    """A source that had been let in sends nothing more, or nothing that makes a sound."""


@dataclass(slots=True, eq=False)
class Source:
    """One source that speaks.

    Attributes:
        task: what serves it; cancelled by `let_go`.
        heard_at: when its last bytes came, in monotonic seconds; None while it waits for us.
        wanted: its room has been seen to want a stage.
        why: the reason for which it was let go.
        replaced: another source has its seat now.
    """

    request: SourceRequest
    task: asyncio.Task[None]
    heard_at: float | None = field(default_factory=time.monotonic)
    ended: bool = False
    wanted: bool = False
    revision: int = -1
    why: str = ""
    replaced: bool = False

    def replaceable(self) -> bool:
        """Return whether it only looks as if it still spoke."""
        silent = self.heard_at is not None and time.monotonic() - self.heard_at > GIVEN_UP_SECONDS
        return self.ended or silent

    def let_go(self, why: str) -> None:
        self.why = why
        self.task.cancel()


class Line:
    """A connection: its head, its body, and the one answer it gets."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._head = HeadReader()
        self._version = "HTTP/1.1"
        self._answered = False
        self.peer = str((writer.get_extra_info("peername") or ("?",))[0])

    async def head(self) -> SourceRequest:
        """Return what the source asks for.

        Raises:
            Refused: see `icecast.HeadReader`, or it takes more than 5 s.
            ConnectionError: the client went before its head was complete.
        """
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                while raw := await self._reader.read(READ_BYTES):
                    request = self._head.feed(raw)
                    if request is not None:
                        self._version = request.version
                        return request
        except TimeoutError:
            raise HeadTooSlow() from None
        raise ConnectionResetError("gone within its head")

    async def body(self, request: SourceRequest, source: Source) -> AsyncIterator[bytes]:
        """Yield the sound as it comes.

        Raises:
            Broken: nothing came for 15 s.
        """
        body = Body(request.length, request.chunked)
        raw = self._head.rest
        while True:
            if sound := body.feed(raw):
                source.heard_at = None
                yield sound
            if body.done:
                return
            source.heard_at = time.monotonic()
            raw = await self._more(request)
            if not raw:
                return

    async def _more(self, request: SourceRequest) -> bytes:
        """Return the next bytes, none at the end.

        A client that pauses may be waiting for our answer, and gets it. One that does not pause
        gets it at the end: ffmpeg, which never reads it, would otherwise reset the connection
        when it closes, and what we have not read yet would be lost.
        """
        try:
            async with asyncio.timeout(POLITE_SECONDS):
                return await self._reader.read(READ_BYTES)
        except TimeoutError:
            if not request.expects_continue:
                await self.accept()
        try:
            async with asyncio.timeout(STALL_SECONDS):
                return await self._reader.read(READ_BYTES)
        except TimeoutError:
            raise Broken("nothing came for 15 s") from None

    async def go_on(self) -> None:
        """Say `100 Continue`."""
        self._writer.write(CONTINUE)
        await self._writer.drain()

    async def accept(self) -> None:
        """Say 200, if nothing final has been said."""
        if not self._answered:
            self._answered = True
            self._writer.write(accepted(self._version))
            await self._writer.drain()

    async def refuse(self, error: Refused) -> None:
        """Say why not, if nothing final has been said, and see that the client can read it."""
        if self._answered:
            return
        self._answered = True
        with suppress(ConnectionError, TimeoutError):
            self._writer.write(refusal(error, self._version))
            self._writer.write_eof()
            # Closing with bytes unread would reset the connection and take the answer along.
            async with asyncio.timeout(LINGER_SECONDS):
                while await self._reader.read(READ_BYTES):
                    pass

    @property
    def answered(self) -> bool:
        """True once 200 or a refusal has been said."""
        return self._answered

    def abort(self) -> None:
        """Close."""
        self._writer.close()


class Speaking:
    """A source that has been let in, until it ends."""

    def __init__(self, bus: Bus, line: Line, source: Source) -> None:
        self._bus = bus
        self._line = line
        self._source = source
        self._request = source.request
        self._slug = source.request.slug
        self._pace = Pace()
        self._spoken = asyncio.Event()
        self._clock = Clock()
        self._sequence = self._clock.now() // FRAME_MICROS
        # Numbers go up from one connection to the next, so that none looks like a repeat.
        self._body = line.body(source.request, source)

    async def run(self) -> None:
        """Speak until the body ends.

        Raises:
            NotAudio: it is no sound, and no other answer has been given yet.
            Broken: it is no sound any more.
        """
        if self._request.expects_continue:
            await self._line.go_on()
        try:
            head, container = await self._probe()
            async with decoder(container) as child:
                await self._decode(head, child)
        except (Broken, NotAudio) as error:
            if self._spoken.is_set() or self._line.answered:
                raise Broken(str(error)) from error
            raise NotAudio() from error
        with suppress(ConnectionError):
            await self._line.accept()

    async def _probe(self) -> tuple[bytes, Container]:
        head = b""
        while True:
            raw = await anext(self._body, b"")
            head += raw
            container = probe(head, self._request.content_type, ended=not raw)
            if container is not None:
                return head, container

    async def _decode(self, head: bytes, child: Decoder) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                feeding = group.create_task(self._feed(head, child))
                seat = group.create_task(self._keep_seat())
                await self._play(child)
                feeding.cancel()
                seat.cancel()
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        finally:
            await self._leave()

    async def _feed(self, head: bytes, child: Decoder) -> None:
        going_on = await child.write(head)
        async for sound in self._body:
            if not going_on:
                return
            going_on = await child.write(sound)
        self._source.ended = True
        child.finish()

    async def _play(self, child: Decoder) -> None:
        while (frame := await self._frame(child)) is not None:
            await self._speak(frame)
            self._spoken.set()
        if not self._source.ended:
            raise Broken("it cannot be decoded further")
        if not self._spoken.is_set():
            raise NotAudio()

    async def _frame(self, child: Decoder) -> Pcm | None:
        try:
            async with asyncio.timeout(SOUNDLESS_SECONDS):  # `wait_for` may lose a cancellation
                return await child.frame()
        except TimeoutError:
            raise Broken("no sound came out of it for 20 s") from None

    async def _speak(self, frame: Pcm) -> None:
        now = self._clock.now()
        due = self._pace.next_frame(now, rms_db(frame))
        if due > now:
            await asyncio.sleep((due - now) / SECOND)
        if self._bus.connected:
            payload = pack_voice(self._sequence, frame)
            await self._bus.publish(subject_voice(self._slug, SEAT), payload)
        self._sequence += 1

    async def _keep_seat(self) -> None:
        here = TakeSeat(seat=SEAT, name=self._request.name).pack()
        await self._spoken.wait()
        while True:
            if self._bus.connected:
                await self._bus.publish(subject_seat(self._slug), here)
            await asyncio.sleep(1)

    async def _leave(self) -> None:
        if self._spoken.is_set() and not self._source.replaced:
            gone = TakeSeat(seat=SEAT, name=self._request.name, leaves=True)
            await self._bus.publish(subject_seat(self._slug), gone.pack())
