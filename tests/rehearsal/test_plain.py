"""ADTS and Ogg are read in any pieces; what is neither is told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.programme import ogg
from fullhouse.rehearsal.plain import Adts, Ogg
from fullhouse.rehearsal.sound import UNKNOWN, Memory, NotSound
from tests.rehearsal.streams import aac, cut, page

cuts = st.lists(st.integers(0, 99_999), max_size=9)


@given(st.integers(0, 5), cuts)
def test_fifteen_frames_are_a_part(count: int, places: list[int]) -> None:
    reader = Adts()
    pieces = cut(b"".join(map(aac, range(count))), places)
    parts = [part for piece in pieces for part in reader.feed(piece)]
    assert [part.number for part in parts] == [UNKNOWN] * count
    assert not any(part.cadence for part in parts), "plain sound cannot say its cadence"


@given(st.lists(st.integers(0, 1 << 30), max_size=5), cuts)
def test_a_page_says_which_part_it_is(numbers: list[int], places: list[int]) -> None:
    reader = Ogg(Memory())
    raw = ogg.headers(7) + b"".join(map(page, numbers))
    parts = [part for piece in cut(raw, places) for part in reader.feed(piece)]
    assert [part.number for part in parts] == numbers
    assert not any(part.cadence for part in parts)


@given(st.binary(max_size=200))
def test_any_bytes_are_sound_or_none(raw: bytes) -> None:
    for reader, start in ((Adts(), b"\xff\xf1"), (Ogg(Memory()), b"OggS\0")):
        try:
            reader.feed(start + raw)
        except NotSound:
            continue


def test_what_is_no_sound() -> None:
    with pytest.raises(NotSound):
        Adts().feed(b"<html><body>")
    with pytest.raises(NotSound):
        Adts().feed(b"\xff\xf1\0\0\0\0\0")
    with pytest.raises(NotSound):
        Ogg(Memory()).feed(b"<html><body>" * 3)
