"""Of a listener who is followed nothing is overlooked, and nothing counted twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rehearsal.boxes import Boxes
from fullhouse.rehearsal.follow import REMADE, Following, Heard
from fullhouse.rehearsal.sound import Memory
from tests.rehearsal.streams import event, mp4


def follower() -> Following:
    return Following(Boxes(Memory()))


def hear(one: Following, *numbers: int, at: float = 0.0) -> Heard:
    return one.hear(b"".join(map(mp4, numbers)), at)


def test_a_number_that_was_skipped_is_missing() -> None:
    one = follower()
    assert hear(one, 5, 6) == Heard(2, 0, None)
    assert hear(one, 9).missing == 2
    assert (one.expected, one.missing) == (5, 2)


def test_what_comes_twice_after_a_new_connection_is_heard_once() -> None:
    one = follower()
    hear(one, 5, 6, 7)
    one.begin(Boxes(Memory()))
    assert hear(one, 6, 7, 8).missing == 0
    assert (one.expected, one.missing) == (4, 0)


def test_who_goes_on_purpose_misses_nothing_meanwhile() -> None:
    one = follower()
    hear(one, 5)
    one.forget()
    assert hear(one, 50).missing == 0


def test_a_room_that_was_made_anew_begins_anew() -> None:
    one = follower()
    hear(one, REMADE + 10)
    assert hear(one, 3, 4).missing == 0
    assert one.next == 5


def test_how_late_the_newest_part_of_each_send_comes() -> None:
    """The burst is old on purpose, and says nothing."""
    one = follower()
    assert hear(one, 5, 6, at=3).late is None
    assert hear(one, 7, 8, at=3.0).late == pytest.approx(3.0 - 9 * 0.32)


def test_the_lump_is_what_comes_at_once_as_a_rule() -> None:
    one = follower()
    assert one.lump() is None
    hear(one, *range(10))
    for start in range(10, 25, 3):
        hear(one, start, start + 1, start + 2)
    hear(one, 25)
    assert one.lump() == pytest.approx(0.96)


def test_the_cadence_is_the_one_that_was_announced_last() -> None:
    one = follower()
    one.hear(mp4(5, (event(type="cadence", parts=3),)), 0)
    assert one.cadence == 3
    hear(one, 6)
    assert one.cadence == 1


@given(st.lists(st.integers(0, 60), min_size=1))
def test_expected_is_what_came_and_what_is_missing(numbers: list[int]) -> None:
    one, came = follower(), set()
    for number in numbers:
        if one.next is None or number >= one.next:
            came.add(number)
        hear(one, number)
    assert one.expected == one.missing + len(came)
