"""A shell: listens to a room as any player does, and says what it heard.

Never gives up: a connection that breaks or falls silent is made again, at the part that comes
next. Only a link that never worked is refused.
"""

import asyncio
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import httpx

from fullhouse.client.follow import Follower, Room
from fullhouse.client.hearing import Hearing, Recording, hear_playlist, recording
from fullhouse.client.links import Ear, Format, ear
from fullhouse.client.retry import pause
from fullhouse.clock import Clock
from fullhouse.errors import Malformed, NotReady, Refused
from fullhouse.units import Micros

SILENT_SECONDS: Final = 5.0
"""A room's stream never pauses: one that does is broken."""
STATE_SECONDS: Final = 3.0
PATIENCE_SECONDS: Final = 30.0
"""How much longer than the sound that was asked for its coming may take."""
PROGRESS_EVERY: Final = 0.1
PUSHED_IN_PARTS: Final = (Format.MP4, Format.OPUS)


class NoRoom(Refused):
    code = "no_room"


class Uninvited(Refused):
    code = "uninvited"
    status = 403
    message = "This room is by invitation: use the link that you were given, with its key."


class Unreachable(NotReady):
    code = "unreachable"


class Silent(Refused):
    code = "silent"
    message = "The link answers, but nothing came that could be heard."


@dataclass(frozen=True, slots=True)
class Listening:
    """How it goes.

    Attributes:
        room: what the stream last said of the room.
        level_db: loudness of the last 200 ms, dBFS RMS.
        latency: seconds from a part's end to its arrival here; None while unknown.
    """

    state: Literal["connecting", "listening", "away"]
    seconds: float
    room: Room
    level_db: float
    latency: float | None
    parts: int
    holes: int
    reconnects: int


@dataclass(frozen=True, slots=True)
class Listened:
    """What was heard.

    Attributes:
        seconds: of sound.
        parts, holes: parts that came, and that never came; 0 in forms that do not number them.
        first_sound_seconds: from the call to the first sample; None if there was none.
        level_db: loudness of the whole, dBFS RMS.
        latency_seconds: as in `Listening`.
    """

    url: str
    format: Format
    seconds: float
    parts: int
    holes: int
    reconnects: int
    first_sound_seconds: float | None
    level_db: float
    latency_seconds: float | None


async def listen(
    *,
    url: str,
    format: Format | None = None,
    seconds: float | None = None,
    out: Path | None = None,
    on_progress: Callable[[Listening], None] | None = None,
) -> Listened:
    """Listen to a room until `seconds` of sound have been heard, or until cancelled.

    Where `seconds` are asked for, it ends half a minute after them with what it has heard.

    Args:
        url: the room's link, or the link of one of its streams.
        format: the form to listen in; None: what the link names, or MP4.
        seconds: of sound; None: for ever.
        out: a WAV file to write what is heard to.
        on_progress: is told how it goes, ten times a second.

    Raises:
        Refused: the link is none, there is no such room, nobody answers there, nothing could
            be heard, or the file cannot be written.
    """
    began = time.monotonic()
    to = ear(url, format)
    with recording(out, seconds) as record:
        timeout = httpx.Timeout(SILENT_SECONDS, connect=5)
        async with httpx.AsyncClient(timeout=timeout, follow_redirects=True) as http:
            listener = Listener(http, to, record)
            telling = asyncio.create_task(listener.tell(on_progress))
            patience = None if seconds is None else seconds + PATIENCE_SECONDS
            try:
                async with asyncio.timeout(patience):
                    await listener.run()
            except TimeoutError:
                if record.first_sound is None:
                    raise Silent() from None
            finally:
                telling.cancel()
        return _result(listener, record, to, began)


def _result(listener: "Listener", record: Recording, to: Ear, began: float) -> Listened:
    first, latency = record.first_sound, listener.follower.latency
    return Listened(
        url=to.room,
        format=to.format,
        seconds=round(record.seconds, 2),
        parts=listener.follower.parts,
        holes=listener.follower.holes,
        reconnects=listener.reconnects,
        first_sound_seconds=None if first is None else round(first - began, 3),
        level_db=round(record.meter.whole_db, 1),
        latency_seconds=None if latency is None else round(latency, 3),
    )


