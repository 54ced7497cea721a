"""When a voice is shortened or lengthened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.stage.depth import FLOOR, FRAME, HURRIED, OFTEN, SELDOM, SLACK, Depth
from fullhouse.stage.splice import LONGEST, SHORTEST
from fullhouse.units import Micros

GOOD = Micros(FLOOR + FRAME // 2)


def trims(spare: int, left: int = 0, *, ticks: int = 100, quiet: bool = False) -> list[int]:
    """Return the ticks at which there was a wish; each is fulfilled, and changes nothing."""
    depth, done = Depth(), []
    for tick in range(ticks):
        if depth.wish(Micros(spare), left, quiet=quiet):
            depth.trimmed()
            done.append(tick)
    assert depth.trims == len(done)
    return done


def wish(spare: int, left: int = 0) -> int:
    return Depth().wish(Micros(spare), left, quiet=True)


@pytest.mark.parametrize("spare", [FLOOR - SLACK, GOOD, FLOOR + SLACK + FRAME - 1])
def test_between_the_floor_and_a_frame_above_it_nothing_is_done(spare: int) -> None:
    assert trims(spare) == []


def test_too_little_time_lengthens_and_too_much_shortens() -> None:
    assert wish(FLOOR - SLACK - 1) == LONGEST
    assert wish(FLOOR + SLACK + FRAME) == -LONGEST


def test_what_is_left_over_is_cut_off_if_it_is_worth_it() -> None:
    """It makes the delay longer and nothing safer."""
    assert wish(GOOD, 200) == 0
    assert wish(GOOD, 400) == -400


def test_lengthening_makes_just_one_frame_more() -> None:
    assert wish(0, 0) == LONGEST
    assert wish(0, LONGEST) == 960 - LONGEST
    assert wish(0, 950) == SHORTEST


@pytest.mark.parametrize(
    ("spare", "every"),
    [
        (FLOOR + SLACK + FRAME, SELDOM),
        (FLOOR - SLACK - 1, SELDOM),
        (FLOOR + SLACK + 2 * FRAME, OFTEN),
        (FLOOR + SLACK + 3 * FRAME, HURRIED),
        (-1, HURRIED),
    ],
)
def test_the_more_is_to_be_made_up_the_oftener_it_is_done(spare: int, every: int) -> None:
    done = trims(spare, ticks=3 * SELDOM + 1)
    assert done[:3] == [0, every, 2 * every]


def test_for_mere_drift_it_is_done_once_a_second_at_the_most() -> None:
    assert SELDOM * FRAME == 1_000_000


def test_in_a_pause_it_is_done_at_once() -> None:
    assert trims(FLOOR + SLACK + FRAME, quiet=True) == list(range(100))


@given(st.integers(-(10**7), 10**7), st.integers(0, 6000), st.booleans())
def test_a_wish_is_one_that_a_splice_can_fulfil(spare: int, left: int, quiet: bool) -> None:
    wanted = Depth().wish(Micros(spare), left, quiet=quiet)
    assert wanted == 0 or SHORTEST <= abs(wanted) <= LONGEST
