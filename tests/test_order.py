"""Long tests begin first, each worker has some, and no test is lost."""

from hypothesis import given
from hypothesis import strategies as st

from tests.order import dealt


@given(st.lists(st.sampled_from([0, 0, 0, 20, 60, 80])), st.integers(1, 8))
def test_each_test_runs_once_whatever_the_order(seconds: list[int], workers: int) -> None:
    tests = list(enumerate(seconds))
    ordered = dealt(tests, lambda test: test[1], workers)
    assert sorted(ordered) == tests
    assert [test for test in ordered if not test[1]] == [test for test in tests if not test[1]]


def test_each_worker_begins_with_what_takes_long() -> None:
    seconds = [0] * 5 + [20] + [0] * 5 + [80, 60] + [0] * 7
    ordered = dealt(seconds, float, 4)
    assert [ordered[first] for first in (0, 5, 10, 15)] == [80, 60, 20, 0]


def test_one_worker_takes_the_longest_first() -> None:
    assert dealt([0, 20, 0, 60], float, 1) == [60, 20, 0, 0]
