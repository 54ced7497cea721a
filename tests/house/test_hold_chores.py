"""Every hold that a room names is safe in two places, and no other stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.hold_chores import (
    MOST_HOLDS,
    SPARED_FOR,
    Chores,
    TooManyHolds,
    admit,
    chores,
)
from fullhouse.units import SECOND, Micros

NOW = Micros(10**15)
OLD = Micros(NOW - SPARED_FOR - 1)
NAMES = st.sets(st.sampled_from("abcdef"))
PLACES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([NOW, OLD]))


def test_a_store_that_was_lost_is_filled_again() -> None:
    assert chores({"a"}, {"a": OLD}, {}, now=NOW) == Chores(put=("a",))


def test_another_house_takes_what_it_lacks_from_the_store() -> None:
    assert chores({"a"}, {}, {"a": OLD}, now=NOW) == Chores(fetch=("a",))


def test_what_no_room_names_goes_but_not_before_it_could_have_been_named() -> None:
    """A house puts a hold into the store first, and has its room name it then."""
    fresh = Micros(NOW - 60 * SECOND)
    due = chores(set(), {"a": OLD, "b": fresh}, {"a": OLD, "b": fresh}, now=NOW)
    assert due == Chores(drop=("a",), unlink=("a",))


@given(NAMES, PLACES, PLACES)
def test_nothing_that_is_named_is_ever_lost_and_all_comes_to_rest(
    named: set[str], kept: dict[str, Micros], stored: dict[str, Micros]
) -> None:
    due = chores(named, kept, stored, now=NOW)
    assert not named & {*due.drop, *due.unlink}
    kept = {
        n: at for n, at in (kept | dict.fromkeys(due.fetch, NOW)).items() if n not in due.unlink
    }
    stored = {n: t for n, t in (stored | dict.fromkeys(due.put, NOW)).items() if n not in due.drop}
    assert chores(named, kept, stored, now=NOW) == Chores()
    assert named & kept.keys() == named & stored.keys()
    later = Micros(NOW + SPARED_FOR + 1)
    assert set(chores(named, kept, stored, now=later).drop) == stored.keys() - named


def test_there_is_a_bound_on_how_many_there_are() -> None:
    names = {str(number) for number in range(MOST_HOLDS)}
    admit("3", names)
    with pytest.raises(TooManyHolds) as refusal:
        admit("other", names)
    assert refusal.value.status == 409
