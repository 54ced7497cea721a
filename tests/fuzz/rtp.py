"""What a speaker may put into datagrams: none of them ends the session or hurts another.

One input is some datagrams, each after its length in two bytes. They go the whole way that they
go on a stage, below a real DTLS transport of aiortc, but for the encryption: as if their sender
had the keys.
"""

import asyncio
import itertools
import struct
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from typing import Any, Final

from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceGatherer, RTCIceTransport
from aiortc.rtcdtlstransport import State
from OpenSSL import SSL

from fullhouse.stage.offer import Stream
from fullhouse.stage.opus import OpusDecoder
from fullhouse.stage.playout import Packet
from fullhouse.stage.receiver import PacketReceiver
from fullhouse.stage.sender import PacketSender
from fullhouse.stage.voice import Voice
from fullhouse.units import SECOND, Micros

OPUS: Final = 111
SSRC: Final = 7
OURS: Final = 9


def rtp(
    payload: bytes, sequence: int = 1, *, first: int = 0x80, kind: int = OPUS, ssrc: int = SSRC
) -> bytes:
    """Return an RTP packet whose first byte may promise more than there is."""
    return struct.pack(">BBHII", first, kind, sequence, sequence * 960, ssrc) + payload


def rtcp(kind: int, count: int, words: int, rest: bytes) -> bytes:
    """Return an RTCP packet that says it has so many reports and 32-bit words."""
    return struct.pack(">BBH", 0x80 | count, kind, words) + rest


def pack(*datagrams: bytes) -> bytes:
    return b"".join(struct.pack(">H", len(one)) + one for one in datagrams)


_FRAME: Final = b"\x78\x00"
_INFO: Final = struct.pack(">IIII", 1, 2, 3, 4)
_REPORT: Final = struct.pack(">IBBHIIII", OURS, 255, 255, 65_535, 1, 2, 3, 4)
SEEDS: Final = {
    "sound": pack(*(rtp(_FRAME * 20, number) for number in range(60))),
    "padding that is longer than the packet": pack(rtp(_FRAME + b"\xff", first=0xA0)),
    "padding of nothing": pack(rtp(_FRAME + b"\x00", first=0xA0), rtp(b"", first=0xA0)),
    "padding that is all there is": pack(rtp(b"\x01", first=0xA0)),
    "15 sources named and none there": pack(rtp(_FRAME, first=0x8F)),
    "15 sources named and there": pack(rtp(bytes(60) + _FRAME, first=0x8F)),
    "an extension that is cut off": pack(rtp(b"\xbe\xde", first=0x90), rtp(b"", first=0x90)),
    "an extension of 256 kB": pack(rtp(b"\xbe\xde\xff\xff" + bytes(40), first=0x90)),
    "an element that is longer than its extension": pack(
        rtp(b"\xbe\xde\x00\x01\x1f\x00\x00\x00", first=0x90),
        rtp(b"\x10\x00\x00\x01\x01\xff\x00\x00", first=0x90),
    ),
    "all of it at once": pack(rtp(b"\xbe\xde\x00\x02" + bytes(8) + b"\xff", first=0xBF)),
    "another version": pack(rtp(_FRAME, first=0x00), rtp(_FRAME, first=0xC0)),
    "another payload type": pack(rtp(_FRAME, kind=0), rtp(_FRAME, kind=96), rtp(_FRAME, kind=239)),
    "many streams": pack(*(rtp(_FRAME, ssrc=number) for number in range(100))),
    "numbers that jump": pack(*(rtp(_FRAME * 9, n * 7919 & 0xFFFF) for n in range(100))),
    "the same again": pack(*([rtp(_FRAME * 9, 5)] * 100)),
    "a flood": pack(*(rtp(_FRAME * 9, number) for number in range(400))),
    "payloads that are no Opus": pack(rtp(b""), rtp(b"\x03", 2), rtp(b"\x03\x00", 3)),
    "code 3 with 63 frames": pack(rtp(b"\xff\x3f" + bytes(63)), rtp(b"\x1b\x3f" + bytes(63), 2)),
    "a report": pack(rtp(_FRAME), rtcp(201, 1, 7, struct.pack(">I", SSRC) + _REPORT)),
    "a report that lies about its length": pack(rtcp(201, 31, 1, struct.pack(">I", SSRC) * 2)),
    "a report of the sender": pack(
        rtp(_FRAME), rtcp(200, 1, 13, struct.pack(">IQIII", SSRC, 2**64 - 1, 1, 2, 3) + _REPORT)
    ),
    "a bitrate for 9 streams that are not there": pack(
        rtcp(206, 15, 5, struct.pack(">II4sBBHI", 1, 0, b"REMB", 9, 0, 1, 0))
    ),
    "a description that is cut off": pack(rtcp(202, 1, 2, struct.pack(">IBBH", SSRC, 1, 200, 0))),
    "a goodbye of nobody": pack(rtcp(203, 31, 1, bytes(8)), rtcp(203, 0, 0, b"")),
    "padding in a report": pack(b"\xa1" + rtcp(201, 1, 7, bytes(27) + b"\xff")[1:] + bytes(4)),
    "as large as may be": pack(rtp(bytes(1488)), rtp(bytes(1489)), bytes([0x80]) * 2000),
    "a handshake": pack(b"\x16\xfe\xfd" + bytes(30), b"\x14" * 12, b"\x3f" * 100),
    "bytes that begin nothing": pack(b"", b"\x00", b"\x80", b"\x80\x6f", bytes(12), b"\xff" * 12),
}


