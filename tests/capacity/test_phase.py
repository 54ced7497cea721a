"""What a send costs is found again in what was counted, whatever else went out meanwhile."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.capacity.phase import Phase, send_cost

PHASE = Phase(cpu=0.0, seconds=3.0, parts=9, large=3, skipped=0, listeners=100, heard=0)


SIZES = st.integers(1_000, 100_000)
COSTS = st.floats(1, 100)


@given(
    large=st.tuples(SIZES, COSTS),
    usual=st.tuples(SIZES, COSTS),
    parts=st.tuples(st.integers(1, 30), st.integers(0, 30)),
    listeners=st.integers(1, 5_000),
    idle=st.floats(0, 0.3),
)
def test_size_and_cost_are_found_again(
    large: tuple[int, float],
    usual: tuple[int, float],
    parts: tuple[int, int],
    listeners: int,
    idle: float,
) -> None:
    count, others = parts
    cpu = (count * large[1] + others * usual[1]) * listeners / 1e6 + idle * 3.0
    heard = count * large[0] + others * usual[0]
    phase = Phase(cpu, 3.0, sum(parts), count, 0, listeners, heard)
    size, cost = send_cost(phase, idle, usual)
    assert size == large[0]
    assert cost == pytest.approx(large[1], rel=1e-4, abs=1e-3)


def test_a_part_that_passed_somebody_by_was_not_sent_to_them() -> None:
    phase = replace(PHASE, cpu=0.001, parts=3, heard=3_000, skipped=100)
    size, cost = send_cost(phase, 0.0)
    assert size == 1_000
    assert cost == pytest.approx(5.0)


def test_it_is_noticed_when_listeners_do_not_keep_up() -> None:
    assert replace(PHASE, skipped=3).kept_up
    assert not replace(PHASE, skipped=4).kept_up


def test_no_send_is_for_nothing() -> None:
    """However little CPU the kernel counted."""
    assert send_cost(replace(PHASE, heard=9), 0.9)[1] > 0
