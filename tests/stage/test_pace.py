"""When a source's frames go out."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.stage.pace import FRAME_MICROS, LATE, RESERVE, Pace
from fullhouse.stage.reservoir import PREFILL
from fullhouse.units import SECOND, Micros

LOUD = -20.0


def test_a_file_sent_at_once_goes_out_in_real_time() -> None:
    """However fast frames come, each is 20 ms after the one before."""
    pace = Pace()
    due = [pace.next_frame(Micros(1000), LOUD) for _ in range(100)]
    assert due == [1000 + RESERVE + index * FRAME_MICROS for index in range(100)]


def test_pages_of_one_second_leave_no_gap() -> None:
    """Bursts, up to 450 ms late each, come out as one frame every 20 ms."""
    pace = Pace()
    due: list[Micros] = []
    for page in range(20):
        late = 450_000 * (page % 2)
        for _ in range(50):
            now = Micros(max(page * SECOND + late, due[-1] if due else 0))
            due.append(pace.next_frame(now, LOUD))
    assert pace.starved == 0
    assert {after - before for before, after in itertools.pairwise(due)} == {FRAME_MICROS}


def test_a_frame_that_is_a_little_late_goes_out_at_once() -> None:
    pace = Pace()
    first = pace.next_frame(Micros(0), LOUD)
    now = Micros(first + FRAME_MICROS + LATE)
    assert pace.next_frame(now, LOUD) <= now
    assert pace.starved == 0


def test_a_process_that_was_held_up_catches_up_without_a_gap() -> None:
    """The stage has enough waiting to bridge it."""
    pace = Pace()
    due = [pace.next_frame(Micros(0), LOUD)]
    held_up = Micros(due[0] + 250_000)
    due += [pace.next_frame(held_up, LOUD) for _ in range(20)]
    assert {after - before for before, after in itertools.pairwise(due)} == {FRAME_MICROS}
    assert LATE < PREFILL * FRAME_MICROS
    assert pace.starved == 0


def test_after_a_stall_there_is_a_new_reserve() -> None:
    pace = Pace()
    pace.next_frame(Micros(0), LOUD)
    now = Micros(10 * SECOND)
    assert pace.next_frame(now, LOUD) == now + RESERVE
    assert pace.starved == 1


def test_a_clock_that_runs_slow_never_starves_where_there_are_pauses() -> None:
    """A source 500 parts in a million too slow, with one quiet frame in ten, for an hour."""
    pace = Pace()
    for index in range(180_000):
        now = Micros(index * FRAME_MICROS * 10_005 // 10_000)
        pace.next_frame(now, -90.0 if index % 10 == 0 else LOUD)
    assert pace.starved == 0


@given(st.lists(st.tuples(st.integers(0, 3 * SECOND), st.floats(-100, 0)), max_size=60))
def test_frames_never_come_closer_than_real_time(steps: list[tuple[int, float]]) -> None:
    pace = Pace()
    now, last = 0, None
    for step, level in steps:
        now += step
        due = pace.next_frame(Micros(now), level)
        assert due <= now + RESERVE + FRAME_MICROS * len(steps)
        assert last is None or due - last >= FRAME_MICROS
        last = due
