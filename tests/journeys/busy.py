"""A room in which something is asked all the time, and somebody listens: for houses that die."""

import asyncio
import hashlib
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.journeys.api import Api
from tests.journeys.mouths import Recorder
from tests.journeys.running import Running

PAUSE = 0.1
MOST_HANDS = 40
"""The house shows so many hands, and some more, one by one."""


@dataclass
class Busy:
    """What has been asked of a house, and what of it was acknowledged.

    Attributes:
        seat: one that is muted and turned, again and again.
        titles, gains: the last acknowledged, and what was asked for since: it may be stored untold.
        count, refused: requests that were acknowledged, and those that nobody answered.
    """

    running: Running
    api: Api
    slug: str
    seat: str
    recorder: Recorder = field(default_factory=Recorder)
    titles: list[str] = field(default_factory=list)
    gains: list[float] = field(default_factory=list)
    invitations: set[str] = field(default_factory=set)
    hands: set[str] = field(default_factory=set)
    count: int = 0
    refused: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    failed: list[BaseException] = field(default_factory=list)

    def wait_for(self, more: int, seconds: float = 30) -> None:
        """Wait until so many more requests were acknowledged."""
        end, goal = time.monotonic() + seconds, self.count + more
        while self.count < goal:
            assert not self.failed, self.failed
            assert time.monotonic() < end, f"{self.count} of {goal} acknowledged"
            time.sleep(0.02)

    async def run(self) -> None:
        """Ask this and that, until it is over."""
        async with httpx.AsyncClient(headers=self.api.client.headers, timeout=10) as http:
            listening = asyncio.create_task(
                self.recorder.listen(f"{self.running.edge}/{self.slug}/live.aac")
            )
            await asyncio.gather(
                self._commands(http), *map(self._hand, [http] * MOST_HANDS, range(MOST_HANDS))
            )
            listening.cancel()

    async def _commands(self, http: httpx.AsyncClient) -> None:
        number = 0
        while not self.over.is_set():
            number += 1
            await self._asked(self._ask(http, "POST", f"/seats/{self.seat}/mute", {"muted": True}))
            self.gains.append(float(number % 12))
            gain = {"gain_db": self.gains[-1]}
            if await self._asked(self._ask(http, "POST", f"/seats/{self.seat}/gain", gain)):
                del self.gains[:-1]
            self.titles.append(f"Title {number}")
            if await self._asked(self._ask(http, "PATCH", "", {"title": self.titles[-1]})):
                del self.titles[:-1]
            guest = {"role": "speaker", "name": f"Guest {number}"}
            if made := await self._asked(self._ask(http, "POST", "/invitations", guest)):
                self.invitations.add(made["invitation"])
            await asyncio.sleep(PAUSE)

    async def _hand(self, http: httpx.AsyncClient, number: int) -> None:
        """Raise a hand; again where it was not taken."""
        hand = hashlib.sha256(f"hand {number}".encode()).hexdigest()[:16]
        body = {"hand": hand, "name": f"Listener {number}", "up": True}
        await asyncio.sleep(number * PAUSE)
        while not self.over.is_set():
            url = f"{self.running.edge}/{self.slug}/hand"
            if await self._asked(http.post(url, json=body)):
                self.hands.add(hand)
                return
            await asyncio.sleep(1)  # or it is told that it comes too often

    def _ask(
        self, http: httpx.AsyncClient, method: str, path: str, body: object
    ) -> Coroutine[Any, Any, httpx.Response]:
        return http.request(method, self.api.room + path, json=body)

    async def _asked(self, request: Coroutine[Any, Any, httpx.Response]) -> Any:
        """Return what was acknowledged; nothing where nobody was there to do it."""
        try:
            answer = await request
        except httpx.HTTPError:
            answer = None
        if answer is None or answer.status_code >= 500:
            self.refused += 1
            await asyncio.sleep(PAUSE)
            return None
        assert answer.is_success, answer.text
        self.count += 1
        return answer.json()


@contextmanager
def busy(running: Running, api: Api, slug: str, seat: str) -> Iterator[Busy]:
    """Ask and listen until the block ends; then nothing is left unanswered."""
    one = Busy(running, api, slug, seat)

    def run() -> None:
        try:
            asyncio.run(one.run())
        except BaseException as error:
            one.failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        one.over.set()
        thread.join(30)
    assert not one.failed, one.failed