TOKENS: Final = (b"\xbe\xde", b"\x10\x00", b"REMB", rtp(b""), rtcp(200, 1, 13, b""), _REPORT)


class _Keyless:
    """In place of SRTP."""

    def unprotect(self, datagram: bytes) -> bytes:
        return datagram

    unprotect_rtcp = protect = protect_rtcp = unprotect


class _NoHandshake:
    """In place of OpenSSL, after the handshake."""

    def bio_write(self, datagram: bytes) -> None:
        """Take it."""

    def recv(self, _size: int) -> bytes:
        raise SSL.WantReadError


_CERTIFICATE: Final = RTCCertificate.generateCertificate()
_LOOP: Final = asyncio.new_event_loop()


class _Session:
    """A session without keys: what it is sent goes through aiortc and comes out at its end."""

    def __init__(self) -> None:
        self.now = Micros(1000 * SECOND)
        self._waiting: Iterator[bytes] = iter(())
        self.transport = RTCDtlsTransport(
            RTCIceTransport(RTCIceGatherer(iceServers=[])), [_CERTIFICATE]
        )
        below: Any = self.transport
        below._rx_srtp = below._tx_srtp = _Keyless()
        below._ssl, below._write_ssl = _NoHandshake(), self._nothing
        below._RTCDtlsTransport__handshake_done = True
        below.transport._recv, below.transport._send = self._next, self._nothing
        below._set_state(State.CONNECTED)

    async def _nothing(self, _datagram: bytes = b"") -> None:
        """Send nothing."""

    async def _next(self) -> bytes:
        try:
            return next(self._waiting)
        except StopIteration:
            raise ConnectionError from None

    def tick(self) -> None:
        """Go on by 20 ms."""
        self.now = Micros(self.now + 20_000)

    async def take(self, raw: bytes) -> None:
        """Take all datagrams, four a tick."""
        self._waiting = datagrams(raw)
        with suppress(ConnectionError):
            for number in itertools.count(1):
                await self.transport._recv_next()
                if number % 4 == 0:
                    self.tick()


class Speaker(_Session):
    """One who sends sound."""

    def __init__(self) -> None:
        super().__init__()
        self.voice = Voice(OpusDecoder())
        self.receiver = PacketReceiver(self.transport, OPUS, self._deliver, lambda: self.now)

    def _deliver(self, packet: Packet) -> None:
        assert 0 <= packet.sequence < 2**16
        assert 0 <= packet.timestamp < 2**32
        self.voice.put(packet)

    def tick(self) -> None:
        super().tick()
        self.voice.take(self.now)

    async def take(self, raw: bytes) -> None:
        await super().take(raw)
        await self.receiver.report(OURS)
        self.voice.facts()


class Listener(_Session):
    """One who is sent a return, and reports how it arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.sender = PacketSender(self.transport, OPUS, Stream(OURS, "ours"), lambda: self.now)

    async def take(self, raw: bytes) -> None:
        await super().take(raw)
        await self.sender.report()
        assert self.sender.loss is None or 0 <= self.sender.loss < 1
        assert self.sender.round_trip is None or self.sender.round_trip >= 0


def datagrams(raw: bytes) -> Iterator[bytes]:
    """Yield the datagrams of an input, at most 500."""
    at = 0
    for _ in range(500):
        if at + 2 > len(raw):
            return
        size = int.from_bytes(raw[at : at + 2]) & 0x0FFF
        yield raw[at + 2 : at + 2 + size]
        at += 2 + size


def check(raw: bytes) -> None:
    """Let a speaker send the datagrams of `raw`, and a listener: both go on after them."""
    for session in (Speaker(), Listener()):
        run(session.take(raw))
        session.now = Micros(session.now + 2 * SECOND)
        run(session.take(pack(*(rtp(_FRAME * 20, 60_000 + number) for number in range(8)))))


def run(what: Coroutine[Any, Any, None]) -> None:
    """Do it to its end."""
    _LOOP.run_until_complete(what)
