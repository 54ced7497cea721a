"""One session's connection, against aiortc's own client on loopback: what flows is not its matter.

What flows into the stage is in test_peer.py, what flows out in test_returns.py.
"""

import asyncio

import aioice.ice
import pytest
from aiortc import (
    RTCCertificate,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)

from fullhouse.stage.ice import Reach
from fullhouse.stage.link import Link
from fullhouse.stage.offer import Stream, read_offer
from tests.stage.rooms import LOOPBACK, until

CERTIFICATE = RTCCertificate.generateCertificate()


@pytest.fixture(autouse=True)
def _clients_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: [LOOPBACK])


async def test_a_link_connects_and_ends_at_both_ends() -> None:
    client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    client.addTransceiver("audio", "recvonly")
    await client.setLocalDescription(await client.createOffer())
    link = Link(read_offer(client.localDescription.sdp, hears=True), Reach(LOOPBACK), CERTIFICATE)
    assert not link.connected
    answer = await link.open(Stream(5, "fullhouse"))
    running = asyncio.create_task(link.run())
    await client.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await until(lambda: link.connected)
    await until(lambda: client.connectionState == "connected")
    await link.close()
    assert not link.connected
    await until(lambda: client.connectionState == "closed", 3)
    await client.close()
    await running


async def test_a_link_that_nobody_takes_up_can_be_closed() -> None:
    client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    client.addTransceiver("audio", "recvonly")
    await client.setLocalDescription(await client.createOffer())
    offer = read_offer(client.localDescription.sdp, hears=True)
    link = Link(offer, Reach(LOOPBACK), CERTIFICATE)
    await link.open()
    running = asyncio.create_task(link.run())
    await asyncio.sleep(0.05)
    await link.close()
    await link.close()
    await running
    await client.close()
