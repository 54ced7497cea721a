"""The stage's beat, on the room's timeline."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.programme.timeline import part_at, starts_at
from fullhouse.stage.beat import MOST_BEHIND, TICK, TICKS_PER_PART, Beat
from fullhouse.units import PART_MICROS, SECOND, Micros

EPOCH = Micros(1_700_000_000 * SECOND)


def at(micros: int) -> Micros:
    return Micros(EPOCH + micros)


def test_a_part_is_sixteen_ticks() -> None:
    assert TICK * TICKS_PER_PART == PART_MICROS


def test_a_stage_begins_with_the_part_after_the_one_being_spoken() -> None:
    """What another stage may have begun is left to it."""
    assert Beat.starting(EPOCH, at(5)).part == 1
    assert Beat.starting(EPOCH, at(PART_MICROS)).part == 2
    assert Beat.starting(EPOCH, at(-5)).part == 0


def test_a_part_is_complete_when_the_next_one_begins() -> None:
    beat = Beat.starting(EPOCH, at(5))
    part = beat.part
    for _ in range(TICKS_PER_PART - 1):
        beat.ticked(beat.due())
    assert beat.due() == starts_at(EPOCH, part) + PART_MICROS
    beat.ticked(beat.due())
    assert (beat.part, beat.place) == (part + 1, 0)


def test_a_tick_over_20_ms_late_is_counted() -> None:
    beat = Beat.starting(EPOCH, at(5))
    beat.ticked(beat.due())
    beat.ticked(Micros(beat.due() + TICK))
    assert beat.late_ticks == 0
    beat.ticked(Micros(beat.due() + TICK + 1))
    assert (beat.ticks, beat.late_ticks) == (3, 1)


def test_a_stage_held_up_for_a_moment_catches_up_tick_by_tick() -> None:
    beat = Beat.starting(EPOCH, at(5))
    now = Micros(beat.due() + MOST_BEHIND)
    assert not beat.skip_ahead(now)
    ticks = 0
    while beat.due() <= now:
        beat.ticked(now)
        ticks += 1
    assert ticks == MOST_BEHIND // TICK + 1
    assert beat.skipped_parts == 0


@given(st.integers(0, 10**9))
def test_a_stage_held_up_for_long_goes_to_the_part_the_clock_is_at(behind: int) -> None:
    beat = Beat.starting(EPOCH, at(5))
    first = beat.part
    now = Micros(beat.due() + behind)
    assert beat.skip_ahead(now) == (behind > MOST_BEHIND)
    if behind > MOST_BEHIND:
        assert (beat.part, beat.place) == (part_at(EPOCH, now), 0)
        assert beat.skipped_parts == beat.part - first
        assert now - beat.due() <= PART_MICROS
