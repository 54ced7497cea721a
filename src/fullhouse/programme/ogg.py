"""A core: Opus packets in Ogg, one page per part, for plain players.

A listener gets `headers` and then pages from any part on: their granule positions say where on
the room's timeline they stand. The decoder's first 312 samples are the encoder's look-ahead.
Source: RFC 3533 (Ogg), RFC 7845 (Opus in Ogg).
"""

import struct
import zlib
from collections.abc import Sequence
from typing import Final

from fullhouse.programme.timeline import media_time
from fullhouse.units import SAMPLE_RATE, PartNumber

PRE_SKIP: Final = 312
"""libopus' look-ahead at 48 kHz; a test asks the encoder."""

_PAGE: Final = struct.Struct("<4sBBQIIIB")
_CRC_AT: Final = 22
_FIRST: Final = 2
_MIRROR: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def headers(serial: int) -> bytes:
    """Return the two pages that every Ogg Opus stream opens with: OpusHead and OpusTags."""
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, PRE_SKIP, SAMPLE_RATE, 0, 0)
    vendor = b"fullhouse"
    tags = struct.pack(f"<8sI{len(vendor)}sI", b"OpusTags", len(vendor), vendor, 0)
    return _page(_FIRST, 0, serial, 0, (head,)) + _page(0, 0, serial, 1, (tags,))


def page(serial: int, number: PartNumber, packets: Sequence[bytes]) -> bytes:
    """Return one part as one page.

    Args:
        serial: the stream's, as given to `headers`.
        number: the part's. The page's own number is this plus two, for the headers before it,
            in 32 bits.
        packets: the part's Opus packets.

    Raises:
        ValueError: the packets do not fit into one page.
    """
    granule = media_time(PartNumber(number + 1))
    return _page(0, granule, serial, (number + 2) & 0xFFFFFFFF, packets)


def _page(flags: int, granule: int, serial: int, sequence: int, packets: Sequence[bytes]) -> bytes:
    lacing = b"".join(
        b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets
    )
    if len(lacing) > 255:
        raise ValueError(f"{len(packets)} packets do not fit into one page")
    head = _PAGE.pack(b"OggS", 0, flags, granule, serial, sequence, 0, len(lacing))
    whole = b"".join((head, lacing, *packets))
    return whole[:_CRC_AT] + struct.pack("<I", crc(whole)) + whole[_CRC_AT + 4 :]


def crc(raw: bytes) -> int:
    """Return Ogg's checksum: polynomial 0x04C11DB7, highest bit first, from zero.

    zlib has the same polynomial with the lowest bit first, from all ones. Mirroring the bits of
    every byte that goes in and of the word that comes out turns one into the other.
    """
    mirrored = zlib.crc32(raw.translate(_MIRROR), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRROR), "big")
