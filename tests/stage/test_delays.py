"""How long packets were under way, compared with each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.stage.delays import HOPELESS, JUMP, TICK, Delays, Ticks
from fullhouse.units import SECOND, Micros


def watched(delays_ms: list[int], ppm: float = 0) -> Delays:
    """Return what is known after packets with these delays; the last was sent at their end."""
    delays = Delays()
    for number, delay in enumerate(delays_ms):
        sent = number * 20_000 * (1 + ppm / 1e6)
        delays.add(Micros(round(SECOND + sent + delay * 1000)), number * 960)
    return delays


def needed(delays: Delays, delay_ms: int) -> float | None:
    """Return the spare time in ms if packet 0 is needed so long after it was sent."""
    spare = delays.spare(Micros(SECOND + delay_ms * 1000), 0)
    return None if spare is None else spare / 1000


def test_a_tick_that_comes_late_was_due_in_time() -> None:
    ticks = Ticks()
    began = ticks.tick(Micros(0))
    due = [ticks.tick(Micros(n * TICK + (9000 if n % 3 else 0))) for n in range(1, 100)]
    assert began == 0
    assert all(abs(at - n * TICK) < 2000 for n, at in enumerate(due, 1))


def test_a_tick_never_comes_early() -> None:
    ticks = Ticks()
    ticks.tick(Micros(15_000))
    assert ticks.tick(Micros(20_000)) == 20_000


def test_ticks_that_stood_still_go_on_from_now() -> None:
    ticks = Ticks()
    ticks.tick(Micros(0))
    assert ticks.tick(Micros(TICK + JUMP + 1)) == TICK + JUMP + 1


def test_the_latest_packet_says_how_much_time_there_is_to_spare() -> None:
    delays = watched([30, 50, 30, 40] * 10)
    assert needed(delays, 80) == 30
    assert needed(delays, 45) == -5


def test_a_single_packet_that_is_later_than_all_others_is_not_waited_for() -> None:
    assert needed(watched([30] * 70 + [90] + [30] * 69), 80) == 50


def test_a_few_packets_say_nothing() -> None:
    assert needed(watched([30] * 5), 80) is None


def test_what_was_more_than_three_seconds_ago_is_forgotten() -> None:
    assert needed(watched([150] * 100 + [30] * 160), 80) == 50


def test_a_packet_that_is_hopelessly_late_is_not_waited_for() -> None:
    assert needed(watched([30] * 50 + [900] * 20), 500) == 500 - 30 - HOPELESS / 1000


def test_the_jitter_is_how_far_delays_are_apart() -> None:
    assert watched([30] * 100).jitter_ms == 0
    assert watched([30, 60] * 50).jitter_ms == 30
    assert Delays().jitter_ms == 0


@pytest.mark.parametrize("ppm", [-300, -20, 0, 300])
def test_the_drift_of_the_clock_is_known_after_some_seconds(ppm: float) -> None:
    """Also if packets come unevenly: the quickest of every two seconds say it."""
    uneven = np.random.default_rng(1).integers(0, 40, 3000)
    assert watched([30] * 3000, ppm).drift_ppm == pytest.approx(-ppm, abs=1)
    assert watched([30 + int(ms) for ms in uneven], ppm).drift_ppm == pytest.approx(-ppm, abs=30)
    assert watched([30] * 200, ppm).drift_ppm == 0


def test_a_sender_that_sets_its_clock_anew_is_measured_anew() -> None:
    delays = watched([30] * 100)
    for number in range(100):
        delays.add(Micros(4 * SECOND + number * 20_000), 10**9 + number * 960)
    spare = delays.spare(Micros(4 * SECOND + 50_000), 10**9)
    assert spare == 50_000


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(-(2**33), 2**33)), max_size=600))
def test_whatever_comes_it_stays_bounded(came: list[tuple[int, int]]) -> None:
    delays = Delays()
    for arrival, stamp in came:
        delays.add(Micros(arrival), stamp)
    assert len(delays._recent) <= 400
    assert delays.jitter_ms >= 0
    assert np.isfinite(delays.drift_ppm)
