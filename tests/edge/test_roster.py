"""Ears in slots."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.roster import EMPTY, Roster, Short


class Noted:
    """Entries that can be looked at."""

    def __init__(self) -> None:
        self.slots: list[int] = []

    def put(self, slot: int, ear: int) -> None:
        self.slots[slot : slot + 1] = [ear]

    def cut(self, count: int) -> None:
        del self.slots[count:]

    def send(self, start: int, stop: int, chunk: bytes) -> Short:
        return [(ear, len(chunk)) for ear in self.slots[start:stop] if ear != EMPTY]


def between(roster: Roster, start: int, stop: int) -> list[int]:
    return [ear for ear, _ in roster.send(start, stop, b"")]


def test_who_joins_during_a_pass_stands_behind_its_end() -> None:
    roster = Roster(Noted())
    roster.add(5)
    end = roster.end
    roster.add(6)
    assert between(roster, 0, end) == [5]


def test_who_leaves_leaves_an_empty_slot() -> None:
    """The system may give the number to somebody else at once."""
    noted = Noted()
    roster = Roster(noted)
    roster.add(5)
    roster.add(6)
    assert roster.remove(5)
    assert not roster.remove(5)
    roster.add(5)
    assert noted.slots == [EMPTY, 6, 5]
    assert (roster.empty(0, 2), roster.empty(1, 3)) == (1, 0)


def test_ranks_are_closed() -> None:
    noted = Noted()
    roster = Roster(noted)
    for ear in (5, 6, 7):
        roster.add(ear)
    roster.remove(5)
    roster.close_ranks()
    assert noted.slots == [7, 6]
    assert roster.end == len(roster) == 2
    assert roster.remove(7)
    assert noted.slots == [EMPTY, 6]


@given(st.lists(st.tuples(st.sampled_from(["add", "remove", "close"]), st.integers(3, 12))))
def test_a_roster_holds_who_came_and_has_not_left(steps: list[tuple[str, int]]) -> None:
    noted, there = Noted(), set[int]()
    roster = Roster(noted)
    for step, ear in steps:
        if step == "add" and ear not in roster:
            roster.add(ear)
            there.add(ear)
        elif step == "remove":
            assert roster.remove(ear) == (ear in there)
            there.discard(ear)
        elif step == "close":
            roster.close_ranks()
            assert EMPTY not in noted.slots
        assert sorted(one for one in noted.slots if one != EMPTY) == sorted(there)
        assert noted.slots.count(EMPTY) == roster.empty(0, roster.end)
        assert len(roster) == len(there)
        assert roster.end == len(noted.slots)
