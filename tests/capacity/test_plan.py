"""A plan can be relied on: whatever asks for more never needs less."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.capacity.figures import Figures
from fullhouse.capacity.load import BUSY_AT_MOST, CADENCES, CARD_AT_MOST, KBIT
from fullhouse.capacity.plan import Audience, Edge, Limit, as_object, plan
from tests.capacity.made import FIGURES, figures

EDGE = Edge(cores=2.0, gbit=1.0, memory=24_000_000_000, open_files=20_000)
RENDITIONS = st.sampled_from(sorted(KBIT))
AUDIENCES = st.builds(Audience, st.integers(1, 10**9), st.floats(1, 86_400), RENDITIONS)
EDGES = st.builds(
    Edge, st.floats(0.5, 512), st.floats(0.1, 400), st.integers(10**9, 10**13),
    st.integers(256, 1_048_576),
)  # fmt: skip


@given(AUDIENCES, st.integers(1, 10**6), figures(), EDGES)
def test_more_listeners_never_need_less(
    audience: Audience, more: int, some: Figures, edge: Edge
) -> None:
    few = plan(audience, some, edge)
    many = plan(replace(audience, listeners=audience.listeners + more), some, edge)
    assert many.joins >= few.joins
    for less, more_of_it in zip(few.needs, many.needs, strict=True):
        assert more_of_it.cores >= less.cores
        assert more_of_it.workers >= less.workers
        assert more_of_it.gbit >= less.gbit
        assert more_of_it.user >= less.user
        assert more_of_it.kernel >= less.kernel
        assert more_of_it.edges >= less.edges


@given(AUDIENCES, st.floats(1, 100), figures(), EDGES)
def test_who_has_more_time_to_arrive_never_needs_more(
    audience: Audience, times: float, some: Figures, edge: Edge
) -> None:
    quick = plan(audience, some, edge)
    calm = plan(replace(audience, arrive_within=audience.arrive_within * times), some, edge)
    for one, other in zip(quick.needs, calm.needs, strict=True):
        assert other.joining == pytest.approx(one.joining / times)
        assert other.cores <= one.cores * (1 + 1e-9)
        assert other.edges <= one.edges


@given(AUDIENCES, st.floats(1, 100), figures(), EDGES)
def test_larger_machines_are_never_more_machines(
    audience: Audience, times: float, some: Figures, edge: Edge
) -> None:
    larger = replace(edge, cores=edge.cores * times, gbit=edge.gbit * times)
    for one, other in zip(
        plan(audience, some, edge).needs, plan(audience, some, larger).needs, strict=True
    ):
        assert other.edges <= one.edges


@given(AUDIENCES, figures(), EDGES)
def test_what_is_planned_is_enough(audience: Audience, some: Figures, edge: Edge) -> None:
    """No machine is filled beyond its margin, and what binds is what is shortest."""
    for need in plan(audience, some, edge).needs:
        assert need.cores / need.edges <= edge.cores * (1 + 1e-9)
        assert need.gbit / need.edges <= edge.gbit * CARD_AT_MOST * (1 + 1e-9)
        assert need.sending + need.joining <= need.workers * BUSY_AT_MOST
        assert need.shares[need.binds] == max(need.shares.values())
        assert need.per_edge * need.edges >= audience.listeners
        assert need.workers >= need.edges >= 1


@given(AUDIENCES, figures(), EDGES, st.sampled_from(CADENCES))
def test_the_cadence_that_was_asked_for_is_answered(
    audience: Audience, some: Figures, edge: Edge, cadence: int
) -> None:
    made = plan(audience, some, edge, cadence)
    assert made.chosen.cadence == cadence
    assert [need.cadence for need in made.needs] == list(CADENCES)


def test_without_a_cadence_nobody_waits_for_a_twentieth_of_the_machines() -> None:
    """The network binds, as good as the same at each cadence: the quickest is taken."""
    made = plan(Audience(1_000_000, 60, "aac"), FIGURES, EDGE)
    assert made.chosen.cadence == 1
    assert made.chosen.binds is Limit.NETWORK
    roomy = replace(EDGE, gbit=100.0)
    assert plan(Audience(1_000_000, 60, "aac"), FIGURES, roomy).chosen.cadence > 1


def test_a_million_by_hand() -> None:
    """The arithmetic once more, by other means."""
    need = plan(Audience(1_000_000, 60, "opus"), FIGURES, replace(EDGE, gbit=100.0), 30).chosen
    chunk = 30 * (1_280 + 450)
    cost = 16 + (35 - 16) * (chunk - 33_000) / (82_000 - 33_000)
    assert need.chunk == chunk
    assert need.sending == pytest.approx(1_000_000 / 9.6 * cost / 1e6)
    assert need.joining == pytest.approx(1_000_000 / 60 * 2 * 20 / 1e6)
    assert need.workers == 52  # by files: 19,600 places each
    assert need.cores == pytest.approx((need.sending + need.joining + 52 * 0.01) / 0.7)


def test_nobody_is_planned_for_sends_that_edges_do_not_make_by_themselves() -> None:
    """But who asks for such a cadence gets the answer."""
    slow = replace(FIGURES, join=0.0, send_buffer=8_192)
    roomy = replace(EDGE, cores=0.5, gbit=100.0)
    audience = Audience(1_000_000, 60, "aac")
    assert plan(audience, slow, roomy).chosen.cadence == 3
    assert plan(audience, slow, roomy, 30).chosen.cadence == 30


def test_programs_read_all_of_it() -> None:
    told = json.loads(json.dumps(as_object(plan(Audience(5_000, 60, "aac"), FIGURES, EDGE))))
    assert told["listeners"] == 5_000
    assert [need["cadence"] for need in told["needs"]] == list(CADENCES)
    assert told["needs"][0]["shares"].keys() == {limit.value for limit in Limit}
    assert told["margins"]["cores"] == BUSY_AT_MOST
