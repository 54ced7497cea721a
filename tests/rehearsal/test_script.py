"""Everybody comes in time, in order, and does what their number says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rehearsal.findings import Way
from fullhouse.rehearsal.script import ALL_FOLLOWED, STORM_SECONDS, Script, Story, span

stories = st.sampled_from(list(Story))
counts = st.integers(1, 3_000)
times = st.floats(1, 600)
seeds = st.integers(0, 1_000_000)


@given(stories, counts, times, seeds)
def test_exactly_so_many_come_in_time_and_in_order(
    story: Story, count: int, within: float, seed: int
) -> None:
    script = Script(count, within, 60, story, seed=seed)
    arrivals = script.cast().arrivals
    assert len(arrivals) == count
    assert arrivals == sorted(arrivals)
    assert arrivals[0] >= 0
    assert arrivals[-1] <= within


def test_at_a_launch_most_come_in_two_bursts() -> None:
    """The top of the hour, and the push after the host's post."""
    script = Script(10_000, 100, 60)
    by_tenth = [0] * 10
    for arrival in script.cast().arrivals:
        by_tenth[int(arrival // 10)] += 1
    assert by_tenth[:5] == pytest.approx([300] * 5, abs=2)
    assert by_tenth[5] == pytest.approx(2_333, abs=3)
    assert by_tenth[8] == pytest.approx(3_500, abs=3)


@given(counts, seeds, st.floats(0, 0.6), st.floats(0, 0.4), st.floats(0, 1))
def test_shares_hold_in_small_crowds_too(
    count: int, seed: int, hls: float, stalled: float, pages: float
) -> None:
    script = Script(count, 10, 60, pages=pages, hls=hls, stalled=stalled, seed=seed)
    crowd = script.cast().traits
    for wanted, got in (
        (hls, sum(one.way is Way.HLS for one in crowd)),
        (stalled, sum(one.stalls for one in crowd)),
        (pages, sum(one.page for one in crowd)),
    ):
        assert abs(got - wanted * count) <= 8
    assert not any(one.stalls and (one.followed or one.way is Way.HLS) for one in crowd)


def test_of_a_large_crowd_a_sample_is_followed() -> None:
    small, large = Script(ALL_FOLLOWED, 10, 60), Script(320_000, 10, 60)
    assert all(one.followed for one in small.cast().traits)
    followed = sum(one.followed for one in large.cast().traits)
    assert followed == pytest.approx(10_000, abs=10)


def test_in_a_storm_all_go_at_once_and_are_back_within_seconds() -> None:
    script = Script(500, 10, 60, Story.RETURN_STORM)
    aways = script.cast().aways
    assert aways.keys() == set(range(500))
    assert {away.at for away in aways.values()} == {30.0}
    assert max(away.until - away.at for away in aways.values()) <= STORM_SECONDS


def test_two_of_a_hundred_leave_each_minute_and_come_back() -> None:
    script = Script(10_000, 10, 120)
    aways = script.cast().aways.values()
    assert len(aways) == pytest.approx(400, abs=8)
    assert all(10 <= away.at < 130 and 1 <= away.until - away.at <= 8 for away in aways)


def test_nobody_leaves_by_themselves_when_an_edge_is_killed() -> None:
    script = Script(1_000, 10, 60, Story.EDGE_KILL)
    assert not script.cast().aways


def test_another_seed_makes_another_crowd() -> None:
    one, other = (Script(100, 10, 60, hls=0.5, seed=seed) for seed in (0, 1))
    assert one.cast() != other.cast()
    assert one.cast() == one.cast()


@given(st.integers(1, 9), counts, stories)
def test_shares_of_processes_are_the_whole(of: int, count: int, story: Story) -> None:
    """Each process plays every so manyeth listener, and knows nothing of the others."""
    script = Script(count, 10, 60, story, pages=0.3, hls=0.2, stalled=0.1)
    whole = script.cast()
    for index in range(of):
        own = script.cast(index, of)
        assert own.arrivals == pytest.approx(whole.arrivals[index::of])
        assert own.traits == whole.traits[index::of]
        assert {place * of + index for place in own.aways} <= whole.aways.keys()


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("5m", 300), ("1.5m", 90), ("24h", 86_400)]
)
def test_spans_of_time(text: str, seconds: float) -> None:
    assert span(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "0", "-5s", "0.5s", "25h", "5 m", "1e9", "5d", "m", "٣s", "99999999999"]
)
def test_what_is_no_span_of_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"span|day"):
        span(text)
