"""A core: the RTP packets of a return: numbered, timed, packed.

Source: RFC 3550 §5.1 (header), §6.4.1 (sender reports), RFC 7587 §4 (Opus counts at 48 kHz).
"""

import struct
from typing import Final

from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE, SECOND, Micros

_HEAD: Final = struct.Struct(">BBHII")
_VERSION: Final = 2 << 6
_MARKER: Final = 1 << 7
_NTP_EPOCH: Final = 2_208_988_800
"""Seconds from 1900, where NTP begins, to 1970."""


class RtpStream:
    """One stream of 20 ms packets.

    Args:
        payload_type: 0 to 127.
        ssrc: names the stream, 32 bits.
        sequence, timestamp: where to begin; random, as RFC 3550 asks.

    Attributes:
        packets, octets: packets sent, and the bytes of their payloads.
        timestamp: of the newest packet.
    """

    def __init__(self, payload_type: int, ssrc: int, sequence: int, timestamp: int) -> None:
        self.ssrc = ssrc
        self.packets = 0
        self.octets = 0
        self.timestamp = timestamp & 0xFFFF_FFFF
        self._payload_type = payload_type
        self._sequence = sequence & 0xFFFF
        self._tick: int | None = None

    def pack(self, payload: bytes, tick: int) -> bytes:
        """Return the next packet.

        Args:
            tick: counts 20 ms; one that was left out is a hole in time, not a lost packet.
        """
        gap = 0 if self._tick is None else tick - self._tick
        begins = gap != 1
        self._tick = tick
        self.timestamp = (self.timestamp + gap * FRAME_SAMPLES) & 0xFFFF_FFFF
        kind = self._payload_type | (_MARKER if begins else 0)
        head = _HEAD.pack(_VERSION, kind, self._sequence, self.timestamp, self.ssrc)
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.packets += 1
        self.octets += len(payload)
        return head + payload

    def timestamp_at(self, elapsed: Micros) -> int:
        """Return the timestamp that is due so long after the newest packet was sent."""
        return (self.timestamp + elapsed * SAMPLE_RATE // SECOND) & 0xFFFF_FFFF


def ntp(now: Micros) -> int:
    """Return a point in unix time as NTP has it: seconds since 1900 in 32.32 bits."""
    return (_NTP_EPOCH << 32) + (now << 32) // SECOND & 0xFFFF_FFFF_FFFF_FFFF


def middle(stamp: int) -> int:
    """Return the middle 32 bits of an NTP time, 1/65536 s each: what reports give back."""
    return stamp >> 16 & 0xFFFF_FFFF


def round_trip(now: Micros, last_report: int, delay: int) -> Micros | None:
    """Return how long a sender report and its answer took on the way, or None: not known.

    Args:
        last_report: the middle of the sender report's time, as the answer gives it back.
        delay: how long the answer waited at the other end, in 1/65536 s.

    Source: RFC 3550 §6.4.1, figure 2.
    """
    if last_report == 0:
        return None
    units = (middle(ntp(now)) - last_report - delay) & 0xFFFF_FFFF
    if units >= 1 << 31:
        return Micros(0)  # clocks are coarser than the way is long
    return Micros(units * SECOND >> 16) if units < 60 << 16 else None
