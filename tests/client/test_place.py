"""A place on a stage, lost and taken again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import httpx
import numpy as np
import pytest

from fullhouse.client import place as places
from fullhouse.client.links import mouth
from fullhouse.client.place import Place
from fullhouse.client.voice import OpusVoice
from fullhouse.errors import NotReady, Refused
from fullhouse.units import FRAME_SAMPLES
from tests.client.peers import TOKEN, WhipHouse, whip_house


@asynccontextmanager
async def placed(house: WhipHouse) -> AsyncIterator[tuple[Place, "asyncio.Task[None]"]]:
    """Take a place and keep it as long as the block runs."""
    async with httpx.AsyncClient() as http:
        place = Place(http, mouth(f"{house.url}/whip/demo", TOKEN), "Ana")
        await place.take()
        keeping = asyncio.create_task(place.keep())
        try:
            yield place, keeping
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError, Refused):
                await keeping
            await place.leave(finish=False)


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.02)


async def test_a_new_stage_is_gone_to_at_once() -> None:
    """The house tells of the new instance; the speaker keeps the seat."""
    async with whip_house() as house, placed(house) as (place, _):
        house.tell("stage", instance="a")
        house.tell("stage", instance="a")
        await asyncio.sleep(0.3)
        assert place.reconnects == 0
        house.tell("stage", instance="b")
        await until(lambda: place.reconnects == 1, 3)
        assert [session.seat for session in house.sessions] == ["seat-0", "seat-0"]
        house.tell("stage", instance="b")
        await asyncio.sleep(0.3)
        assert place.reconnects == 1
        assert not house.sessions[0].deleted


async def test_a_connection_that_failed_is_made_again() -> None:
    """Even where nobody tells: what came through was reported each second, and is no more."""
    encoder = OpusVoice(40_000)
    async with whip_house() as house, placed(house) as (place, _):

        async def talk() -> None:
            while True:
                for packet in encoder.encode(np.zeros(FRAME_SAMPLES, np.float32)):
                    place.send(packet)
                await asyncio.sleep(0.02)

        talking = asyncio.create_task(talk())
        await asyncio.sleep(3)
        await house.sessions[0].peer.close()
        await until(lambda: place.reconnects == 1, 8)
        assert not place.away
        talking.cancel()


async def test_a_house_that_is_away_is_asked_until_it_is_back() -> None:
    async with whip_house() as house, placed(house) as (place, _):
        house.refuse = [(503, {"Retry-After": "60"}), (500, {}), (409, {})]
        house.tell("stage", instance="a")
        house.tell("stage", instance="b")
        await until(lambda: place.away, 3)
        await until(lambda: place.reconnects == 1)
        assert house.refuse == []


async def test_a_house_that_lets_us_in_no_more_is_believed() -> None:
    async with whip_house() as house, placed(house) as (_, keeping):
        house.refuse = [(404, {})]
        house.tell("stage", instance="a")
        house.tell("stage", instance="b")
        with pytest.raises(Refused, match="I say 404"):
            await asyncio.wait_for(keeping, 5)


async def test_when_the_room_ends_the_place_does() -> None:
    """The end of an earlier session does not count."""
    async with whip_house() as house, placed(house) as (place, keeping):
        house.tell("room", state="ended")
        await asyncio.sleep(0.3)
        house.tell("room", state="live")
        await asyncio.sleep(0.3)
        assert not keeping.done()
        assert place.reconnects == 0
        house.tell("room", state="ended")
        await asyncio.wait_for(keeping, 5)
        assert place.ended


async def test_strange_news_change_nothing() -> None:
    async with whip_house() as house, placed(house) as (place, keeping):
        house.tell("stage", instance=None)
        house.tell("stage")
        house.tell("room", state=5)
        house.news.put_nowait(("stage", []))  # type: ignore[arg-type]  # no object: that is it
        await asyncio.sleep(0.3)
        assert not keeping.done()
        assert place.reconnects == 0


async def test_at_the_start_a_house_may_take_its_time() -> None:
    async with whip_house() as house:
        house.refuse = [(503, {}), (503, {"Retry-After": "1"})]
        async with placed(house) as (place, _):
            assert place.seat == "seat-0"


async def test_at_the_start_it_has_fifteen_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "STARTING_SECONDS", 0.3)
    async with whip_house() as house, httpx.AsyncClient() as http:
        house.refuse = [(503, {})] * 9
        with pytest.raises(NotReady, match="I say 503"):
            await Place(http, mouth(f"{house.url}/whip/demo", TOKEN), "Ana").take()
