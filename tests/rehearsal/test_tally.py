"""Very many measurements in little room, right to a percent or so."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rehearsal.findings import Spread
from fullhouse.rehearsal.tally import LEAST, Tally

waits = st.lists(st.floats(0, 1_000), min_size=1, max_size=200)


@given(waits)
def test_quantiles_are_right_to_a_step(measured: list[float]) -> None:
    tally = Tally()
    for one in measured:
        tally.add(one)
    right, got = Spread.of(measured), tally.spread()
    assert (got.count, got.most) == (right.count, right.most)
    for name in ("p50", "p95", "p99"):
        assert getattr(got, name) == pytest.approx(getattr(right, name), rel=0.021, abs=LEAST)


@given(waits, waits)
def test_what_two_have_counted_adds_up(one: list[float], other: list[float]) -> None:
    """Through a pipe, as JSON."""
    together, parts = Tally(), Tally()
    for measured in (one, other):
        counted = Tally()
        for wait in measured:
            counted.add(wait)
            together.add(wait)
        parts.put(json.loads(json.dumps(counted.take())))
        assert counted.take() == ({}, 0.0)
    assert parts.spread() == together.spread()


def test_nothing_counted_is_nothing() -> None:
    assert Tally().spread() == Spread()
