"""Which filler fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.playing import QUIET_PARTS, Playing, filling
from fullhouse.wire import ON_AIR, RoomState


def test_open_doors_play_the_hold() -> None:
    assert filling(RoomState.DOORS, 0, 5) == [(Playing.HOLD, 5)]


@pytest.mark.parametrize("state", [RoomState.SCHEDULED, RoomState.ENDED])
def test_a_room_without_a_session_is_silent(state: RoomState) -> None:
    assert filling(state, 1000, 5) == [(Playing.SILENCE, 5)]


@pytest.mark.parametrize("state", sorted(ON_AIR))
def test_a_gap_on_air_is_silent_for_three_seconds_and_then_holds(state: RoomState) -> None:
    assert 2.5 <= QUIET_PARTS * 0.32 <= 3.0
    assert filling(state, 0, 20) == [
        (Playing.SILENCE, QUIET_PARTS),
        (Playing.HOLD, 20 - QUIET_PARTS),
    ]
    assert filling(state, QUIET_PARTS - 1, 1) == [(Playing.SILENCE, 1)]
    assert filling(state, QUIET_PARTS, 1) == [(Playing.HOLD, 1)]


@given(st.sampled_from(RoomState), st.integers(0, 10**6), st.integers(1, 10**6))
def test_filling_at_once_or_part_by_part_is_the_same(
    state: RoomState, gap: int, count: int
) -> None:
    """A room that was looked at late holds what it would hold had somebody looked."""
    runs = filling(state, gap, count)
    assert sum(length for _, length in runs) == count
    at = gap
    for playing, length in runs:
        assert filling(state, at, 1) == [(playing, 1)]
        assert filling(state, at + length - 1, 1) == [(playing, 1)]
        at += length
