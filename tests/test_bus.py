"""The bus carries live things in order, answers requests, keeps rooms, and comes back."""

import asyncio
from contextlib import suppress
from pathlib import Path

import nats
import pytest
import uvloop

from fullhouse.bus import HOLD_SLICE, Bus, NobodyAnswers, connect
from fullhouse.errors import Malformed, Refused
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import ROOMS_BUCKET, RoomNews, RoomState
from tests.servers import nats_server


def news(slug: str, revision: int = 1) -> RoomNews:
    return RoomNews(
        slug=RoomSlug(slug), title="T", state=RoomState.SCHEDULED, since=Micros(1),
        epoch=Micros(0), revision=revision,
    )  # fmt: skip


async def test_messages_come_in_order_with_their_subject(nats_url: str) -> None:
    got: list[tuple[str, bytes]] = []
    done = asyncio.Event()

    async def take(subject: str, payload: bytes) -> None:
        got.append((subject, payload))
        if len(got) == 100:
            done.set()

    async with connect(nats_url, "test") as bus:
        await bus.subscribe("order.*", take)
        await bus.flush()
        for number in range(100):
            await bus.publish("order.a", bytes([number]))
        await asyncio.wait_for(done.wait(), 5)
    assert got == [("order.a", bytes([number])) for number in range(100)]


async def test_a_malformed_message_harms_nobody(nats_url: str) -> None:
    got = asyncio.Queue[bytes]()

    async def take(_subject: str, payload: bytes) -> None:
        if payload == b"bad":
            raise Malformed()
        await got.put(payload)

    async with connect(nats_url, "test") as bus:
        await bus.subscribe("forms", take)
        await bus.flush()
        await bus.publish("forms", b"bad")
        await bus.publish("forms", b"good")
        assert await asyncio.wait_for(got.get(), 5) == b"good"


async def test_a_request_is_answered(nats_url: str) -> None:
    async def answer(payload: bytes) -> bytes:
        return payload.upper()

    async with connect(nats_url, "test") as bus:
        await bus.respond("shout", answer)
        await bus.flush()
        assert await bus.request("shout", b"hey", 2) == b"HEY"


async def test_a_request_that_nobody_hears_is_refused_as_not_ready(nats_url: str) -> None:
    async with connect(nats_url, "test") as bus:
        with pytest.raises(NobodyAnswers) as refusal:
            await bus.request("nobody", b"", 1)
    assert refusal.value.status == 503


async def test_rooms_are_kept_for_those_who_start_later(tmp_path: Path) -> None:
    """Of each room the newest news; none at first."""
    with nats_server(tmp_path) as url:
        async with connect(url, "house") as house:
            assert await house.kept_rooms() == []
            for slug, revision in (("a", 1), ("b", 1), ("a", 2)):
                await house.keep_room(news(slug, revision))
        async with connect(url, "edge") as edge:
            kept = {room.slug: room.revision for room in await edge.kept_rooms()}
    assert kept == {"a": 2, "b": 1}


async def test_a_room_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    """News from a version that writes them otherwise is left out."""
    with nats_server(tmp_path) as url:
        async with connect(url, "house") as house:
            await house.keep_room(news("a", 1))
            client = await nats.connect(url)
            bucket = await client.jetstream().key_value(ROOMS_BUCKET)
            await bucket.put("b", b'{"slug": "b"}')
            await client.close()
            assert [room.slug for room in await house.kept_rooms()] == ["a"]


async def test_a_wrong_password_is_refused_at_once(tmp_path: Path) -> None:
    config = tmp_path / "nats.conf"
    config.write_text('authorization { user: "u", password: "p" }')
    with nats_server(tmp_path, "-c", str(config)) as url:
        async with connect(url.replace("//", "//u:p@"), "right") as bus:
            assert bus.connected
        with pytest.raises(Refused, match="bus"):
            async with asyncio.timeout(5), connect(url.replace("//", "//u:x@"), "wrong"):
                pass


async def test_a_loop_of_calls_ends_when_it_is_told_to(nats_url: str) -> None:
    """nats-py swallows a cancellation that comes while it flushes; we do not."""

    async def for_ever(bus: Bus) -> None:
        while True:
            with suppress(NobodyAnswers):
                await bus.request("nobody.here", b"", 1)

    async with connect(nats_url, "test") as bus:
        for delay in range(40):
            loop = asyncio.create_task(for_ever(bus))
            await asyncio.sleep(delay / 20_000)
            loop.cancel()
            done, _ = await asyncio.wait([loop], timeout=1)
            assert done, f"told to end after {delay} steps, it goes on"


async def test_a_request_without_a_way_back_harms_nobody(
    nats_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody publishes where one should ask: there is nobody to answer."""

    async def answer(payload: bytes) -> bytes:
        return payload

    async with connect(nats_url, "test") as bus:
        await bus.respond("echo.quietly", answer)
        await bus.publish("echo.quietly", b"hello")
        await bus.flush()
        assert await bus.request("echo.quietly", b"again", 2) == b"again"
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_bus_that_is_away_can_be_left_in_good_order(tmp_path: Path) -> None:
    """On uvloop, as all roles run: Ctrl-C while the bus is dead is no bug of ours."""

    async def leave_while_away(delay: float) -> None:
        with nats_server(tmp_path) as url:
            connection = connect(url, "test")
            bus = await connection.__aenter__()
        for _ in range(10):
            await bus.publish("somewhere", bytes(1000))
            await asyncio.sleep(delay)
        await connection.__aexit__(None, None, None)

    for delay in (0.01, 0.05):
        uvloop.run(leave_while_away(delay))


async def test_holds_are_kept_listed_read_in_slices_and_dropped(nats_url: str) -> None:
    raw = bytes(range(256)) * 800
    async with connect(nats_url, "test") as bus:
        await bus.keep_hold("a-hold", raw, Micros(77))
        await bus.keep_hold("a-hold", raw, Micros(78))
        assert (await bus.kept_holds())["a-hold"] == 78
        pieces = [piece async for piece in bus.read_hold("a-hold", len(raw))]
        assert b"".join(pieces) == raw
        assert max(map(len, pieces)) == HOLD_SLICE
        with pytest.raises(NobodyAnswers, match="too large"):
            await anext(bus.read_hold("a-hold", len(raw) - 1))
        await bus.drop_hold("a-hold")
        await bus.drop_hold("a-hold")
        assert "a-hold" not in await bus.kept_holds()
        with pytest.raises(NobodyAnswers):
            await anext(bus.read_hold("a-hold", len(raw)))


async def test_one_rooms_news_is_found(nats_url: str) -> None:
    async with connect(nats_url, "test") as bus:
        await bus.keep_room(news("found", 3))
        assert await bus.kept_room(RoomSlug("found")) == news("found", 3)
        assert await bus.kept_room(RoomSlug("not-found")) is None


async def test_an_answer_that_comes_too_late_makes_nobody_deaf(nats_url: str) -> None:
    """A stage that was held up asks the bus for 20 ms whether anything was said meanwhile."""
    heard, lost = asyncio.Event(), asyncio.Event()

    async def back() -> None:
        lost.set()

    async def hear(_subject: str, _payload: bytes) -> None:
        heard.set()

    async with connect(nats_url, "test", back) as bus:
        await bus.subscribe("test.late", hear)
        for _ in range(3):
            await bus.flush(1e-6)
        await bus.flush()
        await bus.publish("test.late", b"muted")
        async with asyncio.timeout(10):
            await heard.wait()
    assert not lost.is_set()
