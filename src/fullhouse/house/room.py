"""A core: one room's life. The table of moves, and what each command changes besides.

A room without a start time begins by voice: whoever comes on stage opens its doors, the first
word makes it live, and it ends by itself when everybody has left. A room with a start time is
its host's: doors, live and end are the host's commands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import ClassVar, Final, Self

from fullhouse.errors import Refused
from fullhouse.house.tokens import Generations, Kind
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import ON_AIR, RoomNews, RoomState

MOST_MUTED: Final = 256
"""Muted seats that are remembered, most of them long gone: no stage has as many."""
MOST_GAINS: Final = 256
"""Seats whose gain is remembered, as many and for the same reason."""
LEAST_GAIN: Final = -30.0
MOST_GAIN: Final = 12.0
"""Decibels. Further down is what muting is for; further up there is noise, not speech."""


@dataclass(frozen=True, slots=True)
class OpenDoors:
    """The host lets listeners hear the hold."""

    words: ClassVar = "open its doors"


@dataclass(frozen=True, slots=True)
class GoLive:
    """The host arms the room: the hold ends at the next word."""

    words: ClassVar = "go live"


@dataclass(frozen=True, slots=True)
class End:
    """The host ends the session; the speakers are let go."""

    words: ClassVar = "end"


@dataclass(frozen=True, slots=True)
class SpeakerArrives:
    """Somebody with a valid key wants to come on stage."""

    words: ClassVar = "take in speakers"


@dataclass(frozen=True, slots=True)
class VoiceHeard:
    """The stage hears somebody speak."""

    words: ClassVar = "be heard"


@dataclass(frozen=True, slots=True)
class FallSilent:
    """The stage has heard nobody for ten seconds."""

    words: ClassVar = "fall silent"
    deserted: bool = False


@dataclass(frozen=True, slots=True)
class StageLost:
    """The stage has not said anything for two seconds."""

    words: ClassVar = "be interrupted"


@dataclass(frozen=True, slots=True)
class StageBack:
    """The stage speaks again."""

    words: ClassVar = "come back"


@dataclass(frozen=True, slots=True)
class EverybodyLeft:
    """Nobody has been on stage for ten minutes."""

    words: ClassVar = "stand empty"


@dataclass(frozen=True, slots=True)
class StartPassed:
    """The announced start is over, and the doors are still shut."""

    words: ClassVar = "be late"


@dataclass(frozen=True, slots=True)
class Mute:
    """A seat's sound is dropped before the mix.

    Attributes:
        on_stage: the seats that somebody has now, or None while that is not known.
    """

    words: ClassVar = "mute a seat"
    seat: str
    on_stage: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Unmute:
    """A person asks for a seat's sound back. The machine never does."""

    words: ClassVar = "unmute a seat"
    seat: str


@dataclass(frozen=True, slots=True)
class SetGain:
    """A seat is turned up or down, in dB; 0 is as it comes.

    Attributes:
        on_stage: as in `Mute`.
    """

    words: ClassVar = "turn a seat up or down"
    seat: str
    gain_db: float
    on_stage: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Retitle:
    """The room is called something else."""

    words: ClassVar = "be renamed"
    title: str


@dataclass(frozen=True, slots=True)
class Renew:
    """A token is replaced; the old one opens nothing any more."""

    words: ClassVar = "renew a key"
    kind: Kind


