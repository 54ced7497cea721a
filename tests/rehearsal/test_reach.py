"""The first thing that breaks, or would, and at how many listeners."""

from dataclasses import replace

import pytest

from fullhouse.rehearsal.findings import Trouble
from fullhouse.rehearsal.reach import NAMES, NETWORK
from fullhouse.rehearsal.score import judge
from fullhouse.rehearsal.verdict import Kind
from tests.rehearsal import made


def test_what_broke_is_measured_with_the_number_that_were_hearing() -> None:
    """No assumption is needed for what has been seen."""
    limit = judge(made.file_limit(900)).limit
    assert (limit.at, limit.measured, limit.assumption) == (900, True, "")
    assert limit.sentence == (
        "The files that an edge worker may open: it began when 900 were hearing."
    )


def test_a_queue_breaks_where_first_sound_passes_its_bar() -> None:
    """Five in a second are served in time until ten wait."""
    limit = judge(made.serial(0.2)).limit
    assert limit.measured
    assert limit.at is not None
    assert limit.at <= 30


def test_a_stopped_worker_is_no_matter_of_how_many() -> None:
    """It would have stopped with half as many, too."""
    limit = judge(made.stopped(40.0)).limit
    assert (limit.at, limit.measured) == (None, True)
    assert limit.sentence == (
        "An edge worker stopped. 2,000 were hearing then; it is no matter of how many."
    )


def test_a_proxy_that_buffers_does_so_from_the_first_listener_on() -> None:
    """A rehearsal with one would have shown it."""
    assert judge(made.buffered()).limit.at == 1


def test_everything_that_can_break_has_a_name() -> None:
    """All kinds but those that are about the rehearsal itself."""
    own = {Kind.OWN_LAG, Kind.OWN_LIMIT, Kind.STOPPED_EARLY}
    assert set(NAMES) == set(Kind) - own


def test_what_harms_listeners_inside_breaks_at_the_first_of_them() -> None:
    """Counted when its trouble came first."""
    assert judge(made.behind()).limit.at == 1_500
    ended = {"troubles": {Trouble.ENDED: 30}, "first_trouble": {Trouble.ENDED: 77}}
    assert judge(replace(made.found(), **ended)).limit.at == 77  # type: ignore[arg-type]  # a table


def test_without_a_trend_nothing_is_foretold() -> None:
    """A report that invents a limit is worse than one that knows none."""
    limit = judge(made.found()).limit
    assert (limit.at, limit.measured) == (None, False)
    assert limit.sentence.startswith("Not found: up to 2,000 listeners nothing broke")


def test_first_sound_that_grows_with_arrivals_is_carried_on() -> None:
    """Marked as extrapolated, with what has to be so for it to hold."""
    limit = judge(made.growing(0.005)).limit
    peak = max(made.arrivals(2_000))
    assert not limit.measured
    assert limit.at == pytest.approx(2_000 * (1.98 / 0.005) / peak, rel=0.01)
    assert limit.assumption.startswith("first sound goes on growing with arrivals")


def test_nothing_is_carried_on_beyond_ten_times_what_was_measured() -> None:
    """So far a straight line is a guess."""
    assert judge(made.growing(0.0003)).limit.at is None


def test_the_crowds_own_lag_is_a_limit_of_the_rehearsal() -> None:
    """Told as such: it says nothing of the server."""
    well = made.found()
    seconds = [replace(second, lag=second.hearing * 2e-6) for second in well.timeline]
    limit = judge(replace(well, timeline=seconds)).limit
    assert limit.at == pytest.approx(10_000, rel=0.02)
    assert "the rehearsal void" in limit.sentence


def test_the_network_is_a_limit_where_its_speed_is_known() -> None:
    """68 kbit/s for each listener on a line of 1 Gbit/s, less what packets' headers take."""
    well = made.found()
    known = replace(well, hardware={**well.hardware, NETWORK: 1_000})
    limit = judge(known).limit
    assert limit.at == 13_235
    assert "1 Gbit/s" in limit.sentence
    assert "68 kbit/s" in limit.assumption


def test_the_nearest_limit_is_told() -> None:
    """What would break first, and not what is most interesting."""
    grown = made.growing(0.005)
    known = replace(grown, hardware={NETWORK: 200})
    assert judge(known).limit.at == 2_647
    assert (judge(grown).limit.at or 0) > 2_647
