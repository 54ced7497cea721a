"""A room's endless MP4 as a listener reads it; written by the programme, read by the client."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.client.boxes import MAX_BOX, Box, BoxReader, children, event, part_number
from fullhouse.errors import Malformed
from fullhouse.media import Rendition
from fullhouse.programme.cmaf import init_segment, media_part
from fullhouse.units import PartNumber

EVENT = b'{"type":"room"}'


def boxes(raw: bytes) -> list[Box]:
    return BoxReader().feed(raw)


def part(number: int, *events: bytes) -> bytes:
    return media_part(Rendition.AAC, PartNumber(number), [b"sound"] * 15, events)


@given(st.integers(1, 400))
def test_boxes_are_the_same_in_whatever_pieces_they_come(size: int) -> None:
    raw = init_segment(Rendition.OPUS) + part(7, EVENT) + part(8)
    reader = BoxReader()
    found = [box for at in range(0, len(raw), size) for box in reader.feed(raw[at : at + size])]
    names = [box.name for box in found]
    assert names == [b"ftyp", b"moov", b"emsg", b"moof", b"mdat", b"moof", b"mdat"]
    assert b"".join(box.raw for box in found) == raw


@given(st.integers(0, 2**44))
def test_a_fragment_says_its_part(number: int) -> None:
    assert part_number(boxes(part(number))[0]) == number


def test_an_event_comes_out_as_it_went_in() -> None:
    assert event(boxes(part(1, EVENT))[0]) == {"type": "room"}


def test_other_peoples_events_are_left_alone() -> None:
    raw = boxes(part(1, EVENT))[0].raw
    assert event(boxes(raw.replace(b"urn:fullhouse", b"urn:somebody1"))[0]) is None
    assert event(boxes(raw[:8] + b"\0" + raw[9:])[0]) is None


def test_a_long_size_is_understood() -> None:
    raw = struct.pack(">I4sQ", 1, b"mdat", 20) + b"four"
    assert boxes(raw) == [Box(b"mdat", raw, 16)]
    assert boxes(raw)[0].contents == b"four"


@pytest.mark.parametrize("size", [0, 7, MAX_BOX + 1])
def test_an_impossible_size_is_refused(size: int) -> None:
    with pytest.raises(Malformed):
        boxes(struct.pack(">I4s", size, b"mdat"))


@pytest.mark.parametrize(
    "contents",
    [b"", struct.pack(">I4s", 8, b"traf"), struct.pack(">I4s", 50, b"traf"), b"abc"],
)
def test_a_fragment_without_its_time_is_refused(contents: bytes) -> None:
    with pytest.raises(Malformed):
        part_number(Box(b"moof", bytes(8) + contents, 8))


def test_a_time_within_a_part_is_refused() -> None:
    tfdt = struct.pack(">I4sII", 16, b"tfdt", 0, 5)
    with pytest.raises(Malformed):
        part_number(Box(b"moof", bytes(8) + struct.pack(">I4s", 24, b"traf") + tfdt, 8))


@given(st.binary(max_size=200), st.sampled_from([b"", b"\1"]))
def test_any_bytes_are_read_or_refused(raw: bytes, version: bytes) -> None:
    box = Box(b"emsg", bytes(8) + version + raw, 8)
    for read in (boxes, lambda raw: list(children(raw)), lambda _: event(box)):
        try:
            read(raw)
        except Malformed as error:
            assert error.code == "malformed"  # noqa: PT017 - either outcome is right
