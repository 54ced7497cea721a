"""People who speak into a room, each with a noise of their own, and who are known by name."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from fullhouse.client.links import Mouth
from fullhouse.client.voice import OpusVoice
from fullhouse.client.whip import Session
from fullhouse.errors import Refused
from fullhouse.media import Pcm
from fullhouse.units import FRAME_SAMPLES, RoomSlug
from tests.coded_noise import coded_noise

FRAME = 0.02


@dataclass
class Person:
    """A member of a room who speaks without a pause into every connection they have.

    Attributes:
        began: unix seconds at which their noise began.
        silenced: spans of unix seconds in which the house had said that they are not heard.
    """

    member: str
    token: str
    noise: Pcm
    began: float = 0.0
    sessions: list[Session] = field(default_factory=list)
    silenced: list[list[float]] = field(default_factory=list)

    @property
    def is_silenced(self) -> bool:
        """Whether the last span is still open."""
        return bool(self.silenced) and len(self.silenced[-1]) == 1

    def silence(self, at: float) -> None:
        """Note that the house has said so."""
        if not self.is_silenced:
            self.silenced.append([at])

    def may_be_heard(self, at: float) -> None:
        """Note that they are about to unmute themselves."""
        if self.is_silenced:
            self.silenced[-1].append(at)

    async def talk(self) -> None:
        """Say the noise, in real time, for ever."""
        voice, frame = OpusVoice(40_000), 0
        self.began, due = time.time(), time.monotonic()
        while (frame + 1) * FRAME_SAMPLES <= len(self.noise):
            for packet in voice.encode(
                self.noise[frame * FRAME_SAMPLES : (frame + 1) * FRAME_SAMPLES]
            ):
                for session in self.sessions:
                    session.send(packet)
            frame += 1
            due += FRAME
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def come(self, http: httpx.AsyncClient, whip: str, house: str, slug: str) -> None:
        """Come on stage; the connections before this one are left to their fate."""
        with suppress(Refused):
            to = Mouth(whip, house, RoomSlug(slug), self.token)
            session = await Session.open(http, to, seat="", name="")
            old, self.sessions = self.sessions, [session]
            for one in old:
                await one.close()


@dataclass
class Recorder:
    """What an edge has sent, as it came."""

    raw: bytearray = field(default_factory=bytearray)

    async def listen(self, url: str) -> None:
        """Listen for ever."""
        async with (
            httpx.AsyncClient(timeout=httpx.Timeout(30)) as http,
            http.stream("GET", url) as answer,
        ):
            async for piece in answer.aiter_bytes():
                self.raw += piece


@asynccontextmanager
async def running(*work: Any) -> AsyncIterator[None]:
    """Let something run beside the block, and end it with the block."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def noise_of(seed: int, seconds: float) -> Pcm:
    """Return somebody's noise."""
    return coded_noise(seconds, seed=seed, peak=0.4)
