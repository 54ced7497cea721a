"""Server-sent events: what pages are told, and what a page may cost."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.types import Message

from fullhouse.clock import Clock
from fullhouse.house.api.events import (
    ABORT,
    MOST_PAGES_OF_A_ROOM,
    EventStream,
    Feeds,
    TooManyPages,
)
from fullhouse.house.audience_flow import Flow
from fullhouse.units import RoomSlug
from fullhouse.wire import SpeakerQuality
from tests.house.served import (
    House,
    bearer,
    becomes_true,
    code_of,
    host_token,
    served,
    stage_of,
)

NOBODY = {"listeners": 0, "waiting": 0, "leaving_per_minute": 0}
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, nats_url: str) -> AsyncIterator[House]:
    """One house for all tests of this file."""
    async with served(tmp_path_factory.mktemp("house"), nats_url) as house:
        await house.on_bus()
        yield house


async def events(answer: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
    """Yield each event's kind and what its JSON holds."""
    kind = ""
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield kind, json.loads(line.removeprefix("data: "))


async def test_a_page_hears_at_once_how_things_are_and_then_each_change(
    house: House, nats_url: str
) -> None:
    links = await house.make()
    path = f"/api/rooms/{links['slug']}"
    headers = bearer(links["whip_token"])
    async with (
        stage_of(nats_url, links["slug"]) as stage,
        house.client.stream("GET", f"{path}/events", headers=headers) as answer,
        asyncio.timeout(8),
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        heard = events(answer)
        kind, room = await anext(heard)
        assert (kind, room["state"]) == ("room", "scheduled")
        assert await anext(heard) == ("listeners", NOBODY)
        await house.client.post(f"{path}/open")
        while (news := await anext(heard))[0] != "room":
            pass
        assert news[1]["state"] == "doors"
        await stage.say(heard=False)
        while (news := await anext(heard))[0] != "stage":
            pass
        assert news[1]["seats"][0]["name"] == "Ana"


async def test_nothing_secret_is_in_a_pages_news(house: House) -> None:
    links = await house.make()
    path = f"/api/rooms/{links['slug']}/events"
    async with house.client.stream("GET", path) as answer, asyncio.timeout(5):
        text = json.dumps([await anext(events(answer)) for _ in range(1)])
    for secret in (links["whip_token"], links["source_key"], host_token(links)):
        assert secret not in text


async def test_a_stage_that_talks_too_much_is_told_five_times_a_second(
    house: House, nats_url: str
) -> None:
    links = await house.make()
    path = f"/api/rooms/{links['slug']}/events"
    async with (
        stage_of(nats_url, links["slug"]) as stage,
        house.client.stream("GET", path) as answer,
    ):
        heard: list[str] = []

        async def read() -> None:
            async for kind, _ in events(answer):
                heard.append(kind)

        reading = asyncio.create_task(read())
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            await stage.say(heard=False)
            await asyncio.sleep(0.01)
        reading.cancel()
    assert 2 <= heard.count("stage") <= 12


async def test_a_page_hears_how_everybodys_sound_comes_in(house: House, nats_url: str) -> None:
    """At once what was said last, then each second; a page of another room hears nothing of it."""
    links, other = await house.make(), await house.make()
    one = SpeakerQuality(seat="seat-1", loss=0.25, real=38, concealed=12)

    async def known() -> bool:
        async with httpx.AsyncClient() as client:
            metrics = await client.get(f"http://127.0.0.1:{house.admin_port}/metrics")
        return links["slug"] in metrics.text

    async with stage_of(nats_url, links["slug"]) as stage, asyncio.timeout(8):
        await stage.say_quality(one)
        await becomes_true(known)
        async with (
            house.client.stream("GET", f"/api/rooms/{links['slug']}/events") as answer,
            house.client.stream("GET", f"/api/rooms/{other['slug']}/events") as elsewhere,
        ):
            heard = events(answer)
            for loss in (0.25, 0.5):
                while (news := await anext(heard))[0] != "quality":
                    pass
                assert news[1]["slug"] == links["slug"]
                assert news[1]["speakers"][0]["loss"] == loss
                await stage.say_quality(one.model_copy(update={"loss": 0.5}))
            others = events(elsewhere)
            assert "quality" not in [(await anext(others))[0] for _ in range(3)]


async def test_a_stage_that_tells_too_much_is_passed_on_once_a_second(
    house: House, nats_url: str
) -> None:
    links = await house.make()
    async with (
        stage_of(nats_url, links["slug"]) as stage,
        house.client.stream("GET", f"/api/rooms/{links['slug']}/events") as answer,
    ):
        heard: list[str] = []

        async def read() -> None:
            async for kind, _ in events(answer):
                heard.append(kind)

        reading = asyncio.create_task(read())
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            await stage.say_quality(SpeakerQuality(seat="seat-1"))
            await asyncio.sleep(0.02)
        reading.cancel()
    assert 1 <= heard.count("quality") <= 4


async def test_a_page_whose_key_was_renewed_is_closed(
    monkeypatch: pytest.MonkeyPatch, house: House
) -> None:
    links = await house.make()
    path = f"/api/rooms/{links['slug']}"
    async with house.client.stream(
        "GET", f"{path}/events", headers=bearer(host_token(links))
    ) as answer:
        heard = events(answer)
        await anext(heard)
        await house.client.post(f"{path}/keys/host")
        async with asyncio.timeout(3):
            assert [kind async for kind, _ in heard]


async def test_a_page_without_a_key_is_told_nothing(house: House) -> None:
    slug = (await house.make())["slug"]
    answer = await house.client.get(f"/api/rooms/{slug}/events", headers=bearer("wrong"))
    assert (answer.status_code, code_of(answer)) == (401, "not_allowed")


async def test_a_page_that_does_not_read_is_cut_off_and_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its connection is reset; whoever reads gets on with it."""
    monkeypatch.setattr("fullhouse.house.api.events.STALLED_AFTER", 0.05)
    feeds, cut = Feeds(Clock()), asyncio.Event()
    slug = RoomSlug("evening")
    page = feeds.open(slug)

    async def receive() -> Message:
        await cut.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    page.put("room", "{}")
    stream = EventStream(page, lambda: True, lambda: feeds.close(slug, page))
    scope = {"type": "http", "extensions": {ABORT: {"call": cut.set}}}
    async with asyncio.timeout(2):
        await stream(scope, receive, send)
    assert cut.is_set()
    await feeds.tell_counts({slug: Flow(1)})
    assert feeds.pages == 0


async def test_a_reader_that_stops_is_reset_without_an_error(
    monkeypatch: pytest.MonkeyPatch, house: House, nats_url: str
) -> None:
    """The same through real sockets: the kernel's buffers fill, then the connection is cut."""
    monkeypatch.setattr("fullhouse.house.api.events.STALLED_AFTER", 0.3)
    links = await house.make()
    with socket.socket() as stalled:
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stalled.connect(("127.0.0.1", house.port))
        stalled.sendall(
            f"GET /api/rooms/{links['slug']}/events HTTP/1.1\r\nHost: house\r\n"
            f"Authorization: Bearer {host_token(links)}\r\n\r\n".encode()
        )
        async with stage_of(nats_url, links["slug"]) as stage, asyncio.timeout(15):
            while not is_reset(stalled):
                await stage.say(heard=False, seats=64, name="x" * 200)
                await asyncio.sleep(0.1)


def is_reset(connection: socket.socket) -> bool:
    """Tell whether the other side has cut a connection, without reading from it."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) != b"\x01"


async def test_a_page_that_is_closed_is_forgotten(house: House) -> None:
    links = await house.make()
    for _ in range(MOST_PAGES_OF_A_ROOM + 5):
        async with house.client.stream("GET", f"/api/rooms/{links['slug']}/events") as answer:
            assert answer.status_code == 200


async def test_open_pages_are_bounded() -> None:
    feeds = Feeds(Clock())
    slug = RoomSlug("evening")
    pages = [feeds.open(slug) for _ in range(MOST_PAGES_OF_A_ROOM)]
    with pytest.raises(TooManyPages):
        feeds.open(slug)
    feeds.close(slug, pages[0])
    assert feeds.open(slug)


async def test_a_quiet_page_hears_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that whoever stands between keeps the connection, and a dead one is noticed."""
    monkeypatch.setattr("fullhouse.house.api.events.HEARTBEAT_EVERY", 0.01)
    page = Feeds(Clock()).open(RoomSlug("evening"))
    assert await page.next() == b":\n\n"
