"""A core: a room's own hold in one piece, as it lies on disks and in the bus's object store.

Encoded already, in all renditions, as a loop of whole parts. Where in the loop a part stands
follows from its number, as with our own hold: every edge that has the file sends the same bytes.
"""

import hashlib
import struct
from collections.abc import Mapping, Sequence
from typing import Final

from fullhouse.errors import Malformed
from fullhouse.media import PACKETS_PER_PART, Part, Rendition, pack_part, unpack_part
from fullhouse.units import PART_MICROS, SECOND, Micros, PartNumber

MOST_SECONDS: Final = 600
MOST_PARTS: Final = MOST_SECONDS * SECOND // PART_MICROS
MOST_BYTES: Final = 16 << 20
"""Ten minutes of all renditions are about 11 MB."""
MAX_PACKET: Final = 2_000
_MAGIC: Final = b"FHH1"
_COUNT: Final = struct.Struct(">I")
_REMEMBERED: Final = 4


def fingerprint(raw: bytes) -> str:
    """Return the name of a hold: the SHA-256 of its bytes, in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def pack_hold(loop: Mapping[Rendition, Sequence[bytes]]) -> bytes:
    """Return a loop of whole parts in one piece.

    Args:
        loop: of each rendition the packets of equally many parts.
    """
    count = min(len(packets) // PACKETS_PER_PART[each] for each, packets in loop.items())
    packed = [_MAGIC, _COUNT.pack(count)]
    for number in range(count):
        packets = {
            each: tuple(loop[each][number * per : (number + 1) * per])
            for each, per in PACKETS_PER_PART.items()
        }
        part = pack_part(Part(Micros(0), PartNumber(number), packets))
        packed += [_COUNT.pack(len(part)), part]
    return b"".join(packed)


class HoldFile:
    """One hold. Parts are taken out of its bytes when they are due: it takes no more memory.

    Attributes:
        name: its fingerprint.
        size: bytes that it takes.
    """

    def __init__(self, raw: bytes) -> None:
        """Take what `pack_hold` made.

        Raises:
            Malformed: it is not exactly one hold.
        """
        self._raw = raw
        self._places = _places(raw)
        self._parts: dict[int, Part] = {}
        self.name = fingerprint(raw)
        self.size = len(raw)

    def __len__(self) -> int:
        """Return how many parts the loop has."""
        return len(self._places)

    @property
    def seconds(self) -> float:
        """How long the loop is."""
        return len(self) * PART_MICROS / SECOND

    def packets(self, rendition: Rendition, number: PartNumber) -> tuple[bytes, ...]:
        """Return what part `number` holds if this is played; nothing if it lacks the rendition."""
        return self._part(number % len(self._places)).packets.get(rendition, ())

    def check(self, first: int, count: int) -> None:
        """Look whether some of its parts are whole, so that none has to be doubted later.

        Raises:
            Malformed: one is not.
        """
        for at in range(first, min(first + count, len(self._places))):
            part = self._unpacked(at)
            for rendition, packets in part.packets.items():
                if len(packets) != PACKETS_PER_PART[rendition] or not all(
                    0 < len(packet) <= MAX_PACKET for packet in packets
                ):
                    raise Malformed("A hold has a hole.", code="malformed_hold")
            if part.number != at:
                raise Malformed("A hold's parts are not in order.", code="malformed_hold")

    def _part(self, at: int) -> Part:
        part = self._parts.get(at)
        if part is None:
            if len(self._parts) >= _REMEMBERED:
                del self._parts[next(iter(self._parts))]
            part = self._parts[at] = self._unpacked(at)
        return part

    def _unpacked(self, at: int) -> Part:
        start, end = self._places[at]
        return unpack_part(self._raw[start:end])


def _places(raw: bytes) -> list[tuple[int, int]]:
    """Return where each part begins and ends."""
    if not raw.startswith(_MAGIC) or len(raw) > MOST_BYTES:
        raise Malformed("These bytes are not a hold.", code="malformed_hold")
    places, at = [], len(_MAGIC) + _COUNT.size
    try:
        (count,) = _COUNT.unpack_from(raw, len(_MAGIC))
        if not 0 < count <= MOST_PARTS:
            raise Malformed(f"A hold of {count} parts.", code="malformed_hold")
        for _ in range(count):
            (size,) = _COUNT.unpack_from(raw, at)
            places.append((at + _COUNT.size, at + _COUNT.size + size))
            at += _COUNT.size + size
    except struct.error as error:
        raise Malformed("A hold ends too early.", code="malformed_hold") from error
    if at != len(raw):
        raise Malformed("A hold has bytes behind its end, or too few.", code="malformed_hold")
    return places