class Listener:
    """One listener, over as many connections as it takes."""

    def __init__(self, http: httpx.AsyncClient, to: Ear, record: Recording) -> None:
        self._http = http
        self._to = to
        self._record = record
        self._clock = Clock()
        self._state: Literal["connecting", "listening", "away"] = "connecting"
        self._connections = 0
        self._failures = 0
        self.follower = Follower()

    @property
    def reconnects(self) -> int:
        return max(0, self._connections - 1)

    async def run(self) -> None:
        """Listen until the recording is full.

        Raises:
            Refused: the link never worked.
        """
        while not self._record.full.is_set():
            try:
                async with asyncio.TaskGroup() as group:
                    learning = group.create_task(self._learn())
                    await self._listen_once()
                    learning.cancel()
            except ExceptionGroup as several:
                error = several.exceptions[0]
                if not self._worth_another_try(error):
                    raise error from None
            if self._record.full.is_set():
                return
            self._state = "away" if self._connections else "connecting"
            self._failures += 1
            await asyncio.sleep(pause(self._failures, random.random()))

    async def tell(self, on_progress: Callable[[Listening], None] | None) -> None:
        """Tell how it goes, ten times a second."""
        while on_progress is not None:
            on_progress(self._progress())
            await asyncio.sleep(PROGRESS_EVERY)

    def _worth_another_try(self, error: Exception) -> bool:
        if isinstance(error, httpx.HTTPError | Malformed):
            return True
        busy = isinstance(error, NotReady) and not isinstance(error, Unreachable)
        return isinstance(error, Refused) and (busy or self._connections > 0)

    async def _listen_once(self) -> None:
        if self._to.format is Format.HLS:
            await self._listen_to_playlist()
        else:
            await self._listen_to_push()

    async def _listen_to_push(self) -> None:
        follower = self.follower
        asked = self._to.query
        if self._to.format in PUSHED_IN_PARTS and follower.last is not None:
            asked["from"] = str(follower.last + 1)
        try:
            async with self._http.stream("GET", self._to.stream, params=asked) as answer:
                await self._check(answer)
                follower.connected()
                await self._hear(answer)
        except httpx.ConnectError as error:
            raise Unreachable(f"Nobody answers at {self._to.room}.") from error

    async def _hear(self, answer: httpx.Response) -> None:
        hearing = Hearing(self._to.format, self._record)
        numbered = self._to.format in PUSHED_IN_PARTS
        try:
            async for raw in answer.aiter_raw():
                sound = self.follower.feed(raw, self._clock.now()) if numbered else raw
                if sound and not await asyncio.to_thread(hearing.feed, sound):
                    return
                self._failures = 0
                if self._record.full.is_set():
                    return
        finally:
            await asyncio.to_thread(hearing.finish)

    async def _listen_to_playlist(self) -> None:
        try:
            await self._check(await self._http.get(self._to.opened))
        except httpx.ConnectError as error:
            raise Unreachable(f"Nobody answers at {self._to.room}.") from error
        over = threading.Event()
        before = self._record.seconds
        try:
            await asyncio.to_thread(hear_playlist, self._to.opened, self._record, over)
        finally:
            over.set()
        if self._record.seconds > before:
            self._failures = 0

    async def _check(self, answer: httpx.Response) -> None:
        """Count a connection that works.

        Raises:
            Refused: it does not.
        """
        if answer.status_code == 200:
            self._connections += 1
            self._state = "listening"
            return
        if answer.status_code in (408, 429) or answer.status_code >= 500:
            raise NotReady(f"The room answers {answer.status_code}.")
        if answer.status_code == 404:
            raise NoRoom(f"There is no room at {self._to.room}.", status=404)
        if answer.status_code == 403:
            raise Uninvited()
        raise NoRoom(f"{self._to.stream} answers {answer.status_code}.")

    async def _learn(self) -> None:
        """Ask how the room stands, and when its timeline began."""
        with suppress(httpx.HTTPError, ValueError, KeyError, TypeError):
            answer = await self._http.get(
                self._to.state, params=self._to.query, timeout=STATE_SECONDS
            )
            said = answer.json()
            self.follower.epoch = Micros(int(said["epoch"]))
            room = self.follower.room
            if not room.state:
                room.title, room.state = str(said["title"]), str(said["state"])

    def _progress(self) -> Listening:
        return Listening(
            state=self._state,
            seconds=round(self._record.seconds, 2),
            room=self.follower.room,
            level_db=round(self._record.meter.now_db, 1),
            latency=self.follower.latency,
            parts=self.follower.parts,
            holes=self.follower.holes,
            reconnects=self.reconnects,
        )
