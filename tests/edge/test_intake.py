"""Whether newcomers are let in."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.intake import LEAVING, STEPS, Gate, Intake, Step
from fullhouse.edge.limits import Capacity
from fullhouse.units import Micros

CAPACITY = Capacity(100, 5)
NOW = Micros(0)
LATER = Micros(LEAVING)


def full(others: int | None = 0) -> Gate:
    gate = Gate(CAPACITY)
    assert gate.look(100, others, NOW) is Step.FILL
    return gate


def test_the_last_place_makes_it_full_and_a_fiftieth_free_makes_room() -> None:
    gate = full()
    assert gate.full
    assert gate.look(99, 0, NOW) is None
    assert gate.look(98, 0, NOW) is Step.FREE
    assert not gate.full


def test_a_full_worker_leaves_newcomers_to_another_that_listens() -> None:
    gate = full()
    assert gate.look(100, 1, NOW) is Step.PASS_OVER
    assert gate.listening
    assert gate.look(101, 1, Micros(LATER - 1)) is None
    assert gate.look(101, 1, LATER) is Step.CLOSE
    assert not gate.listening
    assert gate.look(98, None, LATER) is Step.LISTEN
    assert not gate.full


def test_the_last_worker_that_listens_stays_and_says_no() -> None:
    gate = full()
    assert gate.look(105, 0, LATER) is None
    assert gate.intake is Intake.REFUSES


def test_one_that_is_away_comes_back_to_say_no_when_nobody_else_does() -> None:
    gate = full()
    gate.look(100, 1, NOW)
    gate.look(100, 1, LATER)
    assert gate.look(100, 1, LATER) is None
    assert gate.look(100, 0, LATER) is Step.REFUSE
    assert gate.full
    assert gate.listening


def test_nobody_leaves_or_comes_back_without_knowing_of_the_others() -> None:
    gate = full()
    assert gate.look(100, None, NOW) is None
    gate.look(100, 1, NOW)
    gate.look(100, 1, LATER)
    assert gate.look(100, None, LATER) is None
    assert gate.intake is Intake.AWAY


@given(
    st.lists(
        st.tuples(st.integers(0, 110), st.none() | st.integers(0, 3), st.integers(0, 2 * LEAVING))
    )
)
def test_every_move_has_its_step(looks: list[tuple[int, int | None, int]]) -> None:
    """And it always ends: with free places it takes newcomers again."""
    gate, now = Gate(CAPACITY), 0
    for connections, others, passed in looks:
        now += passed
        before = gate.intake
        step = gate.look(connections, others, Micros(now))
        assert (step is None) == (before is gate.intake)
        assert step is None or step is STEPS[before, gate.intake]
    for passed in (LEAVING, 2 * LEAVING):
        gate.look(0, 0, Micros(now + passed))
    assert gate.intake is Intake.TAKES
