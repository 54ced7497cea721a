"""The house on the bus: what it says, how often, and how it hears."""

import asyncio
import time
from pathlib import Path

import pytest

from fullhouse.bus import connect
from fullhouse.house.news import StageAway
from fullhouse.units import PartNumber, RoomSlug
from fullhouse.wire import (
    SUBJECT_COUNT,
    Counts,
    EdgeNews,
    EdgeRoom,
    WhipCall,
    subject_edge,
    subject_room,
    subject_stage,
    subject_whip,
)
from tests.house.served import becomes_true, new_slug, served, told
from tests.servers import nats_server


async def test_rooms_are_said_on_change_and_again_without_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, nats_url: str
) -> None:
    monkeypatch.setattr("fullhouse.house.news.SAY_AGAIN_EVERY", 0.2)
    slug = new_slug()
    async with told(nats_url, slug) as news, served(tmp_path, nats_url) as house:
        await house.on_bus()
        await house.make(slug=slug)
        async with asyncio.timeout(5):
            first = await news.get()
            again = [await news.get() for _ in range(3)]
            assert (first.state, first.armed, first.epoch > 0) == ("scheduled", True, True)
            assert again == [first] * 3
            await house.client.post(f"/api/rooms/{slug}/open")
            while (later := await news.get()) == first:
                pass
        assert (later.state, later.revision) == ("doors", first.revision + 1)


async def test_the_newest_news_are_kept_for_those_who_start_later(
    tmp_path: Path, nats_url: str
) -> None:
    async with served(tmp_path, nats_url) as house, connect(nats_url, "edge") as bus:
        slug = (await house.make())["slug"]
        await house.client.post(f"/api/rooms/{slug}/open")

        async def kept() -> bool:
            return any(
                news.slug == slug and news.state == "doors" for news in await bus.kept_rooms()
            )

        await becomes_true(kept)


async def test_counts_are_said_each_second(tmp_path: Path, nats_url: str) -> None:
    heard: asyncio.Queue[Counts] = asyncio.Queue()

    async def hear(_subject: str, payload: bytes) -> None:
        heard.put_nowait(Counts.unpack(payload))

    async with served(tmp_path, nats_url) as house, connect(nats_url, "edge") as bus:
        slug = RoomSlug((await house.make())["slug"])
        await bus.subscribe(SUBJECT_COUNT, hear)
        room = EdgeRoom(listeners=5, part=PartNumber(1), playing="sound")
        await bus.publish(subject_edge("a"), EdgeNews(edge="a", rooms={slug: room}).pack())
        async with asyncio.timeout(5):
            while (await heard.get()).listeners.get(slug) != 5:
                pass
            begun = time.monotonic()
            await heard.get()
        assert 0.3 < time.monotonic() - begun < 3


async def test_nonsense_on_the_bus_hurts_nothing(tmp_path: Path, nats_url: str) -> None:
    async with served(tmp_path, nats_url) as house, connect(nats_url, "odd") as bus:
        slug = RoomSlug((await house.make())["slug"])
        await house.on_bus()
        for subject in (subject_stage(slug), subject_edge("a"), "fh.source.check"):
            for payload in (b"", b"\xff", b"[]", b'{"slug": 3}'):
                await bus.publish(subject, payload)
        await bus.flush()
        assert (await house.room(slug))["state"] == "scheduled"
        assert (await house.client.get("/healthz")).json()["bus"] is True


async def test_a_stage_that_answers_nonsense_is_away(tmp_path: Path, nats_url: str) -> None:
    """The speaker's request was in order: the fault is not said to be theirs."""
    from tests.house.served import OFFER, bearer

    async def nonsense(_payload: bytes) -> bytes:
        return b"{"

    async with served(tmp_path, nats_url) as house, connect(nats_url, "stage") as bus:
        links = await house.make()
        await house.on_bus()
        await bus.respond(subject_whip(RoomSlug(links["slug"])), nonsense)
        await bus.flush()
        headers = bearer(links["whip_token"]) | {"Content-Type": "application/sdp"}
        answer = await house.client.post(links["whip"], content=OFFER, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (503, StageAway.code)
        assert WhipCall(call="offer", session="x").pack()


async def test_when_the_bus_comes_back_all_rooms_are_said(tmp_path: Path) -> None:
    """A bus that lost everything learns it again from the house, within a second or two."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    with nats_server(tmp_path / "one") as url:
        port = url.rpartition(":")[2]
        async with served(tmp_path / "data", url) as house:
            slug = (await house.make())["slug"]
            await house.on_bus()
    async with served(tmp_path / "data", f"nats://127.0.0.1:{port}") as house:
        with nats_server(tmp_path / "two", "-p", port) as again:
            async with connect(again, "edge") as bus:

                async def kept() -> bool:
                    return [news.slug for news in await bus.kept_rooms()] == [slug]

                await becomes_true(kept, 10)
                assert subject_room(RoomSlug(slug)) == f"fh.room.{slug}"
