"""Returns: WHEP sessions against aiortc's own client, without a stage."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aioice.ice
import numpy as np
import pytest
from aiortc import (
    RTCCertificate,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)

from fullhouse.errors import Refused
from fullhouse.stage.ice import Reach
from fullhouse.stage.returns import CONNECT_WITHIN, Returns
from fullhouse.units import SECOND, Micros
from fullhouse.wire import WhipCall, WhipReply
from tests.stage.company import Heard, keep_packets
from tests.stage.rooms import LOOPBACK, until
from tests.stage.test_encodes import Voices
from tests.stage.test_offer import text

CERTIFICATE = RTCCertificate.generateCertificate()
EAR = text().replace("a=sendonly", "a=recvonly")


@pytest.fixture(autouse=True)
def _clients_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: [LOOPBACK])


class Stage:
    """Returns, a time that a test sets, and a mix that a test says."""

    def __init__(self, most: int, tasks: asyncio.TaskGroup) -> None:
        self.now = Micros(100 * SECOND)
        self.returns = Returns(most, Reach(LOOPBACK), CERTIFICATE, tasks, now=lambda: self.now)
        self.mix = Voices({})
        self.ticks = 0

    async def offer(self, session: str, seat: str = "", body: str = EAR) -> WhipReply:
        asked = WhipCall(call="offer", endpoint="whep", session=session, seat=seat, body=body)
        return await self.returns.offer(asked)

    async def connect(self, session: str, seat: str = "") -> RTCPeerConnection:
        client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        client.addTransceiver("audio", "recvonly")
        await client.setLocalDescription(await client.createOffer())
        reply = await self.offer(session, seat, client.localDescription.sdp)
        await client.setRemoteDescription(RTCSessionDescription(reply.body, "answer"))
        await until(lambda: self.returns.link(session).connected)
        return client

    async def tick(self, count: int = 1) -> None:
        for _ in range(count):
            await self.returns.send(self.mix, self.mix.heard.keys(), self.ticks)
            self.ticks += 1
            await asyncio.sleep(0)


@asynccontextmanager
async def stage(most: int = 4) -> AsyncIterator[Stage]:
    async with asyncio.TaskGroup() as tasks:
        made = Stage(most, tasks)
        yield made
        await made.returns.close()


async def test_a_listener_gets_a_packet_per_tick_of_everybody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: dict[object, Heard] = {}
    with monkeypatch.context() as patched:
        patched.setattr("aiortc.RTCRtpReceiver._handle_rtp_packet", None)
        keep_packets(heard)
        async with stage() as on:
            ana, other = await on.connect("one", "ana"), await on.connect("two")
            on.mix = Voices({"ana": np.full(960, 0.5, np.float32)})
            await on.tick(50)
            ears = [heard_by(heard, ana), heard_by(heard, other)]
            await until(lambda: [len(ear.packets) for ear in ears] == [50, 50])
            assert np.abs(ears[0].decoded()).max() < 1e-3
            assert np.abs(ears[1].decoded()).max() > 0.1
            await on.returns.report()
            assert on.returns.of("ana") is not None
            assert on.returns.of("ben") is None
            for client in (ana, other):
                await client.close()
            await until(lambda: len(on.returns) == 0)
            await on.tick()


def heard_by(heard: dict[object, Heard], client: RTCPeerConnection) -> Heard:
    return heard.setdefault(client.getReceivers()[0], Heard())


async def test_the_answer_sends_one_named_stream() -> None:
    async with stage() as on:
        reply = await on.offer("one", "ana")
        assert reply.status == 201
        assert reply.seat == "ana"
        assert "a=sendonly" in reply.body
        assert "cname:fullhouse" in reply.body
        assert await on.offer("one", "ana") == reply


async def test_a_new_return_of_a_seat_replaces_the_old_one_at_once() -> None:
    async with stage(most=1) as on:
        await on.offer("one", "ana")
        await on.offer("two", "ana")
        await until(lambda: "one" not in on.returns)
        assert "two" in on.returns


async def test_there_are_only_so_many_returns() -> None:
    async with stage(most=2) as on:
        for session in ("one", "two"):
            await on.offer(session)
        with pytest.raises(Refused) as refused:
            await on.offer("three")
        assert (refused.value.status, refused.value.code) == (503, "stage_full")
        assert refused.value.retry_after
        await on.returns.end("one")
        await on.offer("three")


async def test_who_offers_to_speak_is_refused_and_keeps_no_port() -> None:
    async with stage() as on:
        with pytest.raises(Refused):
            await on.offer("one", body=text())
        assert len(on.returns) == 0


async def test_who_never_connects_is_let_go_and_costs_no_packet() -> None:
    async with stage() as on:
        await on.offer("one", "ana")
        await on.tick()
        await on.returns.report()
        assert len(on.returns) == 1
        on.now = Micros(on.now + CONNECT_WITHIN)
        await on.returns.report()
        assert len(on.returns) == 0
