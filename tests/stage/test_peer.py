"""One WHIP session, against aiortc's own client on loopback."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aioice.ice
import pytest
from aiortc import (
    RTCCertificate,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)

from fullhouse.clock import Clock
from fullhouse.stage.ice import Reach
from fullhouse.stage.offer import RemoteCandidate, read_offer
from fullhouse.stage.opus import OpusDecoder
from fullhouse.stage.peer import Peer
from fullhouse.stage.playout import Packet
from tests.coded_noise import coded_noise
from tests.stage.caller import Noise
from tests.stage.rooms import until

LOOPBACK = "127.0.0.1"
CERTIFICATE = RTCCertificate.generateCertificate()


@pytest.fixture(autouse=True)
def _clients_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: [LOOPBACK])


class Meeting:
    """A client and our peer."""

    def __init__(self, client: RTCPeerConnection, peer: Peer, got: list[Packet]) -> None:
        self.client = client
        self.peer = peer
        self.got = got


@asynccontextmanager
async def meeting(hides: bool = False) -> AsyncIterator[Meeting]:
    """Connect a client to a peer of ours; `hides` keeps the client's candidates from us."""
    client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    client.addTrack(Noise(coded_noise(2)))
    await client.setLocalDescription(await client.createOffer())
    said = client.localDescription.sdp.splitlines()
    kept = [line for line in said if not (hides and line.startswith("a=candidate"))]
    got: list[Packet] = []
    offer = read_offer("\r\n".join(kept))
    peer = Peer(offer, Reach(LOOPBACK), CERTIFICATE, got.append, Clock().now)
    answer = await peer.open()
    running = asyncio.create_task(peer.run())
    await client.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    try:
        yield Meeting(client, peer, got)
    finally:
        await peer.close()
        await client.close()
        await asyncio.wait_for(running, 5)


@pytest.mark.parametrize("hides", [False, True])
async def test_a_speakers_packets_arrive_untouched_in_order_and_decodable(hides: bool) -> None:
    """The whole way through ICE, DTLS and SRTP; fails loudly when aiortc's inside changes."""
    async with meeting(hides) as met:
        await until(lambda: len(met.got) >= 25)
    numbers = [packet.sequence for packet in met.got]
    assert [(after - before) & 0xFFFF for before, after in itertools.pairwise(numbers)] == [1] * (
        len(numbers) - 1
    )
    decoder = OpusDecoder()
    assert max(abs(decoder.decode(packet.payload)).max() for packet in met.got) > 0.1
    assert decoder.failures == 0


async def test_the_speaker_gets_our_reports() -> None:
    async with meeting() as met:
        await until(lambda: len(met.got) >= 10)
        await met.peer.report()
        await asyncio.sleep(0.1)
        stats = await met.client.getStats()
    assert "remote-inbound-rtp" in {entry.type for entry in stats.values()}


async def test_when_the_speaker_hangs_up_the_session_is_over() -> None:
    async with meeting() as met:
        await until(lambda: len(met.got) >= 5)
        await met.client.close()
        await until(met.peer._over.is_set, 3)


async def test_when_we_hang_up_the_speaker_knows() -> None:
    async with meeting() as met:
        await until(lambda: len(met.got) >= 5)
        await met.peer.close()
        await until(lambda: met.client.connectionState == "closed", 3)


async def test_a_speaker_with_another_certificate_is_not_heard() -> None:
    """Whoever answers our DTLS must be who made the offer."""
    client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    client.addTrack(Noise(coded_noise(1)))
    await client.setLocalDescription(await client.createOffer())
    said = [
        line
        if not line.startswith("a=fingerprint")
        else "a=fingerprint:sha-256 " + ":".join(["AB"] * 32)
        for line in client.localDescription.sdp.splitlines()
    ]
    got: list[Packet] = []
    offer = read_offer("\r\n".join(said))
    peer = Peer(offer, Reach(LOOPBACK), CERTIFICATE, got.append, Clock().now)
    answer = await peer.open()
    await client.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await asyncio.wait_for(peer.run(), 8)
    await client.close()
    assert got == []


async def test_closing_before_anybody_connects_leaves_nothing_running() -> None:
    async with meeting() as met:
        await met.peer.trickle([RemoteCandidate("1", 1, LOOPBACK, 9, "host")] * 100)
        await met.peer.close()
        await met.peer.close()
