"""Parts are found in CMAF, whatever pieces it comes in, with what was announced in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rehearsal.boxes import Boxes, part_number, read
from fullhouse.rehearsal.sound import Memory, NotSound, Part
from tests.rehearsal.streams import INIT, cut, event, mp4

CADENCE = event(type="cadence", parts=3, next=12, **{"from": 8123}, why="cpu")
ROOM = event(type="room", playing="hold")


@given(st.lists(st.integers(0, 1 << 40), max_size=5), st.lists(st.integers(0, 99_999), max_size=9))
def test_every_part_is_found_in_any_pieces(numbers: list[int], cuts: list[int]) -> None:
    raw = INIT + b"".join(mp4(number, (ROOM,)) for number in numbers)
    boxes = Boxes(Memory())
    parts = [part for piece in cut(raw, cuts) for part in boxes.feed(piece)]
    assert parts == [Part(number, 1, "hold") for number in numbers]


def test_the_same_bytes_are_read_once() -> None:
    """Thousands get the same: what they are is remembered, and forgotten in time."""
    memory = Memory(most=2)
    assert [Boxes(memory).feed(mp4(5))[0].number for _ in range(3)] == [5, 5, 5]
    assert [Boxes(memory).feed(mp4(number))[0].number for number in range(9)] == list(range(9))


def test_a_longer_cadence_is_reckoned_with_as_soon_as_it_is_announced() -> None:
    parts, _ = read(mp4(5, (CADENCE, ROOM)) + mp4(6))
    assert parts == [Part(5, 12, "hold"), Part(6, 1, "")]


def test_events_of_others_are_let_through() -> None:
    parts, _ = read(mp4(5, (event(type="speakers", speaking=["A"]), event(type="cadence"))))
    assert parts == [Part(5)]


def test_boxes_before_their_sound_wait_for_it() -> None:
    raw = mp4(5, (ROOM,))
    parts, used = read(raw[:-1])
    assert (parts, used) == ([], 0)


@pytest.mark.parametrize(
    "raw",
    [
        b"<html><body>",
        b"\0\0\0\x04moof",
        b"\x7f\0\0\0mdat",
        b"\0\0\0\x08mdat",
        b"\0\0\0\x10moof12345678",
        mp4(5, (b"{no json",)),
    ],
)
def test_what_is_no_sound(raw: bytes) -> None:
    with pytest.raises(NotSound):
        read(raw)


def test_a_part_begins_where_parts_begin() -> None:
    body = b"tfdt" + b"\x01\0\0\0" + (15_360 * 3 + 1).to_bytes(8, "big")
    with pytest.raises(NotSound, match="begin"):
        part_number(body)
    assert part_number(b"tfdt" + bytes(4) + (15_360 * 3).to_bytes(4, "big")) == 3


@given(st.binary(max_size=300))
def test_any_bytes_are_parts_or_none(raw: bytes) -> None:
    for one in (raw, INIT + raw, b"\0\0\0\x10emsg" + raw):
        try:
            _, used = read(one)
        except NotSound:
            continue
        assert used <= len(one)
