"""What was worked out before."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.memo import Memo


def test_what_was_kept_is_found() -> None:
    memo: Memo[str, int] = Memo(3)
    memo.keep("a", 1)
    assert (memo.get("a"), memo.get("b")) == (1, None)
    memo.keep("a", 2)
    assert memo.get("a") == 2


def test_what_is_asked_for_often_stays_among_many_that_come_once() -> None:
    memo: Memo[int, int] = Memo(10)
    memo.keep(-1, 1)
    for number in range(1000):
        memo.keep(number, number)
        assert memo.get(-1) == 1
    assert memo.get(0) is None


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans())))
def test_it_never_grows_beyond_its_bound_and_never_says_what_is_not_so(
    steps: list[tuple[int, bool]],
) -> None:
    memo: Memo[int, int] = Memo(8)
    for key, kept in steps:
        if kept:
            memo.keep(key, key + 100)
            assert memo.get(key) == key + 100
        assert memo.get(key) in (None, key + 100)
        assert len(memo) <= 16
