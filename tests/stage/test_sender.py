"""Where a return's packets go into aiortc."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiortc import RTCDtlsTransport
from aiortc.rtp import (
    RtcpPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSdesPacket,
    RtcpSrPacket,
    RtpPacket,
)

from fullhouse.stage.offer import Stream
from fullhouse.stage.rtp import middle, ntp
from fullhouse.stage.sender import LISTENS_FOR, PacketSender
from fullhouse.units import SECOND, Micros

STREAM = Stream(4711, "fullhouse")


class Bench:
    """A sender above a transport that only writes down what is done to it."""

    def __init__(self) -> None:
        self.now = Micros(1_700_000_000 * SECOND)
        self.sent: list[bytes] = []
        self.error: Exception | None = None
        self.registered: list[Any] = []

        async def send(packet: bytes) -> None:
            if self.error is not None:
                raise self.error
            self.sent.append(packet)

        transport: Any = SimpleNamespace(
            _register_rtp_sender=lambda *said: self.registered.append(said),
            _send_rtp=send,
            _handle_rtp_data=send,
            _handle_rtcp_data=send,
            transport=SimpleNamespace(_recv=None),
        )
        self.sender = PacketSender(transport, 111, STREAM, lambda: self.now)

    def send(self, tick: int) -> bool:
        return asyncio.run(self.sender.send(b"opus", tick))

    def hear(self, ssrc: int = STREAM.ssrc, lost: int = 0, last: int = 0, wait: int = 0) -> None:
        told = RtcpReceiverInfo(ssrc, lost, 0, 0, 0, last, wait)
        asyncio.run(self.sender._handle_rtcp_packet(RtcpRrPacket(ssrc=1, reports=[told])))


def test_the_parts_of_aiortc_that_we_stand_on_are_there() -> None:
    for name in ("_register_rtp_sender", "_send_rtp"):
        assert callable(getattr(RTCDtlsTransport, name)), name


def test_packets_go_out_one_per_tick_under_the_number_that_the_answer_names() -> None:
    bench = Bench()
    assert all(bench.send(tick) for tick in range(3))
    packets = [RtpPacket.parse(raw) for raw in bench.sent]
    assert {(packet.ssrc, packet.payload_type) for packet in packets} == {(4711, 111)}
    assert [p.timestamp - packets[0].timestamp & 0xFFFF_FFFF for p in packets] == [0, 960, 1920]
    ((sender, _),) = bench.registered
    assert sender is bench.sender


@pytest.mark.parametrize("error", [ConnectionError(), ValueError("packet is too long")])
def test_a_listener_whose_connection_fails_disturbs_nobody(error: Exception) -> None:
    bench = Bench()
    bench.error = error
    assert not bench.send(0)
    bench.error = None
    assert bench.send(1)


def test_the_listener_is_told_which_time_is_which() -> None:
    bench = Bench()
    asyncio.run(bench.sender.report())
    assert bench.sent == []
    bench.send(0)
    bench.now = Micros(bench.now + 10_000)
    asyncio.run(bench.sender.report())
    said, name = RtcpPacket.parse(bench.sent[1])
    assert isinstance(said, RtcpSrPacket)
    assert isinstance(name, RtcpSdesPacket)
    assert said.sender_info.ntp_timestamp == ntp(bench.now)
    first = RtpPacket.parse(bench.sent[0])
    assert (said.sender_info.rtp_timestamp - first.timestamp) & 0xFFFF_FFFF == 480
    assert (said.sender_info.packet_count, said.sender_info.octet_count) == (1, 4)
    assert name.chunks[0].items == [(1, b"fullhouse")]


def test_reports_say_what_was_lost_and_how_long_the_way_is() -> None:
    bench = Bench()
    bench.send(0)
    assert (bench.sender.loss, bench.sender.round_trip) == (None, None)
    asked = middle(ntp(bench.now))
    bench.now = Micros(bench.now + 530_000)
    bench.hear(lost=64, last=asked, wait=65536 // 2)
    assert bench.sender.loss == 0.25
    assert bench.sender.round_trip == pytest.approx(30_000, abs=50)
    bench.hear(ssrc=1, lost=255)
    bench.hear(lost=0)
    assert bench.sender.loss == 0
    assert bench.sender.round_trip is not None


def test_who_reports_nothing_any_more_is_not_counted_as_a_listener() -> None:
    bench = Bench()
    assert not bench.sender.listens
    bench.send(0)
    assert bench.sender.listens
    bench.now = Micros(bench.now + LISTENS_FOR)
    bench.send(1)
    assert not bench.sender.listens
    bench.hear()
    assert bench.sender.listens
