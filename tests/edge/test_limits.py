"""How long and how many."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.limits import Capacity, Deadlines, Place
from fullhouse.units import Micros


def test_who_is_late_is_named_once() -> None:
    clock: Deadlines[str] = Deadlines(Micros(5))
    clock.start("a", Micros(0))
    clock.start("b", Micros(2))
    assert clock.expired(Micros(4)) == []
    assert clock.expired(Micros(5)) == ["a"]
    assert clock.expired(Micros(9)) == ["b"]
    assert clock.expired(Micros(99)) == []


def test_a_clock_can_be_stopped_and_started_anew() -> None:
    clock: Deadlines[str] = Deadlines(Micros(5))
    clock.start("a", Micros(0))
    clock.start("b", Micros(0))
    clock.start("a", Micros(3))
    clock.stop("b")
    clock.stop("never there")
    assert clock.expired(Micros(7)) == []
    assert clock.expired(Micros(8)) == ["a"]


def test_places_run_out_before_files_do() -> None:
    capacity = Capacity.below(20_000)
    assert capacity.most >= 19_300
    assert capacity.most * 0.97 < capacity.again < capacity.most
    assert capacity.place(0) is Place.ROOM
    assert capacity.place(capacity.most) is Place.FULL
    assert capacity.place(capacity.most + capacity.refused) is Place.NONE


@given(st.integers(256, 2_000_000))
def test_files_are_always_left_for_the_worker_itself(files: int) -> None:
    capacity = Capacity.below(files)
    assert 0 <= capacity.again < capacity.most
    assert files - capacity.most - capacity.refused >= 100