Command = (
    OpenDoors
    | GoLive
    | End
    | SpeakerArrives
    | VoiceHeard
    | FallSilent
    | StageLost
    | StageBack
    | EverybodyLeft
    | StartPassed
    | Mute
    | Unmute
    | SetGain
    | Retitle
    | Renew
)


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The room went on to another state of its life."""

    was: RoomState
    state: RoomState
    session: int


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """Something else about the room changed; `what` are the names of its fields."""

    what: tuple[str, ...]


Event = StateChanged | RoomChanged

Moves = Mapping[RoomState, Mapping[type[Command], RoomState]]

_S = RoomState
HOSTED: Final[Moves] = {
    _S.SCHEDULED: {
        OpenDoors: _S.DOORS,
        GoLive: _S.DOORS,
        End: _S.ENDED,
        SpeakerArrives: _S.SCHEDULED,
        EverybodyLeft: _S.SCHEDULED,
        StartPassed: _S.SCHEDULED,
    },
    _S.DOORS: {
        OpenDoors: _S.DOORS,
        GoLive: _S.DOORS,
        End: _S.ENDED,
        SpeakerArrives: _S.DOORS,
        VoiceHeard: _S.LIVE,
    },
    _S.LIVE: {
        GoLive: _S.LIVE,
        End: _S.ENDED,
        SpeakerArrives: _S.LIVE,
        VoiceHeard: _S.LIVE,
        FallSilent: _S.SILENT,
        StageLost: _S.INTERRUPTED,
    },
    _S.SILENT: {
        GoLive: _S.SILENT,
        End: _S.ENDED,
        SpeakerArrives: _S.SILENT,
        VoiceHeard: _S.LIVE,
        FallSilent: _S.SILENT,
        StageLost: _S.INTERRUPTED,
    },
    _S.INTERRUPTED: {
        GoLive: _S.INTERRUPTED,
        End: _S.ENDED,
        SpeakerArrives: _S.INTERRUPTED,
        StageBack: _S.LIVE,
    },
    _S.ENDED: {
        OpenDoors: _S.DOORS,
        GoLive: _S.DOORS,
        End: _S.ENDED,
    },
}
"""The life of a room with a start time. What is not here is refused."""

BY_VOICE: Final[Moves] = {
    _S.SCHEDULED: {
        **HOSTED[_S.SCHEDULED],
        SpeakerArrives: _S.DOORS,
        VoiceHeard: _S.LIVE,
    },
    _S.DOORS: {**HOSTED[_S.DOORS], EverybodyLeft: _S.SCHEDULED},
    _S.LIVE: {**HOSTED[_S.LIVE], EverybodyLeft: _S.ENDED},
    _S.SILENT: {**HOSTED[_S.SILENT], EverybodyLeft: _S.ENDED},
    _S.INTERRUPTED: {**HOSTED[_S.INTERRUPTED], EverybodyLeft: _S.ENDED},
    _S.ENDED: {**HOSTED[_S.ENDED], SpeakerArrives: _S.DOORS},
}
"""The life of a room without one: speakers begin and end it as well."""

ANYTIME: Final = (Mute, Unmute, SetGain, Retitle, Renew)
"""What may be asked of a room in every state, and changes none."""


_WORDS: Final = {
    _S.SCHEDULED: "has not started",
    _S.DOORS: "has its doors open",
    _S.LIVE: "is live",
    _S.SILENT: "is on air",
    _S.INTERRUPTED: "is interrupted",
    _S.ENDED: "has ended",
}


class WrongState(Refused):
    """The table has no such move."""

    code = "wrong_state"
    status = 409

    def __init__(self, command: Command, state: RoomState) -> None:
        super().__init__(f"A room that {_WORDS[state]} cannot {command.words}.")


class TooManyMuted(Refused):
    code = "too_many_muted"
    status = 409
    message = "Too many seats are muted. Please try again when the stage is back."


class TooManyGains(Refused):
    code = "too_many_gains"
    status = 409
    message = "Too many seats are turned up or down. Please try again when the stage is back."


@dataclass(frozen=True, slots=True)
class Room:
    """One room as it is. Knows no clock and no network: the caller brings both.

    Attributes:
        by_voice: made without a start time.
        starts: the announced start, or None.
        wanted: a stage should be running for it.
        The others are those of `RoomNews`.
    """

    slug: RoomSlug
    title: str
    epoch: Micros
    since: Micros
    by_voice: bool
    starts: Micros | None = None
    state: RoomState = RoomState.SCHEDULED
    reason: str = ""
    session: int = 0
    revision: int = 1
    armed: bool = False
    wanted: bool = False
    muted: tuple[str, ...] = ()
    gains: Mapping[str, float] = field(default_factory=dict)
    listed: bool = True
    generations: Generations = field(default_factory=Generations)

    @classmethod
    def new(cls, slug: RoomSlug, title: str, starts: Micros | None, *, now: Micros) -> Self:
        """Return a room that has just been made: its timeline begins now."""
        by_voice = starts is None
        room = cls(slug, title or slug, now, now, by_voice, starts, armed=by_voice)
        return replace(room, reason=_reason(room, None))

    def handle(self, command: Command, *, now: Micros) -> tuple[Self, tuple[Event, ...]]:
        """Return the room after `command`, and what has happened; nothing if all was so already.

        Raises:
            WrongState: the table has no such move.
            TooManyMuted, TooManyGains: a seat more than can be remembered, and none is known to
                be gone.
        """
        if isinstance(command, ANYTIME):
            after = self._adjusted(command)
        else:
            after = self._moved(command, now)
        changed = tuple(
            one.name for one in fields(self) if getattr(self, one.name) != getattr(after, one.name)
        )
        if not changed:
            return self, ()
        after = replace(after, revision=self.revision + 1)
        if after.state is not self.state:
            return after, (StateChanged(self.state, after.state, after.session),)
        return after, (RoomChanged(changed),)

    def _adjusted(self, command: Mute | Unmute | SetGain | Retitle | Renew) -> Self:
        match command:
            case Mute(seat, on_stage):
                return replace(self, muted=_muted(self.muted, seat, on_stage))
            case Unmute(seat):
                return replace(self, muted=tuple(one for one in self.muted if one != seat))
            case SetGain(seat, gain_db, on_stage):
                return replace(self, gains=_gains(self.gains, seat, gain_db, on_stage))
            case Retitle(title):
                return replace(self, title=title or self.slug)
            case Renew(kind):
                return replace(self, generations=self.generations.renewed(kind))

    def _moved(self, command: Command, now: Micros) -> Self:
        try:
            state = (BY_VOICE if self.by_voice else HOSTED)[self.state][type(command)]
        except KeyError:
            raise WrongState(command, self.state) from None
        if isinstance(command, VoiceHeard) and not (self.armed or self.state in ON_AIR):
            raise WrongState(command, self.state)
        if state is self.state is RoomState.ENDED:
            return self
        begins = state in ON_AIR and self.state not in ON_AIR
        after = replace(
            self,
            state=state,
            since=self.since if state is self.state else now,
            session=self.session + begins,
            armed=_armed(self, state, command),
            wanted=_wanted(self, state, command),
        )
        return replace(after, reason=_reason(after, command))

    def news(self) -> RoomNews:
        """Return what edges and stages need to know of the room."""
        return RoomNews(
            slug=self.slug,
            title=self.title,
            state=self.state,
            since=self.since,
            reason=self.reason,
            next=self.starts if self.state is RoomState.SCHEDULED else None,
            epoch=self.epoch,
            session=self.session,
            revision=self.revision,
            armed=self.armed,
            wanted=self.wanted,
            muted=self.muted,
            gains=dict(self.gains),
            listed=self.listed,
        )


def _muted(muted: tuple[str, ...], seat: str, on_stage: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the muted seats with one more. Where they are too many, one that is gone is left out.

    Somebody on stage is never left out: the machine unmutes nobody.
    """
    if seat in muted:
        return muted
    if len(muted) < MOST_MUTED:
        return (*muted, seat)
    gone = next((one for one in muted if on_stage is not None and one not in on_stage), None)
    if gone is None:
        raise TooManyMuted()
    return (*(one for one in muted if one != gone), seat)


