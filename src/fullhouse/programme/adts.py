"""A core: AAC packets with ADTS headers, for players that know no container.

Every frame says all of itself, so that a player may join at any of them.
Source: ISO/IEC 14496-3, 1.A.2.2 (adts_frame), protection absent, one block per frame.
"""

from collections.abc import Iterable
from typing import Final

HEADER_BYTES: Final = 7
MAX_FRAME_BYTES: Final = (1 << 13) - 1
_FIXED: Final = 0xFFF1 << 40 | 0b01_0011_0_001 << 30 | 0x7FF << 2
"""Sync word, MPEG-4, no CRC; AAC-LC, 48 kHz, mono; a variable rate; one block."""


def frames(packets: Iterable[bytes]) -> bytes:
    """Return the packets, each behind its header.

    Raises:
        ValueError: a packet is too long for the header's 13 bits.
    """
    return b"".join(_header(len(packet)) + packet for packet in packets)


def _header(payload: int) -> bytes:
    size = HEADER_BYTES + payload
    if size > MAX_FRAME_BYTES:
        raise ValueError(f"an AAC packet of {payload} bytes does not fit a frame")
    return (_FIXED | size << 13).to_bytes(HEADER_BYTES, "big")
