"""What a rehearsal finds: spreads of what was measured."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rehearsal.findings import Spread


def test_nothing_measured_is_a_spread_of_none() -> None:
    """An empty list is no zero that was measured: its count says so."""
    assert Spread.of([]) == Spread(0, 0.0, 0.0, 0.0, 0.0)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_quantiles_are_measurements_and_stand_in_order(measured: list[float]) -> None:
    """Each quantile is one of the values, and none lies above the next."""
    spread = Spread.of(measured)
    figures = (spread.p50, spread.p95, spread.p99, spread.most)
    assert all(figure in measured for figure in figures)
    assert sorted(figures) == list(figures)
    assert (spread.count, spread.most) == (len(measured), max(measured))


def test_one_in_a_hundred_is_beyond_the_99th() -> None:
    """Of a hundred values the largest alone is above p99's rank."""
    spread = Spread.of([float(value) for value in range(100)])
    assert (spread.p50, spread.p95, spread.p99, spread.most) == (50.0, 95.0, 99.0, 99.0)
