"""A core: the parts of a window, on their way from one edge to another that has just started."""

import struct
from collections.abc import Iterable
from typing import Final

from fullhouse.errors import Malformed
from fullhouse.media import Part, pack_part, unpack_part

ANSWER_BYTES: Final = 900_000
"""What fits into one message of the bus, with room to spare."""
AT_ONCE: Final = 100
"""Parts that are asked for with one request: half a megabyte."""
_LENGTH: Final = struct.Struct(">I")


def pack_parts(parts: Iterable[Part]) -> bytes:
    """Return packed parts, each after its length; those that do not fit any more are left out."""
    pieces: list[bytes] = []
    size = 0
    for part in parts:
        packed = pack_part(part)
        size += _LENGTH.size + len(packed)
        if size > ANSWER_BYTES:
            break
        pieces += (_LENGTH.pack(len(packed)), packed)
    return b"".join(pieces)


def unpack_parts(raw: bytes) -> list[Part]:
    """Return the parts that `pack_parts` made `raw` of.

    Raises:
        Malformed: `raw` is not that.
    """
    parts = []
    at = 0
    while at < len(raw):
        if at + _LENGTH.size > len(raw):
            raise Malformed("A recalled part lacks its length.", code="malformed_recall")
        (size,) = _LENGTH.unpack_from(raw, at)
        at += _LENGTH.size + size
        if at > len(raw):
            raise Malformed("A recalled part is cut off.", code="malformed_recall")
        parts.append(unpack_part(raw[at - size : at]))
    return parts
