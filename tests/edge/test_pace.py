"""How long steps are."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.pace import LEAST, MOST, STEP_TIME, Pace


def test_steps_become_as_long_as_sends_allow() -> None:
    pace = Pace()
    for each in (4e-6, 20e-6, 5e-6):
        for _ in range(60):
            pace.took(pace.size, pace.size * each)
        assert abs(pace.size * each - STEP_TIME) < 0.1 * STEP_TIME


def test_a_slow_step_counts_at_once_and_a_fast_one_little_by_little() -> None:
    pace = Pace()
    usual = pace.size
    pace.took(usual, 10 * STEP_TIME)
    shrunk = pace.size
    assert shrunk < usual / 3
    pace.took(shrunk, 0.0001)
    assert shrunk <= pace.size < usual / 2


def test_a_few_sends_say_nothing() -> None:
    pace = Pace()
    usual = pace.size
    pace.took(1, 1.0)
    pace.took(0, 1.0)
    assert pace.size == usual


@given(st.lists(st.tuples(st.integers(0, 2000), st.floats(0, 10))))
def test_a_step_is_never_empty_and_never_without_bound(steps: list[tuple[int, float]]) -> None:
    pace = Pace()
    for sends, seconds in steps:
        pace.took(sends, seconds)
        assert LEAST <= pace.size <= MOST
