"""Numbers as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rehearsal import saying
from fullhouse.rehearsal.saying import Unit


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (0, "0 ms"), (0.0452, "45 ms"), (0.12, "0.12 s"), (1.0, "1 s"), (7.68, "7.68 s"),
        (45, "45 s"), (12.34, "12.3 s"), (60, "60 s"), (119.7, "2 min"), (125, "2 min 5 s"),
        (3_600, "1 h"), (3_725, "1 h 2 min 5 s"),
    ],
)  # fmt: skip
def test_times_are_said_in_the_unit_that_fits(time: float, said: str) -> None:
    """Nobody reads 0.045 s or 3725 s."""
    assert saying.seconds(time) == said


@pytest.mark.parametrize(
    ("part", "said"),
    [(0, "0 %"), (0.000_01, "< 0.01 %"), (0.001, "0.1 %"), (0.0123, "1.2 %"), (0.4, "40 %")],
)
def test_shares_are_percent_and_something_is_never_nothing(part: float, said: str) -> None:
    """One lost in a million is not none."""
    assert saying.share(part) == said


@given(st.floats(1e-9, 1))
def test_a_share_above_nothing_is_not_said_as_nothing(part: float) -> None:
    """However small."""
    assert saying.share(part) != "0 %"


def test_rates_bits_and_nouns() -> None:
    """Large numbers have their commas, small rates their tenth, one is not plural."""
    assert (saying.rate(12_345.6), saying.rate(5.0), saying.rate(0.42)) == ("12,346", "5", "0.4")
    assert [saying.bits(n) for n in (64_000, 68e6, 1.25e9)] == [
        "64 kbit/s",
        "68 Mbit/s",
        "1.25 Gbit/s",
    ]
    assert saying.several(1, "listener") == "1 listener"
    assert saying.several(2_000, "listener") == "2,000 listeners"
    assert saying.several(0, "listener") == "0 listeners"


@pytest.mark.parametrize("unit", Unit)
def test_every_unit_can_be_said(unit: Unit) -> None:
    """A figure without words would be a report that fails."""
    assert saying.figure(1.0, unit)
