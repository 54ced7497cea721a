"""Ears in slots."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.roster import EMPTY, Roster


def test_who_joins_during_a_pass_stands_behind_its_end() -> None:
    roster = Roster()
    roster.add(5)
    end = roster.end
    roster.add(6)
    assert roster.between(0, end) == [5]


def test_who_leaves_leaves_an_empty_slot() -> None:
    """The system may give the number to somebody else at once."""
    roster = Roster()
    roster.add(5)
    roster.add(6)
    assert roster.remove(5)
    assert not roster.remove(5)
    roster.add(5)
    assert roster.between(0, 2) == [EMPTY, 6]
    assert roster.between(0, 3) == [EMPTY, 6, 5]


def test_ranks_are_closed() -> None:
    roster = Roster()
    for ear in (5, 6, 7):
        roster.add(ear)
    roster.remove(6)
    roster.close_ranks()
    assert roster.between(0, 9) == [5, 7]
    assert roster.end == len(roster) == 2
    assert roster.remove(7)


@given(st.lists(st.tuples(st.sampled_from(["add", "remove", "close"]), st.integers(3, 12))))
def test_a_roster_holds_who_came_and_has_not_left(steps: list[tuple[str, int]]) -> None:
    roster, there = Roster(), set[int]()
    for step, ear in steps:
        if step == "add" and ear not in roster:
            roster.add(ear)
            there.add(ear)
        elif step == "remove":
            assert roster.remove(ear) == (ear in there)
            there.discard(ear)
        elif step == "close":
            roster.close_ranks()
        present = [one for one in roster.between(0, roster.end) if one != EMPTY]
        assert sorted(present) == sorted(there)
        assert len(roster) == len(there)
