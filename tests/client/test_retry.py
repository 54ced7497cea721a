"""How long to wait."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.client.retry import FIRST, MOST, pause


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_waits_are_scattered_and_bounded(failures: int, chance: float) -> None:
    longest = pause(failures, 1)
    assert longest / 2 <= pause(failures, chance) <= longest <= MOST


def test_waits_grow() -> None:
    assert [pause(n, 1) for n in range(1, 8)] == [FIRST, 0.5, 1, 2, 4, MOST, MOST]
    assert pause(9, 1, most=2) == 2
