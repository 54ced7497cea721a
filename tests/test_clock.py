"""The clock is right when it is made, and counts on steadily whatever the wall clock does."""

import time

import pytest

from fullhouse.clock import Clock
from fullhouse.units import SECOND


def test_the_clock_is_the_wall_clock_when_it_is_made() -> None:
    assert abs(Clock().now() - time.time_ns() // 1000) < SECOND


def test_a_wall_clock_that_jumps_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    before = clock.now()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert 0 <= clock.now() - before < SECOND
