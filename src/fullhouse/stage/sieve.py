"""A core: which of the datagrams that a speaker sends are worth being decrypted.

What comes too fast, is too large, malformed or of a strange stream is left out before it costs
anything: aiortc and libsrtp remember every stream that they have seen, for ever.
Source: RFC 7983 (first bytes), RFC 3550 §5.1 (the header), RFC 5761 §4 (RTCP among RTP).
"""

from collections.abc import Set
from typing import Final

from fullhouse.units import SECOND, Micros

LARGEST_DATAGRAM: Final = 1500
"""Larger ones do not fit an Ethernet frame, nor libsrtp's buffer."""
SOUND_PER_SECOND: Final = 200
"""Packets of sound: 50 of 20 ms, or 200 of 5 ms."""
CONTROL_PER_SECOND: Final = 50
HANDSHAKES_PER_SECOND: Final = 50
STRANGERS_PER_SECOND: Final = 20
"""Packets of a stream that is not known yet."""
MOST_STREAMS: Final = 4
"""Streams that one speaker may use, one after the other."""

_HEADER: Final = 12


class Allowance:
    """How often something may happen: so many times a second, or as many at once."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._left = float(per_second)
        self._asked = Micros(0)

    def take(self, now: Micros) -> bool:
        """Return whether it may happen once more now."""
        since = max(0, now - self._asked) / SECOND
        self._left = min(self._per_second, self._left + since * self._per_second)
        self._asked = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Sieve:
    """The sieve of one session.

    Args:
        payload_types: what sound may be sent as; none for those who only listen.

    Attributes:
        refused: datagrams left out so far.
    """

    def __init__(self, payload_types: Set[int]) -> None:
        self.refused = 0
        self._payload_types = payload_types
        self._streams: set[int] = set()
        self._reporters: set[int] = set()
        self._sound = Allowance(SOUND_PER_SECOND)
        self._strangers = Allowance(STRANGERS_PER_SECOND)
        self._control = Allowance(CONTROL_PER_SECOND)
        self._handshakes = Allowance(HANDSHAKES_PER_SECOND)

    def passes(self, datagram: bytes, now: Micros) -> bool:
        """Return whether a datagram is worth a look."""
        passes = _HEADER <= len(datagram) <= LARGEST_DATAGRAM and self._is_due(datagram, now)
        self.refused += not passes
        return passes

    def authentic(self, stream: int) -> bool:
        """Note that a packet of this stream was decrypted; return whether it may be heard."""
        if stream not in self._streams and len(self._streams) >= MOST_STREAMS:
            return False
        self._streams.add(stream)
        return True

    def _is_due(self, datagram: bytes, now: Micros) -> bool:
        first, second = datagram[0], datagram[1]
        if 20 <= first < 64:
            return self._handshakes.take(now)
        if not 128 <= first < 192:
            return False
        if 192 <= second <= 208:
            return self._is_reporter(int.from_bytes(datagram[4:8])) and self._control.take(now)
        if second & 0x7F not in self._payload_types or not _is_whole(datagram):
            return False
        if int.from_bytes(datagram[8:12]) in self._streams:
            return self._sound.take(now)
        return len(self._streams) < MOST_STREAMS and self._strangers.take(now)

    def _is_reporter(self, stream: int) -> bool:
        if len(self._reporters) < MOST_STREAMS:
            self._reporters.add(stream)
        return stream in self._reporters or stream in self._streams


def _is_whole(datagram: bytes) -> bool:
    """Return whether the header that an RTP packet announces is there."""
    header = _HEADER + 4 * (datagram[0] & 0x0F)
    if datagram[0] & 0x10 and len(datagram) >= header + 4:
        header += 4 + 4 * int.from_bytes(datagram[header + 2 : header + 4])
    elif datagram[0] & 0x10:
        return False
    return len(datagram) >= header
