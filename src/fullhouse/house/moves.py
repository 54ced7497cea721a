"""A core: the tables of moves. State and command give the next state; a gap is a refusal."""

from collections.abc import Mapping
from typing import Final

from fullhouse.house.commands import (
    CallOff,
    Command,
    DoorsDue,
    End,
    EverybodyLeft,
    FallSilent,
    GoLive,
    NobodyCame,
    OpenDoors,
    Plan,
    SpeakerArrives,
    SpeakerTries,
    StageBack,
    StageLost,
    StandDown,
    StartPassed,
    VoiceHeard,
)
from fullhouse.wire import RoomState

Moves = Mapping[RoomState, Mapping[type[Command], RoomState]]

_S = RoomState
HOSTED: Final[Moves] = {
    _S.SCHEDULED: {
        OpenDoors: _S.DOORS,
        GoLive: _S.DOORS,
        End: _S.ENDED,
        SpeakerArrives: _S.SCHEDULED,
        SpeakerTries: _S.SCHEDULED,
        EverybodyLeft: _S.SCHEDULED,
        StartPassed: _S.SCHEDULED,
        DoorsDue: _S.DOORS,
        Plan: _S.SCHEDULED,
        CallOff: _S.ENDED,
    },
    _S.DOORS: {
        OpenDoors: _S.DOORS,
        GoLive: _S.DOORS,
        End: _S.ENDED,
        SpeakerArrives: _S.DOORS,
        SpeakerTries: _S.DOORS,
        VoiceHeard: _S.LIVE,
        StandDown: _S.DOORS,
        StartPassed: _S.DOORS,
        NobodyCame: _S.ENDED,
        Plan: _S.SCHEDULED,
        CallOff: _S.ENDED,
    },
    _S.LIVE: {
        GoLive: _S.LIVE,
        End: _S.ENDED,
        SpeakerArrives: _S.LIVE,
        SpeakerTries: _S.LIVE,
        VoiceHeard: _S.LIVE,
        FallSilent: _S.SILENT,
        StageLost: _S.INTERRUPTED,
    },
    _S.SILENT: {
        GoLive: _S.SILENT,
        End: _S.ENDED,
        SpeakerArrives: _S.SILENT,
        SpeakerTries: _S.SILENT,
        VoiceHeard: _S.LIVE,
        FallSilent: _S.SILENT,
        StageLost: _S.INTERRUPTED,
    },
    _S.INTERRUPTED: {
        GoLive: _S.INTERRUPTED,
        End: _S.ENDED,
        SpeakerArrives: _S.INTERRUPTED,
        SpeakerTries: _S.INTERRUPTED,
        StageBack: _S.LIVE,
    },
    _S.ENDED: {
        OpenDoors: _S.DOORS,
        GoLive: _S.DOORS,
        End: _S.ENDED,
        Plan: _S.SCHEDULED,
        CallOff: _S.ENDED,
    },
}
"""The life of a room with a start time. What is not here is refused."""

BY_VOICE: Final[Moves] = {
    _S.SCHEDULED: {
        **HOSTED[_S.SCHEDULED],
        SpeakerArrives: _S.DOORS,
        VoiceHeard: _S.LIVE,
    },
    _S.DOORS: {
        **{
            command: state
            for command, state in HOSTED[_S.DOORS].items()
            if command not in (StandDown, NobodyCame)
        },
        EverybodyLeft: _S.SCHEDULED,
    },
    _S.LIVE: {**HOSTED[_S.LIVE], EverybodyLeft: _S.ENDED},
    _S.SILENT: {**HOSTED[_S.SILENT], EverybodyLeft: _S.ENDED},
    _S.INTERRUPTED: {**HOSTED[_S.INTERRUPTED], EverybodyLeft: _S.ENDED},
    _S.ENDED: {**HOSTED[_S.ENDED], SpeakerArrives: _S.DOORS, SpeakerTries: _S.SCHEDULED},
}
"""The life of a room without one: speakers begin and end it as well, so nobody can stand down."""
