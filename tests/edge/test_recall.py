"""A window on its way to another edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.recall import ANSWER_BYTES, pack_parts, unpack_parts
from fullhouse.errors import Malformed
from fullhouse.media import Part
from tests.edge.made import part

parts = st.lists(
    st.builds(part, st.integers(0, 10**9), st.lists(st.binary(max_size=50), max_size=3).map(tuple)),
    max_size=5,
)


@given(parts)
def test_what_was_packed_comes_out(some: list[Part]) -> None:
    assert unpack_parts(pack_parts(some)) == some


@given(st.binary(max_size=200))
def test_any_bytes_are_parts_or_malformed(raw: bytes) -> None:
    try:
        found = unpack_parts(raw)
    except Malformed:
        return
    assert pack_parts(found) == raw


def test_bytes_that_are_cut_off_are_malformed() -> None:
    raw = pack_parts([part(1), part(2)])
    for length in range(1, len(raw)):
        if length != len(raw) // 2:
            with pytest.raises(Malformed):
                unpack_parts(raw[:length])


def test_an_answer_fits_into_one_message() -> None:
    """The newest parts come first, so those are the ones that fit."""
    big = [part(number, (b"x" * 60_000,)) for number in range(40, 0, -1)]
    raw = pack_parts(big)
    assert len(raw) <= ANSWER_BYTES
    found = unpack_parts(raw)
    assert [one.number for one in found] == list(range(40, 40 - len(found), -1))
    assert len(found) >= 10
