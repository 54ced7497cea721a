"""Requests that wait."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.held import Held
from fullhouse.units import Micros, PartNumber


def hold(held: Held[str], ticket: str, until: int, deadline: int = 100) -> bool:
    return held.hold(ticket, PartNumber(until), Micros(deadline))


def test_a_ticket_is_released_once_its_part_is_decided() -> None:
    held: Held[str] = Held()
    hold(held, "a", 5)
    hold(held, "b", 6)
    assert held.release(PartNumber(5)) == []
    assert held.release(PartNumber(6)) == ["a"]
    assert held.release(PartNumber(9)) == ["b"]
    assert len(held) == 0


def test_a_ticket_that_was_dropped_is_not_released() -> None:
    held: Held[str] = Held()
    hold(held, "a", 5)
    held.drop("a")
    assert held.release(PartNumber(9)) == []
    assert held.expire(Micros(1000)) == []


def test_a_ticket_expires_at_its_deadline_and_never_twice() -> None:
    held: Held[str] = Held()
    hold(held, "a", 5, deadline=10)
    hold(held, "b", 5, deadline=20)
    assert held.expire(Micros(9)) == []
    assert held.expire(Micros(10)) == ["a"]
    assert held.release(PartNumber(9)) == ["b"]
    assert held.expire(Micros(99)) == []


def test_everything_can_be_let_go() -> None:
    held: Held[str] = Held()
    hold(held, "a", 5)
    hold(held, "b", 9)
    held.drop("a")
    assert held.everything() == ["b"]
    assert (len(held), held.release(PartNumber(99)), held.expire(Micros(999))) == (0, [], [])


def test_the_table_is_bounded() -> None:
    held: Held[str] = Held(most=2)
    assert [hold(held, name, 5) for name in "abc"] == [True, True, False]
    held.drop("a")
    assert hold(held, "d", 5)


@given(
    st.lists(st.tuples(st.sampled_from(["hold", "drop", "release", "expire"]), st.integers(0, 9)))
)
def test_every_ticket_has_one_end(steps: list[tuple[str, int]]) -> None:
    held: Held[int] = Held(most=5)
    waiting: set[int] = set()
    for at, (step, number) in enumerate(steps):
        if step == "hold" and held.hold(at, PartNumber(number), Micros(at + 5)):
            waiting.add(at)
        elif step == "drop" and waiting:
            held.drop(min(waiting))
            waiting.remove(min(waiting))
        elif step in ("release", "expire"):
            done = (
                held.release(PartNumber(number)) if step == "release" else held.expire(Micros(at))
            )
            assert set(done) <= waiting
            assert len(set(done)) == len(done)
            waiting -= set(done)
        assert len(held) == len(waiting) <= 5
    assert set(held.release(PartNumber(100))) == waiting
