"""A shell: where a return's packets go into aiortc, and its listener's reports come out.

aiortc's own sender encodes and paces; this one stands in its place above a DTLS transport. The
stage's tick is the pace: nothing waits here. Made for aiortc 1.16;
tests/stage/test_sender.py says what of it is relied on.
Source: RFC 3550 §6.4 (reports), §6.5 (source description).
"""

import secrets
from collections.abc import Callable
from typing import Final

import structlog
from aiortc import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpSendParameters
from aiortc.rtp import (
    AnyRtcpPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
)

from fullhouse.stage.offer import Stream
from fullhouse.stage.rtp import RtpStream, ntp, round_trip
from fullhouse.stage.shield import Shield
from fullhouse.units import SECOND, Micros

_CNAME: Final = 1
LISTENS_FOR: Final = Micros(12 * SECOND)
"""A listener that reports nothing for so long may be gone: Chromium reports every 2.5 to 7.5 s."""

log = structlog.get_logger()


class PacketSender:
    """Sends one return.

    Args:
        transport: the listener's DTLS transport.
        stream: as the answer names it.
        now: tells the time.

    Attributes:
        loss: share of the packets that the listener lost, as reported last, or None: not yet.
        round_trip: to the listener and back, or None: not known yet.
    """

    def __init__(
        self,
        transport: RTCDtlsTransport,
        payload_type: int,
        stream: Stream,
        now: Callable[[], Micros],
    ) -> None:
        self.loss: float | None = None
        self.round_trip: Micros | None = None
        self._transport = transport
        self._stream = stream
        self._now = now
        self._rtp = RtpStream(payload_type, stream.ssrc, secrets.randbits(16), secrets.randbits(32))
        self._ssrc = stream.ssrc  # aiortc reads it
        self._sent = Micros(0)
        self._heard = Micros(0)
        Shield(transport, frozenset(), now)
        transport._register_rtp_sender(self, RTCRtpSendParameters())

    async def send(self, payload: bytes, tick: int) -> bool:
        """Send the packet of this tick; return whether the connection took it."""
        try:
            await self._transport._send_rtp(self._rtp.pack(payload, tick))
        except ConnectionError:
            return False
        except Exception as error:
            # A bulkhead: one listener's trouble inside aiortc must not end the stage of all.
            log.warning("a return failed", why=repr(error))
            return False
        if self._rtp.packets == 1:
            self._heard = self._now()
        self._sent = self._now()
        return True

    async def report(self) -> None:
        """Tell the listener which of our times belongs to which of the stream's."""
        if self._rtp.packets == 0:
            return
        now = self._now()
        info = RtcpSenderInfo(
            ntp_timestamp=ntp(now),
            rtp_timestamp=self._rtp.timestamp_at(Micros(now - self._sent)),
            packet_count=self._rtp.packets & 0xFFFF_FFFF,
            octet_count=self._rtp.octets & 0xFFFF_FFFF,
        )
        name = RtcpSourceInfo(self._ssrc, [(_CNAME, self._stream.cname.encode())])
        said = bytes(RtcpSrPacket(self._ssrc, info)) + bytes(RtcpSdesPacket([name]))
        try:
            await self._transport._send_rtp(said)
        except ConnectionError:
            return

    @property
    def listens(self) -> bool:
        """Whether somebody is there: packets go out, and reports come back."""
        return self._rtp.packets > 0 and self._now() - self._heard < LISTENS_FOR

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        """Called by aiortc with each RTCP packet that speaks of our stream."""
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for told in packet.reports:
                if told.ssrc == self._ssrc:
                    self._take(told)

    def _take(self, told: RtcpReceiverInfo) -> None:
        self._heard = self._now()
        self.loss = told.fraction_lost / 256
        measured = round_trip(self._heard, told.lsr, told.dlsr)
        self.round_trip = self.round_trip if measured is None else measured
