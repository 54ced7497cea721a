"""A core: what is heard while nothing comes, silence or the hold loop, as any part of any room.

Where in its loop a part stands follows from its number alone: every edge that has the same
filler sends the same bytes. `programme.encoder` makes it, `programme.hold` is the music.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fullhouse.errors import Malformed
from fullhouse.media import PACKETS_PER_PART, Part, Rendition, pack_part, unpack_part
from fullhouse.units import Micros, PartNumber


class FillerKind(StrEnum):
    """What a part without sound of its own is filled with."""

    HOLD = "hold"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Filler:
    """Encoded loops of both kinds. Where in the loop a part stands follows from its number.

    Attributes:
        loops: for each kind and rendition the packets of a whole number of parts.
    """

    loops: Mapping[FillerKind, Mapping[Rendition, tuple[bytes, ...]]]

    def packets(
        self, kind: FillerKind, rendition: Rendition, number: PartNumber
    ) -> tuple[bytes, ...]:
        """Return what part `number` holds if it is filled: the same on every edge."""
        loop = self.loops[kind][rendition]
        count = PACKETS_PER_PART[rendition]
        at = number * count % len(loop)
        return loop[at : at + count]

    def pack(self) -> bytes:
        """Return all loops in one piece, to be kept on disk."""
        packed = [_MAGIC]
        for kind in FillerKind:
            parts = [pack_part(part) for part in self._parts(kind)]
            packed.append(_COUNT.pack(len(parts)))
            packed += [piece for part in parts for piece in (_COUNT.pack(len(part)), part)]
        return b"".join(packed)

    def _parts(self, kind: FillerKind) -> Iterator[Part]:
        loops = self.loops[kind]
        for number in range(len(loops[Rendition.AAC]) // PACKETS_PER_PART[Rendition.AAC]):
            at = PartNumber(number)
            packets = {rendition: self.packets(kind, rendition, at) for rendition in loops}
            yield Part(Micros(0), at, packets)

    @classmethod
    def unpack(cls, raw: bytes) -> "Filler":
        """Return the filler that `pack` made `raw` of.

        Raises:
            Malformed: `raw` is not exactly one filler.
        """
        if not raw.startswith(_MAGIC):
            raise Malformed("These bytes are not filler.", code="malformed_filler")
        loops = {}
        at = len(_MAGIC)
        try:
            for kind in FillerKind:
                loops[kind], at = _unpack_loop(raw, at)
        except struct.error as error:
            raise Malformed("Filler ends too early.", code="malformed_filler") from error
        if at != len(raw):
            raise Malformed("Filler has bytes behind its end.", code="malformed_filler")
        return cls(loops)


_MAGIC: Final = b"FHF1"
_COUNT: Final = struct.Struct(">I")


def _unpack_loop(raw: bytes, at: int) -> tuple[dict[Rendition, tuple[bytes, ...]], int]:
    (count,) = _COUNT.unpack_from(raw, at)
    at += _COUNT.size
    loop: dict[Rendition, list[bytes]] = {rendition: [] for rendition in Rendition}
    for number in range(count):
        (size,) = _COUNT.unpack_from(raw, at)
        at += _COUNT.size + size
        part = unpack_part(raw[at - size : at])
        for rendition, packets in loop.items():
            fresh = part.packets.get(rendition, ())
            if part.number != number or len(fresh) != PACKETS_PER_PART[rendition]:
                raise Malformed("Filler has a hole.", code="malformed_filler")
            packets.extend(fresh)
    if count == 0:
        raise Malformed("Filler has an empty loop.", code="malformed_filler")
    return {rendition: tuple(packets) for rendition, packets in loop.items()}, at
