"""A real house on a port of its own and on a real bus, and a stand-in for a room's stage."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from fullhouse.bus import Bus, connect
from fullhouse.house.app import serve
from fullhouse.units import Micros, PartNumber, RoomSlug
from fullhouse.wire import (
    QualityNews,
    RoomNews,
    SeatNews,
    SpeakerQuality,
    StageNews,
    WhipCall,
    WhipReply,
    subject_quality,
    subject_room,
    subject_stage,
    subject_whip,
)
from tests.house.databases import lay_down

ADMIN = "the-admins-token"
EDGE = "http://127.0.0.1:8000"
OFFER = (
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\na=ice-ufrag:EsAw\r\na=ice-pwd:bP+XJMM09aR8AiX1jd\r\n"
)
_NUMBERS = itertools.count()


async def becomes_true(asked: Callable[[], Awaitable[bool]], seconds: float = 5) -> None:
    """Ask again and again, as a client would, until the answer is yes."""
    async with asyncio.timeout(seconds):
        while not await asked():  # noqa: ASYNC110 - what we wait for is behind a socket
            await asyncio.sleep(0.05)


def new_slug(what: str = "room") -> str:
    """Return a room's name that no other test has: they share one bus."""
    return f"{what}-{next(_NUMBERS)}"


@dataclass
class House:
    """A served house and a client that is its admin."""

    port: int
    client: httpx.AsyncClient
    admin_port: int = 0

    async def make(self, **asked: Any) -> dict[str, str]:
        """Make a room and return its links."""
        asked.setdefault("slug", new_slug())
        answer = await self.client.post("/api/rooms", json=asked)
        assert answer.status_code == 201, answer.text
        links: dict[str, str] = answer.json()
        return links

    async def room(self, slug: str) -> dict[str, Any]:
        """Return a room as its admin sees it."""
        answer = await self.client.get(f"/api/rooms/{slug}")
        assert answer.status_code == 200, answer.text
        room: dict[str, Any] = answer.json()
        return room

    async def until(self, slug: str, state: str, seconds: float = 5) -> dict[str, Any]:
        """Return the room once it is in `state`."""

        async def there() -> bool:
            return bool((await self.room(slug))["state"] == state)

        await becomes_true(there, seconds)
        return await self.room(slug)

    async def on_bus(self) -> None:
        """Wait until the house is on the bus."""

        async def there() -> bool:
            return bool((await self.client.get("/healthz")).json()["bus"])

        await becomes_true(there)


@asynccontextmanager
async def served(data: Path, bus_url: str, **more: Any) -> AsyncIterator[House]:
    """Serve a house for as long as the block runs."""
    port: asyncio.Future[tuple[int, int]] = asyncio.get_running_loop().create_future()
    options: dict[str, Any] = {
        "bus_url": bus_url,
        "data": data,
        "host": "127.0.0.1",
        "port": 0,
        "admin_token": ADMIN,
        "public_edge": EDGE,
        "public_source": "http://127.0.0.1:8002",
        "web_folder": data / "web",
        "on_ready": lambda *ports: port.set_result(ports),
    }
    if "database" not in more:
        lay_down(data / "rooms.db")
    serving = asyncio.create_task(serve(**options | more))
    both: list[asyncio.Future[Any]] = [serving, port]
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    at, admin_at = port.result()
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{at}", headers=bearer(ADMIN), timeout=15)
    try:
        async with client:
            yield House(at, client, admin_at)
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


def tomorrow() -> str:
    """Return a start that is still to come."""
    return (datetime.now(UTC) + timedelta(days=1)).isoformat()


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def host_token(links: dict[str, str]) -> str:
    """Return the secret of a host's link."""
    return links["host"].partition("#")[2]


def code_of(answer: httpx.Response) -> str:
    """Return a refusal's code; the answer must be one JSON line with a code and a sentence."""
    assert answer.text.count("\n") == 1
    assert answer.text.endswith("\n")
    problem = json.loads(answer.text)
    assert set(problem) == {"code", "message"}
    assert problem["message"].endswith(".")
    assert "Traceback" not in answer.text
    code: str = problem["code"]
    return code


@dataclass
class StandIn:
    """Says and answers on the bus what a room's stage would."""

    bus: Bus
    slug: RoomSlug
    instance: str = "one"
    calls: list[WhipCall] = field(default_factory=list)
    reply: WhipReply = WhipReply(status=201, body="v=0\r\nanswer\r\n", seat="seat-1")  # noqa: RUF009 - frozen

    async def answer(self, payload: bytes) -> bytes:
        """Answer a WHIP call as `reply` says; what is not an offer is done."""
        call = WhipCall.unpack(payload)
        self.calls.append(call)
        if call.call == "offer" or self.reply.status >= 400:
            return self.reply.pack()
        return WhipReply(status=204 if call.call == "trickle" else 200).pack()

    async def listen(self) -> None:
        """Begin to answer."""
        await self.bus.respond(subject_whip(self.slug), self.answer)
        await self.bus.flush()

    async def say_quality(self, *speakers: SpeakerQuality) -> None:
        """Say once how everybody's sound came in."""
        news = QualityNews(slug=self.slug, instance=self.instance, speakers=speakers)
        await self.bus.publish(subject_quality(self.slug), news.pack())

    async def say(
        self, *, heard: bool = True, silent_for: int = 0, seats: int = 1, name: str = "Ana"
    ) -> None:
        """Say the stage's news once."""
        news = StageNews(
            slug=self.slug, instance=self.instance, pid=1, node="here", part=PartNumber(1),
            on_air=True, heard=heard, silent_for=Micros(silent_for), level_db=-20.0,
            seats=tuple(
                SeatNews(seat=f"seat-{number + 1}", name=name, kind="whip", level_db=-20.0)
                for number in range(seats)
            ),
        )  # fmt: skip
        await self.bus.publish(subject_stage(self.slug), news.pack())


@asynccontextmanager
async def stage_of(bus_url: str, slug: str) -> AsyncIterator[StandIn]:
    """Connect a stand-in for a room's stage."""
    async with connect(bus_url, "stand-in") as bus:
        yield StandIn(bus, RoomSlug(slug))


@asynccontextmanager
async def told(bus_url: str, slug: str = "*") -> AsyncIterator[asyncio.Queue[RoomNews]]:
    """Collect what the house says of rooms."""
    heard: asyncio.Queue[RoomNews] = asyncio.Queue()

    async def hear(_subject: str, payload: bytes) -> None:
        heard.put_nowait(RoomNews.unpack(payload))

    async with connect(bus_url, "ear") as bus:
        await bus.subscribe(subject_room(RoomSlug(slug)), hear)
        await bus.flush()
        yield heard
