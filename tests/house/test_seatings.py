"""What is remembered of seats stays bounded, and unmutes nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.seatings import (
    MEMBER,
    MOST_CALLED,
    MOST_MUTED,
    TooManyCalled,
    TooManyMuted,
    called_up,
    muted_with,
    without,
)

SEATS = st.lists(st.sampled_from([f"seat-{n}" for n in range(9)]), unique=True).map(tuple)


@given(SEATS, SEATS)
def test_what_is_taken_out_is_out_and_the_rest_stays_in_order(
    seats: tuple[str, ...], gone: tuple[str, ...]
) -> None:
    assert without(seats, *gone) == tuple(one for one in seats if one not in gone)


def test_a_muted_person_is_never_forgotten() -> None:
    people = tuple(f"{MEMBER}{n}" for n in range(MOST_MUTED))
    with pytest.raises(TooManyMuted):
        muted_with(people, "seat-1", ())
    mixed = ("gone", *people[1:])
    assert muted_with(mixed, "seat-1", ()) == (*people[1:], "seat-1")


def test_hands_that_are_asked_are_bounded_and_asked_once() -> None:
    assert called_up(("a", "b"), ("a",)) == ("b", "a")
    with pytest.raises(TooManyCalled):
        called_up(tuple(map(str, range(MOST_CALLED))), ("one more",))
