"""One WHIP session with a real peer."""

import asyncio
from collections.abc import AsyncIterator

import aioice.ice
import httpx
import numpy as np
import pytest

from fullhouse.client import whip
from fullhouse.client.links import Mouth, mouth
from fullhouse.client.voice import OpusVoice
from fullhouse.client.whip import NoMedia, PacketTrack, Session, Unreachable, offer_loopback
from fullhouse.errors import NotReady, Refused
from fullhouse.units import FRAME_SAMPLES
from tests.client.peers import TOKEN, whip_house
from tests.coded_noise import coded_noise, find

NOISE = coded_noise(2)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


def to(url: str, token: str = TOKEN) -> Mouth:
    return mouth(f"{url}/whip/demo", token)


async def test_what_is_sent_is_heard(http: httpx.AsyncClient) -> None:
    async with whip_house() as house:
        session = await Session.open(http, to(house.url), seat="", name="Ana Größe")
        encoder = OpusVoice(48_000)
        for frame in NOISE.reshape(-1, FRAME_SAMPLES):
            for packet in encoder.encode(frame):
                session.send(packet)
            await asyncio.sleep(0.02)
        assert await session.alive()
        session.send(b"one more")
        await session.leave(http, finish=True)
        assert session.waiting == 0
        (seated,) = house.sessions
        assert seated.name == "Ana%20Gr%C3%B6%C3%9Fe"
        assert session.seat == "seat-0"
        assert seated.deleted
        assert find(NOISE, seated.pcm()).share >= 0.95


async def test_nobody_but_the_house_is_asked(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No STUN server of others is told who speaks, nor waited for."""
    asked = list[object]()
    monkeypatch.setattr(aioice.ice, "server_reflexive_candidate", lambda *it, **_: asked.append(it))
    async with whip_house() as house:
        session = await Session.open(http, to(house.url), seat="", name="Ana")
        await session.leave(http)
    assert asked == []


async def test_a_returning_speaker_names_the_seat(http: httpx.AsyncClient) -> None:
    async with whip_house() as house:
        session = await Session.open(http, to(house.url), seat="old", name="Ana")
        assert (session.seat, house.sessions[0].seat) == ("old", "old")
        await session.leave(http)


async def test_a_refusal_is_passed_on_in_its_words(http: httpx.AsyncClient) -> None:
    async with whip_house() as house:
        with pytest.raises(Refused) as wrong:
            await Session.open(http, to(house.url, "wrong"), seat="", name="Ana")
        assert (wrong.value.status, wrong.value.code) == (401, "not_allowed")
        house.refuse = [(503, {"Retry-After": "4"}), (404, {})]
        with pytest.raises(NotReady) as later:
            await Session.open(http, to(house.url), seat="", name="Ana")
        assert (later.value.retry_after, later.value.message) == (4, "I say 503.")
        with pytest.raises(Refused) as never:
            await Session.open(http, to(house.url), seat="", name="Ana")
        assert not isinstance(never.value, NotReady)


async def test_a_house_that_is_not_there_is_said(http: httpx.AsyncClient) -> None:
    with pytest.raises(Unreachable, match="No house answers"):
        await Session.open(http, to("http://127.0.0.1:1"), seat="", name="Ana")


async def test_a_stage_that_no_sound_reaches_is_said(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whip, "CONNECT_SECONDS", 0.01)
    async with whip_house() as house:
        with pytest.raises(NoMedia):
            await Session.open(http, to(house.url), seat="", name="Ana")
        assert house.sessions[0].deleted


async def test_a_stage_that_died_is_noticed(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports of what arrived came each second, and come no more."""
    monkeypatch.setattr(whip, "SILENT_SECONDS", 1.0)
    async with whip_house() as house:
        session = await Session.open(http, to(house.url), seat="", name="Ana")
        encoder = OpusVoice(40_000)
        frame = np.zeros(FRAME_SAMPLES, np.float32)

        async def talk() -> bool:
            for packet in 5 * encoder.encode(frame):
                session.send(packet)
            await asyncio.sleep(0.1)
            return await session.alive()

        assert all([await talk() for _ in range(40)])  # reports come after 0.5 to 1.5 s
        # Dead, not closed: nothing is said any more, and nothing read.
        receiver = house.sessions[0].peer.getReceivers()[0]
        await receiver.stop()
        assert await talk()
        async with asyncio.timeout(15):
            while await talk():
                pass
        await session.leave(http)


async def test_a_track_keeps_half_a_second() -> None:
    """Above that the oldest is lost, and the clock of what stays is right."""
    track = PacketTrack()
    for number in range(30):
        track.put(bytes([number]))
    first = await track.recv()
    assert bytes(first) == b"\x05"
    assert first.pts == 5 * FRAME_SAMPLES


async def test_leaving_waits_for_the_last_packet() -> None:
    track = PacketTrack()
    for _ in range(5):
        track.put(b"sound")
    leaving = asyncio.create_task(track.sent())
    for _ in range(5):
        await asyncio.sleep(0.01)
        assert not leaving.done()
        await track.recv()
    await asyncio.wait_for(leaving, 0.5)


def test_the_inner_address_is_offered() -> None:
    """Relied on: aioice looks the function up by this name, and leaves loopback out."""
    before = aioice.ice.get_host_addresses
    try:
        offer_loopback()
        assert "127.0.0.1" in aioice.ice.get_host_addresses(True, False)
        assert "::1" not in aioice.ice.get_host_addresses(True, False)
        offer_loopback()
        assert aioice.ice.get_host_addresses(True, False).count("127.0.0.1") == 1
    finally:
        aioice.ice.get_host_addresses = before
