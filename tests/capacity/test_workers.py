"""What running workers say of themselves is understood, and their troubles are named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.capacity.check import Verdict
from fullhouse.capacity.workers import Worker, listeners, sender, worker, workers_checks

WELL = Worker(bus=True, listeners=7, halt=0.01, turned_away=0, skew=0.05, sender="")
METRICS = """\
fullhouse_edge_skew_seconds{room="a"} 0.02
fullhouse_edge_skew_seconds{room="b"} -1.5
fullhouse_edge_loop_block_seconds 0.25
fullhouse_edge_turned_away_total 3.0
fullhouse_edge_places 19600.0
fullhouse_edge_sender{name="uring"} 1.0
fullhouse_edge_sender{name="write"} 0.0
"""


def test_a_worker_is_read_from_its_health_and_metrics() -> None:
    found = worker({"bus": True, "listeners": 12}, METRICS)
    assert found == Worker(True, 12, 0.25, 3, -1.5, "uring", 19_600)


@pytest.mark.parametrize("health", [{}, {"listeners": "12"}, [], None])
def test_what_is_no_worker_of_ours(health: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="healthz"):
        worker(health, METRICS)


@given(st.text())
def test_no_metrics_make_it_stumble(text: str) -> None:
    assert worker({"listeners": 0}, text).listeners == 0
    assert isinstance(sender(text), str)


def test_all_listeners_are_counted() -> None:
    assert listeners([WELL, None, replace(WELL, listeners=5)]) == 12


def test_well_workers_are_well() -> None:
    (check,) = workers_checks([WELL, WELL])
    assert check.verdict is Verdict.OK
    assert "14 listeners" in check.found


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (None, "1 of 2 workers do not answer"),
        (replace(WELL, bus=False), "the bus does not answer"),
        (replace(WELL, halt=0.3), "stood still for 0.30 s"),
        (replace(WELL, turned_away=1_234), "1,234 connections were turned away"),
    ],
)
def test_each_trouble_is_named(one: Worker | None, says: str) -> None:
    (check,) = workers_checks([WELL, one])
    assert check.verdict is Verdict.WARNING
    assert says in check.found
