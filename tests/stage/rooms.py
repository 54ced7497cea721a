"""A room with a real stage for tests: its process, its bus, its speakers, and what it sends."""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from fullhouse.bus import Bus, connect
from fullhouse.media import Part, Pcm, Rendition, pack_voice, unpack_part
from fullhouse.stage.children import start_waiting
from fullhouse.stage.opus import OpusDecoder
from fullhouse.stage.orders import Orders
from fullhouse.units import SAMPLE_RATE, SECOND, Micros, RoomSlug
from fullhouse.wire import (
    QualityNews,
    RoomNews,
    RoomState,
    SeatNews,
    StageNews,
    TakeSeat,
    WhipCall,
    WhipReply,
    subject_part,
    subject_quality,
    subject_room,
    subject_seat,
    subject_stage,
    subject_voice,
)
from tests.stage.caller import call, comb_noise, slots

LOOPBACK: Final = "127.0.0.1"


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: it is not so within `seconds`.
    """
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for is another process's doing
            await asyncio.sleep(0.02)


def now() -> Micros:
    return Micros(time.time_ns() // 1000)


def room_news(slug: str, **changes: object) -> RoomNews:
    """Return news of a live, wanted room whose epoch was ten seconds ago."""
    began = now()
    news = RoomNews(
        slug=RoomSlug(slug),
        title="A room",
        state=RoomState.LIVE,
        since=began,
        epoch=Micros(began - 10 * SECOND),
        revision=1,
        wanted=True,
    )
    return news.model_copy(update=changes)


@dataclass
class Room:
    """What a test sees of a room, and what it can do to it."""

    bus: Bus
    url: str
    news: RoomNews
    parts: list[Part] = field(default_factory=list)
    came: list[Micros] = field(default_factory=list)
    said: list[StageNews] = field(default_factory=list)
    measured: list[QualityNews] = field(default_factory=list)
    callers: list[Process] = field(default_factory=list)
    answered: Micros | None = None
    """When the newest speaker's offer was answered."""

    @property
    def slug(self) -> RoomSlug:
        return self.news.slug

    async def take_part(self, _subject: str, raw: bytes) -> None:
        self.came.append(now())
        self.parts.append(unpack_part(raw))

    async def take_news(self, _subject: str, raw: bytes) -> None:
        self.said.append(StageNews.unpack(raw))

    async def take_quality(self, _subject: str, raw: bytes) -> None:
        self.measured.append(QualityNews.unpack(raw))

    async def tell(self, **changes: object) -> None:
        """Give news of the room, as the house does."""
        self.news = self.news.model_copy(update={"revision": self.news.revision + 1, **changes})
        await self.bus.publish(subject_room(self.slug), self.news.pack())

    async def call(self, kind: str, session: str, body: str = "", seat: str = "") -> WhipReply:
        said = {"call": kind, "session": session, "body": body, "seat": seat}
        asked = WhipCall.model_validate(said)
        return await call(self.bus, self.slug, asked)

    def seat(self, seat: str) -> SeatNews | None:
        """Return what the stage said last of a seat."""
        seats = self.said[-1].seats if self.said else ()
        return next((each for each in seats if each.seat == seat), None)

    async def speaker(self, session: str, voice: int, **more: object) -> tuple[Process, str]:
        """Start a WHIP speaker in a process of its own; return it and its seat, once heard."""
        order = {"bus": self.url, "slug": self.slug, "session": session, "voice": voice} | {
            "seconds": 60,
            **more,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.stage.caller", json.dumps(order), stdout=PIPE
        )
        self.callers.append(process)
        assert process.stdout is not None
        while "status" not in (said := json.loads(await process.stdout.readline())):
            continue
        self.answered, seat = now(), str(said["seat"])
        assert said["status"] == 201, said
        await until(lambda: bool((there := self.seat(seat)) and there.level_db > -50))
        return process, seat

    async def source(self, seat: str, voice: int, peak: float = 0.3) -> None:
        """Speak as a source does, frame by frame, until cancelled."""
        frames = comb_noise(voice, peak).reshape(-1, 960)
        began = time.monotonic()
        for number in range(100_000):
            if number % 50 == 0:
                keeps = TakeSeat(seat=seat, name="Icecast")
                await self.bus.publish(subject_seat(self.slug), keeps.pack())
            raw = pack_voice(number, frames[number % len(frames)])
            await self.bus.publish(subject_voice(self.slug, seat), raw)
            await asyncio.sleep(max(0.0, began + number * 0.02 - time.monotonic()))

    async def listen(self, seconds: float) -> Pcm:
        """Return what goes out from now on for so long."""
        first = len(self.parts)
        await until(lambda: len(self.parts) >= first + seconds / 0.32, seconds + 20)
        return self.sound(first)

    def sound(self, first: int) -> Pcm:
        """Return what went out, from one of the parts on."""
        decoder = OpusDecoder()
        packets = [p for part in self.parts[first:] for p in part.packets[Rendition.OPUS]]
        return np.concatenate([decoder.decode(packet) for packet in packets])


@asynccontextmanager
async def watched(url: str, news: RoomNews) -> AsyncIterator[Room]:
    """Yield a room that a test listens to; its speakers end with the block."""
    async with connect(url, "test") as bus:
        room = Room(bus, url, news)
        await bus.subscribe(subject_part(news.slug), room.take_part)
        await bus.subscribe(subject_stage(news.slug), room.take_news)
        await bus.subscribe(subject_quality(news.slug), room.take_quality)
        await bus.flush()
        try:
            yield room
        finally:
            for process in room.callers:
                if process.returncode is None:
                    process.kill()
                await process.wait()


@asynccontextmanager
async def staged(url: str, slug: str, seats: int = 13, **changes: object) -> AsyncIterator[Room]:
    """Yield a room with a stage, without a node."""
    async with watched(url, room_news(slug, **changes)) as room:
        child = await start_waiting(url)
        child.begin(Orders(room=room.news, node="test", media_host=LOOPBACK, seats=seats))
        try:
            await until(lambda: len(room.said) > 0)
            yield room
        finally:
            await room.tell(wanted=False)
            await asyncio.wait_for(child.ended(), 15)


def share_db(heard: Pcm, voice: int, peak: float = 0.3) -> float:
    """Return how loud this voice is in what was heard, in dB of how loud it was sent."""
    return _slots_db(heard, voice) - _slots_db(comb_noise(voice, peak), voice)


def _slots_db(pcm: Pcm, voice: int) -> float:
    window = np.hanning(len(pcm))
    energies = np.abs(np.fft.rfft(pcm * window)) ** 2 / len(pcm) ** 2
    mine = energies[slots(np.fft.rfftfreq(len(pcm), 1 / SAMPLE_RATE), voice)]
    return float(10 * np.log10(mine.sum() * len(pcm) / (window**2).sum() + 1e-12))
