"""A core: what can be asked of a room, by people and by what the machine notices.

Each says in `words` what a room does that does it, for refusals.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from fullhouse.house.tokens import Kind
from fullhouse.units import Micros
from fullhouse.wire import Visibility


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
class SpeakerTries:
    """Somebody with a valid key tries their way to the stage, with nothing but silence."""

    words: ClassVar = "be tried out"


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
    """A minute has gone by since the announced start, and it is not on air."""

    words: ClassVar = "be late"


@dataclass(frozen=True, slots=True)
class NobodyCame:
    """The doors have been open for hours past the start, and nobody came to speak."""

    words: ClassVar = "be given up"


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
class MuteAll:
    """Several seats' sound is dropped before the mix, all at once.

    Attributes:
        on_stage: as in `Mute`.
    """

    words: ClassVar = "mute all"
    seats: tuple[str, ...]
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


@dataclass(frozen=True, slots=True)
class StandDown:
    """The host is not ready after all: the hold stays, whoever speaks."""

    words: ClassVar = "stand down"


@dataclass(frozen=True, slots=True)
class DoorsDue:
    """The time has come at which the doors were to open."""

    words: ClassVar = "open its doors"


@dataclass(frozen=True, slots=True)
class Plan:
    """The room gets a start, or another one.

    Attributes:
        zone: the IANA time zone in which people read the start.
        doors_before: minutes from the doors to the start.
    """

    words: ClassVar = "be planned"
    starts: Micros
    zone: str = "UTC"
    doors_before: int = 0


@dataclass(frozen=True, slots=True)
class CallOff:
    """The planned session does not take place."""

    words: ClassVar = "be called off"


@dataclass(frozen=True, slots=True)
class SayWhy:
    """The host says why it is late; empty: nothing."""

    words: ClassVar = "say why"
    why: str


@dataclass(frozen=True, slots=True)
class Show:
    """Who finds the room, and who gets in."""

    words: ClassVar = "be shown"
    visibility: Visibility


@dataclass(frozen=True, slots=True)
class Bar:
    """A seat may not be taken any more; who has it is let go."""

    words: ClassVar = "bar a seat"
    seat: str


@dataclass(frozen=True, slots=True)
class Unbar:
    """A seat may be taken again. Whoever comes back to it is muted until they say otherwise."""

    words: ClassVar = "let a seat back"
    seat: str


@dataclass(frozen=True, slots=True)
class CallUp:
    """Hands are asked to come on stage; their owners hear of it in the sound."""

    words: ClassVar = "invite listeners"
    hands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallBack:
    """Hands are not asked any more, or have answered."""

    words: ClassVar = "take back an invitation"
    hands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakeHands:
    """Whether listeners may raise their hands."""

    words: ClassVar = "take hands"
    on: bool


@dataclass(frozen=True, slots=True)
class PlayHold:
    """What plays while the room waits: a file's SHA-256, or empty for ours."""

    words: ClassVar = "play a hold"
    hold: str


Command = (
    OpenDoors
    | GoLive
    | End
    | SpeakerArrives
    | SpeakerTries
    | VoiceHeard
    | FallSilent
    | StageLost
    | StageBack
    | EverybodyLeft
    | StartPassed
    | NobodyCame
    | Mute
    | MuteAll
    | Unmute
    | SetGain
    | Retitle
    | Renew
    | StandDown
    | DoorsDue
    | Plan
    | CallOff
    | SayWhy
    | Show
    | Bar
    | Unbar
    | CallUp
    | CallBack
    | TakeHands
    | PlayHold
)

ANYTIME: Final = (
    Mute, MuteAll, Unmute, SetGain, Retitle, Renew, SayWhy, Show, Bar, Unbar, CallUp, CallBack,
    TakeHands, PlayHold,
)  # fmt: skip
"""What may be asked of a room in every state, and changes none."""
