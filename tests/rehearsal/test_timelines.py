"""What is drawn of a rehearsal's seconds."""

from dataclasses import replace

import pytest

from fullhouse.rehearsal.findings import Findings
from fullhouse.rehearsal.plots import Plot
from fullhouse.rehearsal.score import judge
from fullhouse.rehearsal.timelines import timelines
from tests.rehearsal import made


def drawn(findings: Findings) -> dict[str, Plot]:
    """Return the figures by title."""
    return {plot.title: plot for plot in timelines(findings, judge(findings))}


@pytest.mark.parametrize("findings", [made.found(), *made.faulty()])
def test_every_second_is_in_every_line(findings: Findings) -> None:
    """A line with fewer would stand beside the others as if it were as long."""
    for plot in drawn(findings).values():
        assert {len(one.values) for one in plot.series} == {len(findings.timeline)}


def test_who_came_stands_above_who_hears_where_somebody_was_turned_away() -> None:
    """The gap between the two lines is what went wrong."""
    came, hear = drawn(made.file_limit(900))["Who came and who hears"].series
    assert (came.values[-1], hear.values[-1]) == (2_000, 900)


def test_who_has_left_on_purpose_is_not_missed() -> None:
    """Churn is no failure: both lines go down."""
    well = made.found()
    seconds = [*well.timeline[:-1], replace(well.timeline[-1], left=40, hearing=1_960)]
    came, hear = drawn(replace(well, timeline=seconds))["Who came and who hears"].series
    assert came.values[-1] == hear.values[-1] == 1_960


def test_what_broke_is_a_level_and_who_was_silent_a_field() -> None:
    """Only what was measured is drawn into what was measured."""
    assert drawn(made.growing(0.005))["Who came and who hears"].mark is None
    mark = drawn(made.file_limit(900))["Who came and who hears"].mark
    assert mark is not None
    assert (mark.level, mark.words) == (900, "broke at 900")
    spans = drawn(made.stopped(40.0))["Who came and who hears"].spans
    assert list(spans) == [(40.0, 60.0, "edge-0 silent")]


def test_bars_are_drawn_where_there_are_some() -> None:
    """How far below its bar a line stays is what it is looked at for."""
    plots = drawn(made.found())
    marks = {title: plot.mark.words for title, plot in plots.items() if plot.mark}
    assert marks == {
        "From the link to first sound, median": "allowed 2 s",
        "Late ourselves by": "allowed 20 ms",
    }
