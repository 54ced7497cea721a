"""A core: CMAF, as far as a listener needs it to know which parts came, and what was announced.

Its own parser: it shares nothing with the server's writer, nor with the player in a terminal.
Source: ISO/IEC 14496-12 (boxes), 23009-1 5.10.3.3 (emsg); docs/wire.md for the events.
"""

import json
from collections.abc import Sequence
from typing import Final

from fullhouse.rehearsal.sound import PART_SAMPLES, Memory, NotSound, Part

BOXES: Final = frozenset({b"ftyp", b"moov", b"emsg", b"moof", b"mdat", b"styp", b"sidx", b"prft"})
MOST_BYTES: Final = 1 << 20
SCHEME: Final = b"urn:fullhouse:events:1"


class Boxes:
    """Reads `live.mp4` and its like."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._rest = b""

    def feed(self, raw: bytes) -> Sequence[Part]:
        """Return the parts that these bytes complete.

        Raises:
            NotSound: they are no boxes.
        """
        if not self._rest:
            known = self._memory.parts(raw, read)
            if known is not None:
                return known
        rest = self._rest + raw
        parts, used = read(rest)
        self._rest = rest[used:]
        return parts


def read(raw: bytes) -> tuple[list[Part], int]:
    """Return the whole parts at the start of `raw`, and how many bytes they take.

    Boxes behind the last `mdat` are not taken: they belong to the next part.

    Raises:
        NotSound: there is something else than boxes.
    """
    parts: list[Part] = []
    at = used = 0
    number, cadence, playing = None, 1, ""
    while len(raw) - at >= 8:
        size = int.from_bytes(raw[at : at + 4], "big")
        name = raw[at + 4 : at + 8]
        if name not in BOXES or not 8 <= size <= MOST_BYTES:
            raise NotSound(f"box {name!r} of {size} bytes")
        if len(raw) - at < size:
            break
        body = raw[at + 8 : at + size]
        at += size
        if name == b"moof":
            number = part_number(body)
        elif name == b"emsg":
            cadence, playing = _event(body, cadence, playing)
        elif name == b"mdat":
            if number is None:
                raise NotSound("mdat without a moof")
            parts.append(Part(number, cadence, playing))
            number, cadence, playing = None, 1, ""
        if number is None and name in (b"mdat", b"ftyp", b"moov"):
            used = at
    return parts, used


def part_number(moof: bytes) -> int:
    """Return the number of a part: its decode time (tfdt) over its length.

    Raises:
        NotSound: it does not say when it plays, or not where a part begins.
    """
    at = moof.find(b"tfdt")
    if at < 0 or len(moof) < at + 12:
        raise NotSound("moof without tfdt")
    wide = moof[at + 4] == 1
    if wide and len(moof) < at + 16:
        raise NotSound("tfdt that is cut off")
    number, odd = divmod(
        int.from_bytes(moof[at + 8 : at + (16 if wide else 12)], "big"), PART_SAMPLES
    )
    if odd:
        raise NotSound("a part that does not begin where parts begin")
    return number


def _event(emsg: bytes, cadence: int, playing: str) -> tuple[int, str]:
    """Return what an event changes of what is known of its part."""
    if emsg[:1] != b"\x01" or SCHEME not in emsg[24:64]:
        return cadence, playing
    brace = emsg.find(b"{", 24)
    try:
        event = json.loads(emsg[brace:])
    except (ValueError, RecursionError) as error:
        raise NotSound("an event that is not JSON") from error
    match event:
        case {"type": "cadence", "parts": int(parts), **others}:
            ahead = others.get("next")
            return max(parts, ahead if isinstance(ahead, int) else 1), playing
        case {"type": "room", "playing": str(what)}:
            return cadence, what
        case _:
            return cadence, playing
