"""A core: the forms for plain players, ADTS and Ogg, as far as a listener hears gaps in them.

Source: ISO/IEC 14496-3, 1.A.2.2 (ADTS); RFC 3533 (Ogg), RFC 7845 (Opus in Ogg).
"""

from collections.abc import Sequence
from typing import Final

from fullhouse.rehearsal.sound import PART_SAMPLES, UNKNOWN, Memory, NotSound, Part

FRAMES: Final = 15
"""AAC frames in a part."""
ADTS_HEADER: Final = 7
OGG_HEADER: Final = 27


class Adts:
    """Reads `live.aac`. Its frames have no numbers: that one is missing cannot be seen."""

    def __init__(self) -> None:
        self._rest = b""
        self._frames = 0

    def feed(self, raw: bytes) -> Sequence[Part]:
        """Return the parts that these bytes complete.

        Raises:
            NotSound: there is no frame where one should begin.
        """
        rest = self._rest + raw
        at = 0
        while len(rest) - at >= ADTS_HEADER:
            if rest[at] != 0xFF or rest[at + 1] & 0xF6 != 0xF0:
                raise NotSound("no ADTS frame where one should begin")
            size = (rest[at + 3] & 3) << 11 | rest[at + 4] << 3 | rest[at + 5] >> 5
            if size < ADTS_HEADER:
                raise NotSound("an ADTS frame shorter than its header")
            if len(rest) - at < size:
                break
            at += size
            self._frames += 1
        self._rest = rest[at:]
        whole, self._frames = divmod(self._frames, FRAMES)
        return [Part(UNKNOWN, cadence=0)] * whole


class Ogg:
    """Reads `live.ogg`: a page is a part, and its granule position says which."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._rest = b""

    def feed(self, raw: bytes) -> Sequence[Part]:
        """Return the parts that these bytes complete.

        Raises:
            NotSound: there is no page where one should begin.
        """
        if not self._rest:
            known = self._memory.parts(raw, pages)
            if known is not None:
                return known
        rest = self._rest + raw
        parts, used = pages(rest)
        self._rest = rest[used:]
        return parts


def pages(raw: bytes) -> tuple[list[Part], int]:
    """Return the parts in the whole pages at the start of `raw`, and how many bytes these take.

    Raises:
        NotSound: there is no page where one should begin.
    """
    parts: list[Part] = []
    at = 0
    while len(raw) - at >= OGG_HEADER:
        if raw[at : at + 5] != b"OggS\0":
            raise NotSound("no Ogg page where one should begin")
        start = at + OGG_HEADER + raw[at + 26]
        end = start + sum(raw[at + OGG_HEADER : start])
        if len(raw) < start or len(raw) < end:
            break
        granule = int.from_bytes(raw[at + 6 : at + 14], "little")
        if granule:
            number, odd = divmod(granule, PART_SAMPLES)
            if odd:
                raise NotSound("a page that does not end where a part ends")
            parts.append(Part(number - 1, cadence=0))
        at = end
    return parts, at
