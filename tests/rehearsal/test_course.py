"""What the seconds say together."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rehearsal.course import (
    hearing_at,
    line_through,
    plateau,
    rate_while_waiting,
    rhythm,
    spacing,
)
from fullhouse.rehearsal.findings import Way
from tests.rehearsal import made


def test_the_rhythm_is_the_announced_cadence_and_at_least_a_segment_for_hls() -> None:
    """Waiting is measured from what a listener was told to expect."""
    well = made.found()
    assert rhythm(well) == 0.32
    assert rhythm(replace(well, cadence=12)) == pytest.approx(3.84)
    assert spacing(replace(well, ways={Way.PUSH: 9, Way.HLS: 1})) == 3.84
    assert spacing(replace(well, ways={Way.PUSH: 9, Way.HLS: 0})) == 0.32


def test_the_rate_of_a_queue_is_told_where_there_was_one() -> None:
    """Nobody waits: no rate, however steadily they come."""
    assert rate_while_waiting(made.found().timeline) == []
    assert set(rate_while_waiting(made.serial(0.2).timeline)) == {5}


def test_who_hears_stays_the_same_at_a_limit() -> None:
    """From the first trouble on; without trouble there is no such thing."""
    assert plateau(made.file_limit())
    assert not plateau(made.found())
    assert not plateau(made.serial())


def test_hearing_is_told_at_any_time() -> None:
    """Before the first second nobody hears, after the last as many as at the end."""
    well = made.found()
    assert [hearing_at(well, at) for at in (-1, 1e9)] == [0, 2_000]


@given(st.floats(0.01, 5), st.floats(0, 5))
def test_a_straight_line_is_found(slope: float, height: float) -> None:
    """Points on a line give that line."""
    found = line_through([(float(x), height + slope * x) for x in range(10)])
    assert found == pytest.approx((slope, height), abs=1e-6)


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(1.0, 1.0), (2.0, 2.0)],
        [(1.0, float(y)) for y in range(9)],
        [(float(x), -float(x)) for x in range(9)],
        [(float(x), 1.0) for x in range(9)],
        [(float(x), float(x % 2)) for x in range(9)],
        [(100.0 + x, float(x)) for x in range(9)],
    ],
)
def test_no_line_where_there_is_none_to_speak_of(points: list[tuple[float, float]]) -> None:
    """Few, narrow, level, falling or scattered points promise nothing."""
    assert line_through(points) is None
