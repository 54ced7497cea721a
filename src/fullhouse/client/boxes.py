"""A core: a room's endless MP4, read as a listener reads it: which part, and what happens in it.

Written from the standard and not from the edge's writer, so that neither hides the other's
mistakes. Source: ISO/IEC 14496-12, 8.1.1 (boxes) and 8.8.12 (tfdt); 23009-1, 5.10.3.3 (emsg).
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fullhouse.errors import Malformed
from fullhouse.units import PART_SAMPLES, PartNumber

MAX_BOX: Final = 1 << 20

Event = dict[str, object]


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its four-letter name, its bytes, and where among them its contents begin."""

    name: bytes
    raw: bytes
    head: int

    @property
    def contents(self) -> bytes:
        return self.raw[self.head :]


class BoxReader:
    """Collects top-level boxes from bytes as they come."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, raw: bytes) -> list[Box]:
        """Return the boxes that are complete now.

        Raises:
            Malformed: a box says an impossible size.
        """
        self._waiting += raw
        found: list[Box] = []
        at = 0
        while (head := _head(self._waiting, at)) is not None:
            name, size, length = head
            if at + size > len(self._waiting):
                break
            found.append(Box(name, bytes(self._waiting[at : at + size]), length))
            at += size
        del self._waiting[:at]
        return found


def _head(raw: bytes | bytearray, at: int) -> tuple[bytes, int, int] | None:
    """Return a box's name, its size and the size of its head; None while that is not all there."""
    if len(raw) < at + 8:
        return None
    size, name = struct.unpack_from(">I4s", raw, at)
    length = 8
    if size == 1:
        if len(raw) < at + 16:
            return None
        size, length = struct.unpack_from(">Q", raw, at + 8)[0], 16
    if not length <= size <= MAX_BOX:
        raise Malformed(f"A box of {size} bytes is not one of a room's stream.")
    return name, size, length


def children(contents: bytes) -> Iterator[Box]:
    """Yield the boxes within a box.

    Raises:
        Malformed: they do not fill it exactly.
    """
    at = 0
    while at < len(contents):
        head = _head(contents, at)
        if head is None or at + head[1] > len(contents):
            raise Malformed("A box reaches past the end of the one around it.")
        name, size, length = head
        yield Box(name, contents[at : at + size], length)
        at += size


def part_number(moof: Box) -> PartNumber:
    """Return which part a `moof` belongs to, from its decode time.

    Raises:
        Malformed: it says no time, or one within a part.
    """
    for fragment in children(moof.contents):
        if fragment.name != b"traf":
            continue
        for box in children(fragment.contents):
            if box.name == b"tfdt":
                return _number(box.contents)
    raise Malformed("A fragment does not say its time.")


def _number(contents: bytes) -> PartNumber:
    form = ">Q" if contents[:1] == b"\1" else ">I"
    try:
        (samples,) = struct.unpack_from(form, contents, 4)
    except struct.error:
        raise Malformed("A fragment's time is cut short.") from None
    if samples % PART_SAMPLES:
        raise Malformed("A fragment begins within a part.")
    return PartNumber(samples // PART_SAMPLES)


def event(emsg: Box) -> Event | None:
    """Return the event that an `emsg` carries, None if it is not one of a room's.

    Raises:
        Malformed: the box has not its form.
    """
    contents = emsg.contents
    if contents[:1] != b"\1":
        return None
    scheme, zero, rest = contents[24:].partition(b"\0")
    value, zero2, message = rest.partition(b"\0")
    if not (zero and zero2):
        raise Malformed("An event's box is cut short.")
    if not scheme.startswith(b"urn:fullhouse:events:") or value:
        return None
    try:
        said: object = json.loads(message)
    except ValueError:
        raise Malformed("An event is not JSON.") from None
    return said if isinstance(said, dict) else None
