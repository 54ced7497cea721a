"""A reader of MP4 boxes for tests, written from the standard and sharing nothing with ours."""

from collections.abc import Iterator
from dataclasses import dataclass

CONTAINERS = {"moov", "trak", "mdia", "minf", "dinf", "stbl", "mvex", "moof", "traf"}


@dataclass(frozen=True)
class Box:
    name: str
    at: int
    body: bytes
    inside: "tuple[Box, ...]" = ()

    def number(self, start: int, size: int) -> int:
        """Return the big-endian number of `size` bytes at `start` of the body."""
        assert start + size <= len(self.body)
        return int.from_bytes(self.body[start : start + size], "big")

    def find(self, path: str) -> "Box":
        first, _, rest = path.partition("/")
        box = next(box for box in self.inside if box.name == first)
        return box.find(rest) if rest else box


def boxes(raw: bytes, start: int = 0) -> tuple[Box, ...]:
    """Return the boxes that `raw` is made of, exactly."""
    return tuple(_read(raw, start))


def _read(raw: bytes, start: int) -> Iterator[Box]:
    at = 0
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        name = raw[at + 4 : at + 8].decode("latin-1")
        assert 8 <= size <= len(raw) - at, name
        body = raw[at + 8 : at + size]
        inside = boxes(body, start + at + 8) if name in CONTAINERS else ()
        yield Box(name, start + at, body, inside)
        at += size


@dataclass(frozen=True)
class Event:
    scheme: str
    value: str
    timescale: int
    time: int
    duration: int
    name: int
    payload: bytes


def event(box: Box) -> Event:
    """Return what an emsg box of version 1 holds."""
    assert box.name == "emsg"
    assert box.number(0, 4) == 1 << 24
    scheme, value, payload = box.body[24:].split(b"\0", 2)
    return Event(
        scheme.decode(),
        value.decode(),
        box.number(4, 4),
        box.number(8, 8),
        box.number(16, 4),
        box.number(20, 4),
        payload,
    )


@dataclass(frozen=True)
class Chunk:
    sequence: int
    time: int
    duration: int
    packets: tuple[bytes, ...]
    events: tuple[Event, ...]


def chunk(raw: bytes) -> Chunk:
    """Return the one chunk that `raw` is: emsg boxes, moof and mdat, all that it says checked."""
    *notes, moof, mdat = boxes(raw)
    assert (moof.name, mdat.name) == ("moof", "mdat")
    header, time, run = moof.find("traf/tfhd"), moof.find("traf/tfdt"), moof.find("traf/trun")
    assert header.number(0, 4) == 0x020028
    assert header.number(4, 4) == 1
    assert header.number(12, 4) == 0x02000000
    assert time.number(0, 4) == 1 << 24
    assert run.number(0, 4) == 0x000201
    count, at = run.number(4, 4), moof.at + run.number(8, 4)
    assert len(run.body) == 12 + 4 * count
    packets = []
    for index in range(count):
        size = run.number(12 + 4 * index, 4)
        packets.append(raw[at : at + size])
        at += size
    assert at == len(raw) == mdat.at + 8 + len(mdat.body)
    assert b"".join(packets) == mdat.body
    return Chunk(
        moof.find("mfhd").number(4, 4),
        time.number(4, 8),
        header.number(8, 4),
        tuple(packets),
        tuple(event(note) for note in notes),
    )
