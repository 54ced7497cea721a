"""A shell: a place on a stage that is taken again whenever it is lost.

Two things tell that it is lost: the house, whose news name the stage's new instance, and the
sound itself, of which no report comes back any more.
"""

import asyncio
import json
import random
import time
from contextlib import suppress
from typing import Final

import httpx

from fullhouse.client.links import Mouth
from fullhouse.client.retry import pause
from fullhouse.client.sse import EventReader, ServerEvent
from fullhouse.client.whip import Session, Unreachable
from fullhouse.errors import Malformed, NotReady, Refused

STARTING_SECONDS: Final = 15.0
"""A house that says "not ready" at the start is asked again for so long."""
LOOK_EVERY: Final = 0.5
NEWS_SECONDS: Final = 12.0
"""The house says something every five seconds; after so long its news are opened again."""
GONE: Final = frozenset({401, 403, 404, 410})
"""Answers after which asking again makes no sense."""
TOO_OFTEN: Final = 429


class Place:
    """A speaker's place, from `take` to `leave`."""

    def __init__(self, http: httpx.AsyncClient, to: Mouth, name: str) -> None:
        self._http = http
        self._to = to
        self._name = name
        self._session: Session | None = None
        self._lost = asyncio.Event()
        self._instance: object = None
        self._begun = False
        self.seat = ""
        self.reconnects = 0
        self.ended = False
        """The room has ended since we came."""

    @property
    def away(self) -> bool:
        """True while there is no way to the stage."""
        return self._session is None

    async def take(self) -> None:
        """Come on stage for the first time.

        Raises:
            Refused: the house says no, cannot be reached, or is not ready for 15 s.
        """
        give_up = time.monotonic() + STARTING_SECONDS
        failures = 0
        while self._session is None:
            try:
                await self._open()
            except Unreachable:
                raise
            except NotReady as error:
                failures += 1
                wait = self._wait(error, failures)
                if time.monotonic() + wait > give_up:
                    raise
                await asyncio.sleep(wait)

    def send(self, opus: bytes) -> None:
        """Send 20 ms, if there is a way."""
        if self._session is not None:
            self._session.send(opus)

    async def keep(self) -> None:
        """Take the place again whenever it is lost, until the room ends.

        Raises:
            Refused: the house lets us in no more.
        """
        try:
            async with asyncio.TaskGroup() as group:
                watching = [
                    group.create_task(self._watch_news()),
                    group.create_task(self._watch_sound()),
                ]
                await self._come_back(group)
                for task in watching:
                    task.cancel()
        except ExceptionGroup as several:
            raise several.exceptions[0] from None

    async def leave(self, *, finish: bool) -> None:
        """Leave the stage; with `finish`, when everything has been sent."""
        session, self._session = self._session, None
        if session is not None:
            await session.leave(self._http, finish=finish)

    async def _open(self) -> None:
        self._instance = None
        session = await Session.open(self._http, self._to, seat=self.seat, name=self._name)
        self._session = session
        self.seat = session.seat or self.seat

    async def _come_back(self, group: asyncio.TaskGroup) -> None:
        while True:
            await self._lost.wait()
            if self.ended:
                return
            old, self._session = self._session, None
            if old is not None:
                group.create_task(old.close())
            await self._open_again()
            self.reconnects += 1

    async def _open_again(self) -> None:
        failures = 0
        while self._session is None and not self.ended:
            self._lost.clear()
            try:
                await self._open()
            except Refused as error:
                if error.status in GONE:
                    raise
                failures += 1
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._wait(error, failures)):
                        await self._lost.wait()

    def _wait(self, error: Refused, failures: int) -> float:
        """Return how long to wait. A stage may be back before the house's own estimate."""
        wait = pause(failures, random.random())
        return max(wait, error.retry_after or 0) if error.status == TOO_OFTEN else wait

    async def _watch_sound(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            session = self._session
            if session is not None and not await session.alive() and session is self._session:
                self._lost.set()

    async def _watch_news(self) -> None:
        failures = 0
        while True:
            failures += 1
            with suppress(httpx.HTTPError, Malformed):
                async with self._http.stream(
                    "GET",
                    self._to.events,
                    headers={"Authorization": f"Bearer {self._to.token}"},
                    timeout=httpx.Timeout(NEWS_SECONDS, connect=5),
                ) as answer:
                    if answer.status_code in GONE:
                        return  # another kind of WHIP server: the sound alone tells
                    if answer.status_code == 200:
                        reader = EventReader()
                        async for raw in answer.aiter_bytes():
                            failures = 0
                            for event in reader.feed(raw):
                                self._hear(event)
            await asyncio.sleep(pause(failures + 1, random.random(), most=2))

    def _hear(self, event: ServerEvent) -> None:
        said: object = None
        with suppress(ValueError):
            said = json.loads(event.payload)
        if not isinstance(said, dict):
            return
        if event.kind == "stage" and said.get("instance"):
            before, self._instance = self._instance, said["instance"]
            if before not in (None, self._instance):
                self._lost.set()
        if event.kind == "room":
            over = said.get("state") == "ended"
            self.ended = over and self._begun
            self._begun = self._begun or not over
            if self.ended:
                self._lost.set()
