"""A shell: where a speaker's RTP packets come out of aiortc.

aiortc's own receiver buffers, drops and decodes; this one stands in its place below a DTLS
transport, hands every packet on at once, and reports to the sender what arrived: browsers turn
in-band recovery up by these reports. Made for aiortc 1.16; tests/stage/test_receiver.py says
what of it is relied on.
Source: RFC 3550 §6.4.2 (receiver reports).
"""

import time
from collections.abc import Callable
from typing import Final

from aiortc import RTCDtlsTransport, RTCRtpCodecParameters
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters
from aiortc.rtcrtpreceiver import StreamStatistics
from aiortc.rtp import AnyRtcpPacket, RtcpReceiverInfo, RtcpRrPacket, RtcpSrPacket, RtpPacket

from fullhouse.stage.playout import Packet
from fullhouse.stage.red import split
from fullhouse.stage.shield import Shield
from fullhouse.units import SAMPLE_RATE, SECOND, Micros

MOST_JITTER: Final = 0xFFFF_FFFF
"""As much as a report can hold: timestamps that jump would make it more."""
KEEPS_FOR: Final = Micros(SECOND // 2)
"""A second stream of the same speaker is heard once the first is quiet for so long."""


class PacketReceiver:
    """Takes one speaker's packets.

    Args:
        transport: the speaker's DTLS transport.
        payload_type, red_type: the numbers of Opus, and of Opus with copies (RED) or None.
        deliver: is given each packet of sound.
        now: tells the time.
    """

    def __init__(
        self,
        transport: RTCDtlsTransport,
        payload_type: int,
        deliver: Callable[[Packet], None],
        now: Callable[[], Micros],
        red_type: int | None = None,
    ) -> None:
        self._transport = transport
        kinds = {payload_type} if red_type is None else {payload_type, red_type}
        self._shield = Shield(transport, kinds, now)
        self._left_out = 0
        self._payload_type = payload_type
        self._red_type = red_type
        self._deliver = deliver
        self._now = now
        self._streams: dict[int, StreamStatistics] = {}
        self._stream = 0
        self._heard = Micros(0)
        self._sent_report: tuple[int, float] | None = None
        codecs = [
            RTCRtpCodecParameters(
                mimeType="audio/opus", clockRate=SAMPLE_RATE, channels=2, payloadType=kind
            )
            for kind in sorted(kinds)
        ]
        transport._register_rtp_receiver(self, RTCRtpReceiveParameters(codecs=codecs))

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        """Called by aiortc with each packet that has passed SRTP."""
        now = self._now()
        if not self._is_wanted(packet, now):
            self._left_out += 1
            return
        self._streams.setdefault(packet.ssrc, StreamStatistics(SAMPLE_RATE)).add(packet)
        self._heard = now
        if packet.payload_type == self._red_type:
            self._deliver_blocks(packet, now)
        else:
            self._deliver(
                Packet(packet.sequence_number, packet.timestamp, now, packet.payload, packet.ssrc)
            )

    def _deliver_blocks(self, packet: RtpPacket, now: Micros) -> None:
        """Hand on a packet's sound and then its copies of earlier packets, the latest first."""
        blocks = split(packet.payload)
        self._left_out += not blocks
        for block in reversed(blocks):
            if block.payload_type == self._payload_type and block.payload:
                self._deliver(
                    Packet(
                        (packet.sequence_number - block.back) & 0xFFFF,
                        (packet.timestamp - block.offset) & 0xFFFF_FFFF,
                        now,
                        block.payload,
                        packet.ssrc,
                        copied=block.back > 0,
                    )
                )

    def _is_wanted(self, packet: RtpPacket, now: Micros) -> bool:
        if packet.payload_type not in (self._payload_type, self._red_type):
            return False
        if not self._shield.sieve.authentic(packet.ssrc):
            return False
        if packet.ssrc != self._stream:
            if now - self._heard < KEEPS_FOR:
                return False
            self._stream = packet.ssrc
        return True

    @property
    def refused(self) -> int:
        """How many packets were left out: too fast, too large, malformed, or of another stream."""
        return self._left_out + self._shield.refused

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        """Called by aiortc with each RTCP packet of a stream that it knows."""
        if isinstance(packet, RtcpSrPacket):
            self._sent_report = (packet.sender_info.ntp_timestamp >> 16) & 0xFFFFFFFF, time.time()

    def _handle_disconnect(self) -> None:
        """Called by aiortc when the transport is gone; the peer sees that by itself."""

    async def report(self, ssrc: int) -> None:
        """Tell the speaker how much of the sound arrived; `ssrc` is our own number."""
        stream = self._streams.get(self._stream)
        if stream is None or stream.max_seq is None:
            return
        last, age = 0, 0
        if self._sent_report is not None:
            last, age = self._sent_report[0], int((time.time() - self._sent_report[1]) * 65536)
        told = RtcpReceiverInfo(
            ssrc=self._stream,
            fraction_lost=stream.fraction_lost,
            packets_lost=stream.packets_lost,
            highest_sequence=stream.max_seq,
            jitter=min(stream.jitter, MOST_JITTER),
            lsr=last,
            dlsr=min(age, 0xFFFFFFFF) if age > 0 else 0,
        )
        await self._transport._send_rtp(bytes(RtcpRrPacket(ssrc=ssrc, reports=[told])))
