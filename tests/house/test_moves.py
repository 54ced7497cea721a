"""The tables of moves."""

import pytest

from fullhouse.house.commands import CallOff, Plan, VoiceHeard
from fullhouse.house.moves import BY_VOICE, HOSTED, Moves
from fullhouse.wire import ON_AIR, RoomState


@pytest.mark.parametrize("moves", [HOSTED, BY_VOICE])
def test_a_room_on_air_is_neither_planned_nor_called_off(moves: Moves) -> None:
    assert not any({Plan, CallOff} & moves[state].keys() for state in ON_AIR)


@pytest.mark.parametrize("moves", [HOSTED, BY_VOICE])
def test_only_a_voice_or_a_stage_that_is_back_makes_a_room_live(moves: Moves) -> None:
    into = {
        command.__name__
        for state, row in moves.items()
        if state is not RoomState.LIVE
        for command, after in row.items()
        if after is RoomState.LIVE
    }
    assert into == {"VoiceHeard", "StageBack"}


def test_a_hosts_room_that_has_not_opened_is_never_live_by_voice() -> None:
    assert VoiceHeard not in HOSTED[RoomState.SCHEDULED]
