"""When a part is overdue."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.rhythm import PATIENCE, REMEMBERED, SKEW_BOUND, Rhythm
from fullhouse.programme.timeline import starts_at
from fullhouse.units import PART_MICROS, SECOND, Micros, PartNumber

EPOCH = Micros(1_700_000_000 * SECOND)


def end_of(number: int) -> int:
    return starts_at(EPOCH, PartNumber(number + 1))


def arrivals(delay: int, count: int = REMEMBERED) -> Rhythm:
    rhythm = Rhythm()
    for number in range(count):
        rhythm.arrived(EPOCH, PartNumber(number), Micros(end_of(number) + delay))
    return rhythm


def test_before_any_arrival_a_part_is_awaited_a_little_past_its_end() -> None:
    assert Rhythm().deadline(EPOCH, PartNumber(7)) == end_of(7) + PATIENCE


def test_the_deadline_follows_parts_that_always_come_late() -> None:
    """A stage whose clock is behind mutes nobody."""
    rhythm = arrivals(1_500_000)
    assert rhythm.skew == 1_500_000
    assert rhythm.deadline(EPOCH, PartNumber(100)) == end_of(100) + 1_500_000 + PATIENCE


def test_a_burst_of_late_parts_does_not_move_the_deadline() -> None:
    rhythm = arrivals(50_000)
    for number in range(15, 21):
        rhythm.arrived(EPOCH, PartNumber(number), Micros(end_of(21)))
    assert rhythm.skew == 50_000


def test_the_deadline_is_bounded_and_the_skew_is_told_as_it_is() -> None:
    rhythm = arrivals(60_000_000)
    assert rhythm.skew == 60_000_000
    assert rhythm.deadline(EPOCH, PartNumber(0)) == end_of(0) + SKEW_BOUND + PATIENCE


def test_nothing_is_due_before_the_epoch() -> None:
    assert Rhythm().due(EPOCH, Micros(EPOCH - 10 * SECOND)) == 0


@given(st.integers(-10_000_000, 10_000_000), st.integers(0, 10**9), st.integers(0, PART_MICROS))
def test_a_part_is_due_from_its_deadline_on(delay: int, number: int, later: int) -> None:
    """`due` and `deadline` say the same: all below `due` are past their deadlines."""
    rhythm = arrivals(delay, 3)
    now = Micros(starts_at(EPOCH, PartNumber(number)) + later)
    due = rhythm.due(EPOCH, now)
    assert rhythm.deadline(EPOCH, due) > now
    assert due == 0 or rhythm.deadline(EPOCH, PartNumber(due - 1)) <= now
