"""Packets within packets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.stage.red import MOST_BLOCKS, Block, split


def packed(sound: bytes, copies: list[tuple[int, bytes]], kind: int = 111) -> bytes:
    """Return what a browser would send: copies are (timestamp offset, payload), oldest first."""
    heads = [(0x80 | kind) << 24 | offset << 10 | len(copy) for offset, copy in copies]
    return b"".join(
        [
            *(head.to_bytes(4) for head in heads),
            bytes([kind]),
            *(copy for _, copy in copies),
            sound,
        ]
    )


def test_the_sound_comes_with_the_packet_before_it() -> None:
    assert split(packed(b"new", [(960, b"old!")])) == [
        Block(111, 1, 960, b"old!"),
        Block(111, 0, 0, b"new"),
    ]


def test_a_packet_without_copies_is_only_itself() -> None:
    assert split(packed(b"new", [])) == [Block(111, 0, 0, b"new")]


@given(
    st.binary(max_size=1200),
    st.lists(st.tuples(st.integers(0, 0x3FFF), st.binary(max_size=0x3FF)), max_size=3),
)
def test_what_was_packed_is_read(sound: bytes, copies: list[tuple[int, bytes]]) -> None:
    *read, last = split(packed(sound, copies))
    assert last.payload == sound
    assert [(block.offset, block.payload) for block in read] == copies
    assert [block.back for block in read] == list(range(len(copies), 0, -1))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        packed(b"", [(960, b"old")])[:-1],
        packed(b"", [(960, b"old")])[:4],
        packed(b"", [(960, b"old")])[:2],
        packed(b"new", [(960, b"old")] * MOST_BLOCKS),
        b"\xff" * 40,
    ],
)
def test_what_is_cut_off_or_too_much_is_nothing(raw: bytes) -> None:
    assert split(raw) == []


@given(st.binary(max_size=100))
def test_whatever_comes_no_byte_is_read_twice(raw: bytes) -> None:
    blocks = split(raw)
    assert len(blocks) <= MOST_BLOCKS
    assert sum(len(block.payload) for block in blocks) < max(1, len(raw))
