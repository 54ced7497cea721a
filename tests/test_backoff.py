"""What ends comes back: at once, then ever more slowly, and never not."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.backoff import BOUND, QUIET, Backoff
from fullhouse.units import SECOND, Micros


def waits(backoff: Backoff, ends: list[int]) -> list[int]:
    return [backoff.failed(Micros(end)) - end for end in ends]


def test_the_first_time_is_at_once_and_then_waits_double() -> None:
    assert waits(Backoff(), [0, 0, 0, 0]) == [0, 200_000, 400_000, 800_000]


def test_a_quiet_minute_is_a_clean_slate() -> None:
    backoff = Backoff()
    waits(backoff, [0, 0, 0])
    later = 400_000 + QUIET
    assert waits(backoff, [later, later]) == [0, 200_000]


def test_less_than_a_quiet_minute_forgives_nothing() -> None:
    backoff = Backoff()
    waits(backoff, [0, 0, 0])
    assert waits(backoff, [400_000 + QUIET - 1]) == [800_000]


@given(st.lists(st.integers(0, 60 * SECOND - 1), min_size=2, max_size=300))
def test_waits_grow_up_to_the_bound_while_it_is_not_quiet(runs: list[int]) -> None:
    """However often it fails: never earlier than now, never shorter than before, never over."""
    backoff, now, seen = Backoff(), 0, []
    for run in runs:
        now += run
        again = backoff.failed(Micros(now))
        seen.append(again - now)
        now = again
    assert all(0 <= before <= after <= BOUND for before, after in pairwise(seen))
