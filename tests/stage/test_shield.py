"""Nothing that a peer sends ends the loop of its session."""

import asyncio
import struct
from importlib.metadata import version

import pytest
from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceGatherer, RTCIceTransport
from hypothesis import given, settings
from hypothesis import strategies as st

from fullhouse.stage.receiver import PacketReceiver
from fullhouse.stage.shield import GUARDED, Shield
from fullhouse.units import SECOND, Micros

OPUS = 111
CERTIFICATE = RTCCertificate.generateCertificate()


def clock() -> Micros:
    return Micros(SECOND)


def transport() -> RTCDtlsTransport:
    ice = RTCIceTransport(RTCIceGatherer(iceServers=[]))
    return RTCDtlsTransport(ice, [CERTIFICATE])


def remb(named: int, held: int) -> bytes:
    """Return an RTCP packet that asks `named` streams for less, and holds the numbers of `held`."""
    told = b"REMB" + bytes([named, 0, 0, 1]) + bytes(4 * held)
    return struct.pack(">BBHLL", 0x8F, 206, 2 + len(told) // 4, 1, 0) + told


def test_the_parts_of_aiortc_that_we_stand_on_are_there() -> None:
    """After an update of aiortc: read stage/shield.py beside its DTLS transport."""
    assert version("aiortc") == "1.16.0"
    assert version("pylibsrtp") == "1.0.0"
    for name in GUARDED:
        assert callable(getattr(RTCDtlsTransport, name)), name


async def test_aiortc_still_dies_of_what_the_shield_is_for() -> None:
    """If not, this part of the shield can go."""
    with pytest.raises(struct.error):
        await transport()._handle_rtcp_data(remb(9, 1))


async def test_what_fails_inside_aiortc_is_counted_and_goes_no_further() -> None:
    bare = transport()
    shield = Shield(bare, {OPUS}, clock)
    await bare._handle_rtcp_data(remb(9, 1))
    assert shield.refused == 1
    await bare._handle_rtcp_data(remb(1, 1))
    assert shield.refused == 1


async def test_only_what_is_worth_a_look_is_read() -> None:
    bare = transport()
    waiting = [b"", bytes(5), bytes([128]) * 3000, bytes([22]) * 50]

    async def receive() -> bytes:
        return waiting.pop(0)

    bare.transport._recv = receive
    shield = Shield(bare, {OPUS}, clock)
    assert await bare.transport._recv() == bytes([22]) * 50
    assert shield.refused == 3


async def test_a_cancelled_wait_loses_nothing() -> None:
    bare = transport()
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    bare.transport._recv = queue.get
    Shield(bare, {OPUS}, clock)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await bare.transport._recv()
    queue.put_nowait(bytes([22]) * 50)
    assert await bare.transport._recv() == bytes([22]) * 50


SEEDS = {
    "more CSRC than bytes": b"\x8f\x6f" + bytes(10),
    "an extension cut off": b"\x90\x6f" + bytes(12),
    "an extension past the end": b"\x90\x6f" + bytes(10) + b"\xbe\xde\xff\xff",
    "an element past the extension": b"\x90\x6f" + bytes(10) + b"\xbe\xde\x00\x01\x1f\x00\x00\x00",
    "padding of nothing": b"\xa0\x6f" + bytes(10) + b"\x00",
    "more padding than bytes": b"\xa0\x6f" + bytes(10) + b"\x01\x02\xff",
    "padding of all": b"\xa0\x6f" + bytes(10) + b"\x01\x02\x03",
    "another version": b"\x00\x6f" + bytes(30),
    "no payload": b"\x80\x6f" + bytes(10),
}


@pytest.mark.parametrize("raw", SEEDS.values(), ids=SEEDS.keys())
async def test_malformed_packets_of_old_are_no_trouble(raw: bytes) -> None:
    bare = transport()
    receiver = PacketReceiver(bare, OPUS, lambda packet: None, clock)
    await bare._handle_rtp_data(raw, 0)
    assert receiver.refused <= 1


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*SEEDS.values(), remb(2, 1)]), st.binary(max_size=64), st.booleans())
def test_whatever_comes_out_of_srtp_is_no_trouble(head: bytes, more: bytes, control: bool) -> None:
    async def feed() -> None:
        bare = transport()
        PacketReceiver(bare, OPUS, lambda packet: None, clock)
        if control:
            await bare._handle_rtcp_data(head + more)
        else:
            await bare._handle_rtp_data(head + more, 0)

    asyncio.run(feed())
