"""Where packets come out of aiortc."""

import asyncio
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import pytest
from aiortc import RTCDtlsTransport
from aiortc.rtp import RtcpPacket, RtcpRrPacket, RtcpSenderInfo, RtcpSrPacket, RtpPacket

from fullhouse.stage.playout import Packet
from fullhouse.stage.receiver import KEEPS_FOR, PacketReceiver
from fullhouse.stage.sieve import MOST_STREAMS
from fullhouse.units import SECOND, Micros
from tests.stage.test_red import packed

OPUS, RED = 111, 63


class Bench:
    """A receiver below a transport that only writes down what is done to it."""

    def __init__(self) -> None:
        self.now = Micros(10 * SECOND)
        self.got: list[Packet] = []
        self.sent: list[bytes] = []
        self.registered: list[Any] = []

        async def send(packet: bytes) -> None:
            self.sent.append(packet)

        transport: Any = SimpleNamespace(
            _register_rtp_receiver=lambda *said: self.registered.append(said),
            _send_rtp=send,
            _handle_rtp_data=send,
            _handle_rtcp_data=send,
            transport=SimpleNamespace(_recv=None),
        )
        self.receiver = PacketReceiver(transport, OPUS, self.got.append, lambda: self.now, RED)

    def feed(
        self, number: int, *, ssrc: int = 1, payload: bytes = b"opus", kind: int = OPUS
    ) -> None:
        packet = RtpPacket(
            payload_type=kind,
            sequence_number=number & 0xFFFF,
            timestamp=number * 960,
            ssrc=ssrc,
            payload=payload,
        )
        asyncio.run(self.receiver._handle_rtp_packet(packet, 0))

    def feed_steadily(self, count: int, *, ssrc: int = 1) -> None:
        for number in range(count):
            self.feed(number, ssrc=ssrc)
            self.now = Micros(self.now + 20_000)


def test_the_parts_of_aiortc_that_we_stand_on_are_there() -> None:
    """After an update of aiortc: read stage/receiver.py and peer.py beside it, then change this."""
    assert version("aiortc") == "1.16.0"
    for name in ("_register_rtp_receiver", "_send_rtp", "_set_role"):
        assert callable(getattr(RTCDtlsTransport, name)), name


def test_it_takes_the_place_of_aiortcs_receiver_for_one_kind_of_packet() -> None:
    ((receiver, parameters),) = Bench().registered
    assert isinstance(receiver, PacketReceiver)
    assert [codec.payloadType for codec in parameters.codecs] == [RED, OPUS]


def test_every_packet_is_handed_on_at_once_in_whatever_order() -> None:
    """No buffer of aiortc's stands in between."""
    bench = Bench()
    for number in (5, 7, 6, 7):
        bench.feed(number)
    assert [packet.sequence for packet in bench.got] == [5, 7, 6, 7]
    assert bench.got[0] == Packet(5, 4800, bench.now, b"opus", stream=1)


def test_other_kinds_are_left_out_and_counted() -> None:
    bench = Bench()
    bench.feed(1, kind=9)
    assert bench.got == []
    assert bench.receiver.refused == 1


def test_two_streams_at_once_do_not_tear_the_voice_apart() -> None:
    bench = Bench()
    bench.feed_steadily(5)
    bench.feed(900, ssrc=2)
    assert len(bench.got) == 5
    bench.now = Micros(bench.now + KEEPS_FOR)
    bench.feed(901, ssrc=2)
    assert bench.got[-1].sequence == 901


def test_a_flood_of_streams_is_not_remembered() -> None:
    bench = Bench()
    for ssrc in range(1, 20):
        bench.feed(1, ssrc=ssrc)
        bench.now = Micros(bench.now + SECOND)
    assert len(bench.got) == MOST_STREAMS
    assert bench.receiver.refused == 19 - MOST_STREAMS


def test_timestamps_that_jump_still_make_a_report() -> None:
    """Jitter is 32 bits there; a report that cannot be written would end the stage of all."""
    bench = Bench()
    for number in range(2000):
        packet = RtpPacket(
            payload_type=OPUS, sequence_number=number, timestamp=0xFFFF_FFFF * (number % 2), ssrc=1
        )
        asyncio.run(bench.receiver._handle_rtp_packet(packet, 0))
    bench.receiver._streams[1]._jitter_q4 = 1 << 40  # as after hours
    asyncio.run(bench.receiver.report(77))
    (report,) = RtcpPacket.parse(bench.sent[0])
    assert isinstance(report, RtcpRrPacket)
    assert report.reports[0].jitter == 0xFFFF_FFFF


@pytest.mark.parametrize("lost", [0, 10])
def test_the_speaker_is_told_what_was_lost(lost: int) -> None:
    """Browsers turn in-band recovery up by it."""
    bench = Bench()
    bench.feed_steadily(40 - lost)
    bench.feed(40)
    asyncio.run(bench.receiver.report(77))
    ((report,),) = [RtcpPacket.parse(raw) for raw in bench.sent]
    assert isinstance(report, RtcpRrPacket)
    assert report.ssrc == 77
    (told,) = report.reports
    assert (told.ssrc, told.packets_lost, told.highest_sequence) == (1, lost, 40)
    assert (told.fraction_lost > 0) == (lost > 0)


def test_a_report_answers_the_speakers_own() -> None:
    bench = Bench()
    bench.feed_steadily(3)
    info = RtcpSenderInfo(
        ntp_timestamp=0x1234_5678_9ABC_DEF0, rtp_timestamp=0, packet_count=3, octet_count=12
    )
    asyncio.run(bench.receiver._handle_rtcp_packet(RtcpSrPacket(ssrc=1, sender_info=info)))
    asyncio.run(bench.receiver.report(77))
    ((report,),) = [RtcpPacket.parse(raw) for raw in bench.sent]
    assert isinstance(report, RtcpRrPacket)
    assert report.reports[0].lsr == 0x5678_9ABC


def test_before_the_first_packet_there_is_nothing_to_report() -> None:
    bench = Bench()
    asyncio.run(bench.receiver.report(77))
    assert bench.sent == []


def test_a_packet_with_a_copy_is_two_packets() -> None:
    """The sound itself first, so that a copy never begins a stream."""
    bench = Bench()
    bench.feed(7, kind=RED, payload=packed(b"seven", [(960, b"six")]))
    own, copied = bench.got
    assert own == Packet(7, 7 * 960, bench.now, b"seven", stream=1)
    assert copied == Packet(6, 6 * 960, bench.now, b"six", stream=1, copied=True)


@pytest.mark.parametrize("payload", [b"", b"\xff\xff", packed(b"x", [(960, b"y")], kind=9)])
def test_copies_that_are_none_are_left_out(payload: bytes) -> None:
    bench = Bench()
    bench.feed(7, kind=RED, payload=payload)
    assert bench.got == []
