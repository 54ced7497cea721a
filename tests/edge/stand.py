"""A real edge on a real bus, and a stand-in for house and stage that speaks to it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path

import httpx
import numpy as np

from fullhouse.bus import Bus, connect
from fullhouse.edge.desk import Web
from fullhouse.edge.limits import Capacity
from fullhouse.edge.room import Room
from fullhouse.edge.server import Edge, running
from fullhouse.edge.worker import Worker
from fullhouse.media import Part, Pcm, pack_part
from fullhouse.programme.encoder import PartEncoder
from fullhouse.programme.filler import Filler, FillerKind
from fullhouse.programme.timeline import part_at, starts_at
from fullhouse.units import FRAME_SAMPLES, PART_MICROS, PART_SAMPLES, Micros, PartNumber, RoomSlug
from fullhouse.wire import RoomNews, RoomState, subject_part, subject_room
from tests.edge.made import FILLER

HOUR = 3_600_000_000


def now() -> Micros:
    """Return the wall clock's time."""
    return Micros(time.time_ns() // 1000)


@lru_cache(maxsize=1)
def silent_filler() -> Filler:
    """Return filler that decoders understand: silence of both kinds."""
    part = encode(np.zeros(4 * PART_SAMPLES, np.float32), Micros(0), 0)[1]
    return Filler(dict.fromkeys(FillerKind, part.packets))


def encode(pcm: Pcm, epoch: Micros, first: int) -> list[Part]:
    """Return sound as parts from `first` on; what fills no whole part is left out."""
    encoder = PartEncoder(epoch, PartNumber(first))
    frames = pcm[: len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    event = b'{"type":"speakers","speaking":["Ana"],"level":-20.0}'
    parts = (
        encoder.feed(frame, (event,) if index % 16 == 0 else ())
        for index, frame in enumerate(frames)
    )
    return [part for part in parts if part is not None]


class Stage:
    """Speaks for house and stage: room news, and parts at the time when they are due."""

    def __init__(self, bus: Bus, slug: str) -> None:
        self.bus = bus
        self.slug = RoomSlug(slug)
        self.epoch = Micros(now() - HOUR)
        self.revision = 0

    async def say(
        self,
        state: RoomState,
        *,
        keep: bool = False,
        title: str = "A room",
        hold: str = "",
        entry: str = "",
    ) -> None:
        """Tell the room's state."""
        self.revision += 1
        news = RoomNews(
            slug=self.slug,
            title=title,
            state=state,
            since=now(),
            epoch=self.epoch,
            revision=self.revision,
            hold=hold,
            entry=entry,
        )
        await self.bus.publish(subject_room(self.slug), news.pack())
        if keep:
            await self.bus.keep_room(news)
        await self.bus.flush()

    def next_part(self, ahead: int = 1) -> int:
        """Return the part that begins within the next 0.32 s, or some parts later."""
        return part_at(self.epoch, now()) + ahead

    async def play(self, parts: Sequence[Part]) -> None:
        """Publish each part at its end."""
        for part in parts:
            end = starts_at(part.epoch, PartNumber(part.number + 1))
            await asyncio.sleep(max(0.0, (end - now()) / 1_000_000))
            await self.bus.publish(subject_part(self.slug), pack_part(part))


def seconds_of(parts: int) -> float:
    """Return how long so many parts are."""
    return parts * PART_SAMPLES / 48_000


@asynccontextmanager
async def edge(
    url: str, folder: Path, name: str = "edge-a", filler: Filler = FILLER
) -> AsyncIterator[Edge]:
    """Run an edge in this process."""
    async with running(
        bus_url=url,
        edge_name=name,
        host="127.0.0.1",
        port=0,
        admin_port=0,
        rewind_minutes=1,
        send_buffer=32_768,
        filler=filler,
        web_folder=folder / "web",
    ) as one:
        yield one


@asynccontextmanager
async def stage(url: str, slug: str) -> AsyncIterator[Stage]:
    """Connect a stand-in for house and stage."""
    async with connect(url, f"stage-{slug}") as bus:
        yield Stage(bus, slug)


async def until(true: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 # what is waited for sets no event
            await asyncio.sleep(0.01)


async def wait_for_room(edge: Edge, slug: str, state: RoomState) -> None:
    """Wait until the edge knows the room in this state."""

    def is_so() -> bool:
        room = edge.worker.rooms.by_slug.get(RoomSlug(slug))
        return room is not None and room.news.state is state

    await until(is_so)


def client(edge: Edge) -> httpx.AsyncClient:
    """Return an HTTP client of the edge."""
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{edge.port}", timeout=20)


def small_worker(capacity: Capacity) -> Worker:
    """Return a worker with made-up filler, without bus and sockets."""
    return Worker.build(
        asyncio.get_running_loop(),
        filler=FILLER,
        kept_parts=400,
        web=Web(),
        capacity=capacity,
    )


def live_room(worker: Worker, slug: str = "demo") -> Room:
    """Let a worker know a room that is live and whose hundredth part is spoken now."""
    told = RoomNews(
        slug=RoomSlug(slug),
        title="A room",
        state=RoomState.LIVE,
        since=now(),
        epoch=Micros(now() - 100 * PART_MICROS),
        revision=1,
    )
    room = worker.rooms.begin(told, now())
    worker.rooms.open(room)
    worker.rooms.complete = True
    return room