def _gains(
    gains: Mapping[str, float], seat: str, gain_db: float, on_stage: tuple[str, ...] | None
) -> Mapping[str, float]:
    """Return the gains with one changed; bounded as `_muted`. No gain is none that is kept."""
    others = {one: gain for one, gain in gains.items() if one != seat}
    if not gain_db:
        return others
    if len(others) >= MOST_GAINS:
        gone = next((one for one in others if on_stage is not None and one not in on_stage), None)
        if gone is None:
            raise TooManyGains()
        del others[gone]
    return {**others, seat: gain_db}


def _armed(room: Room, state: RoomState, command: Command) -> bool:
    """Tell whether the first voice begins the session: only before one, never once ended."""
    if state not in (RoomState.SCHEDULED, RoomState.DOORS):
        return False
    return room.by_voice or isinstance(command, GoLive) or room.armed


def _wanted(room: Room, state: RoomState, command: Command) -> bool:
    """Tell whether a stage should run. Before the doors open: while somebody is backstage."""
    match state:
        case RoomState.ENDED:
            return False
        case RoomState.SCHEDULED if isinstance(command, EverybodyLeft):
            return False
        case RoomState.SCHEDULED:
            return room.wanted or isinstance(command, SpeakerArrives)
        case _:
            return True


def _reason(room: Room, command: Command | None) -> str:
    """Return in plain words why the room is in its state, for listeners to read."""
    match room.state:
        case RoomState.SCHEDULED:
            return _reason_to_wait(room, command)
        case RoomState.DOORS if room.armed:
            return "It starts with the first word."
        case RoomState.DOORS:
            return "The doors are open; it starts soon."
        case RoomState.LIVE:
            return "It is live."
        case RoomState.INTERRUPTED:
            return "The sound does not reach us at the moment; it comes back by itself."
        case RoomState.SILENT:
            return _reason_of_silence(room, command)
        case RoomState.ENDED:
            return _reason_of_end(room, command)


def _reason_to_wait(room: Room, command: Command | None) -> str:
    if room.by_voice:
        return "It starts when somebody speaks."
    if isinstance(command, StartPassed):
        return "It was to start by now; the host has not opened the doors yet."
    return room.reason or "It has not started yet."


def _reason_of_silence(room: Room, command: Command | None) -> str:
    if not isinstance(command, FallSilent):
        return room.reason
    if command.deserted:
        return "Nobody is on stage at the moment."
    return "Nobody has spoken for ten seconds."


def _reason_of_end(room: Room, command: Command | None) -> str:
    again = " It starts again when somebody speaks." if room.by_voice else ""
    if isinstance(command, EverybodyLeft):
        return f"Everybody had left the stage.{again}"
    if not room.session:
        return f"The host has called it off.{again}"
    return f"The host has ended it.{again}"
