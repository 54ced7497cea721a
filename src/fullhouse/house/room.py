"""A core: one room's life: what each command changes. `moves` holds the tables.

A room without a start time begins by voice: whoever comes on stage opens its doors, the first
word makes it live, and it ends by itself when everybody has left. A room with a start time is
its host's: doors, live and end are the host's commands.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final, Self, TypedDict

from fullhouse.errors import Refused
from fullhouse.house.commands import (
    ANYTIME,
    Bar,
    CallBack,
    CallOff,
    CallUp,
    Command,
    End,
    EverybodyLeft,
    GoLive,
    Mute,
    MuteAll,
    NobodyCame,
    Plan,
    PlayHold,
    Renew,
    Retitle,
    SayWhy,
    SetGain,
    Show,
    SpeakerArrives,
    SpeakerTries,
    StandDown,
    StartPassed,
    TakeHands,
    Unbar,
    Unmute,
    VoiceHeard,
)
from fullhouse.house.moves import BY_VOICE, HOSTED
from fullhouse.house.reasons import reason
from fullhouse.house.seatings import called_up, muted_with, turned, without
from fullhouse.house.tokens import Generations, Kind, derive
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import ON_AIR, RoomNews, RoomState, Visibility

MINUTE: Final = 60 * SECOND
BEFORE: Final = frozenset({RoomState.SCHEDULED, RoomState.DOORS})
MOST_BARRED: Final = 1_000
"""Seats that are remembered as barred; the oldest is forgotten."""
ANSWER_WITHIN: Final = Micros(60 * SECOND)
"""How long a hand is asked for before that counts as no answer."""
LEAST_GAIN: Final = -30.0
MOST_GAIN: Final = 12.0
"""Decibels. Further down is what muting is for; further up there is noise, not speech."""


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

_WORDS: Final = {
    RoomState.SCHEDULED: "has not started",
    RoomState.DOORS: "has its doors open",
    RoomState.LIVE: "is live",
    RoomState.SILENT: "is on air",
    RoomState.INTERRUPTED: "is interrupted",
    RoomState.ENDED: "has ended",
}


class WrongState(Refused):
    """The table has no such move."""

    code = "wrong_state"
    status = 409

    def __init__(self, command: Command, state: RoomState) -> None:
        super().__init__(f"A room that {_WORDS[state]} cannot {command.words}.")


class RoomExists(Refused):
    code = "room_exists"
    status = 409
    message = "There is a room of that name already."


class TooManyRooms(Refused):
    code = "too_many_rooms"
    status = 409
    message = "This house has as many rooms as it may have."


@dataclass(frozen=True, slots=True)
class Room:
    """One room as it is. Knows no clock and no network: the caller brings both.

    Attributes:
        by_voice: made without a start time.
        starts: the announced start, or None.
        doors_before: minutes from the doors to the start.
        wanted: a stage should be running for it.
        answer_by: until when each invited hand may answer.
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
    visibility: Visibility = Visibility.PUBLIC
    zone: str = "UTC"
    doors_before: int = 0
    late: bool = False
    why_late: str = ""
    cancelled: bool = False
    schedule: int = 0
    missed: bool = False
    barred: tuple[str, ...] = ()
    invited: tuple[str, ...] = ()
    answer_by: Mapping[str, Micros] = field(default_factory=dict)
    hands_open: bool = True
    hold: str = ""
    generations: Generations = field(default_factory=Generations)

    @classmethod
    def new(cls, slug: RoomSlug, title: str, starts: Micros | None, *, now: Micros) -> Self:
        """Return a room that has just been made: its timeline begins now."""
        by_voice = starts is None
        room = cls(slug, title or slug, now, now, by_voice, starts, armed=by_voice)
        return replace(room, reason=reason(room, None))

    @property
    def doors(self) -> Micros | None:
        """When the doors are to open, or None: there is no plan."""
        if self.starts is None:
            return None
        return _opens(Plan(self.starts, self.zone, self.doors_before))

    def handle(self, command: Command, *, now: Micros) -> tuple[Self, tuple[Event, ...]]:
        """Return the room after `command`, and what has happened; nothing if all was so already.

        Raises:
            WrongState: the table has no such move.
            TooManyMuted, TooManyGains: a seat more than can be remembered, and none is known to
                be gone.
        """
        if isinstance(command, ANYTIME):
            after = self._adjusted(command, now)
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

    def _adjusted(self, command: Command, now: Micros) -> Self:
        match command:
            case Mute(seat, on_stage):
                return self._muted((seat,), on_stage)
            case MuteAll(seats, on_stage):
                return self._muted(seats, on_stage)
            case Unmute(seat):
                return replace(self, muted=without(self.muted, seat))
            case SetGain(seat, gain_db, on_stage):
                return replace(self, gains=turned(self.gains, seat, gain_db, on_stage))
            case Bar(seat):
                return self._without(seat)
            case Unbar(seat):
                return replace(self, barred=without(self.barred, seat))._muted((seat,), None)
            case CallUp(hands):
                return self._asking(called_up(self.invited, hands), hands, now)
            case CallBack(hands):
                return self._asking(without(self.invited, *hands), (), now)
            case _:
                return self._told(command)

    def _muted(self, seats: tuple[str, ...], on_stage: tuple[str, ...] | None) -> Self:
        muted = self.muted
        for seat in seats:
            muted = muted_with(muted, seat, on_stage, self.barred)
        return replace(self, muted=muted)

    def _without(self, seat: str) -> Self:
        """Bar a seat. Whose bar is forgotten comes back muted, so their mute may be, too."""
        barred = (*without(self.barred, seat), seat)
        forgotten = barred[:-MOST_BARRED]
        return replace(self, barred=barred[-MOST_BARRED:], muted=without(self.muted, *forgotten))

    def _asking(self, invited: tuple[str, ...], newly: tuple[str, ...], now: Micros) -> Self:
        """Ask these hands; those who are newly asked have a minute from now."""
        until = {hand: at for hand, at in self.answer_by.items() if hand in invited}
        until |= dict.fromkeys(newly, Micros(now + ANSWER_WITHIN))
        return replace(self, invited=invited, answer_by=until)

    def unanswered(self, *, now: Micros) -> tuple[str, ...]:
        """Return the hands that were asked and have not answered in time."""
        return tuple(one for one in self.invited if self.answer_by.get(one, 0) <= now)

    def _told(self, command: Command) -> Self:
        match command:
            case Retitle(title):
                return replace(self, title=title or self.slug)
            case Renew(kind):
                return replace(self, generations=self.generations.renewed(kind))
            case SayWhy(why):
                after = replace(self, why_late=why)
                return replace(after, reason=reason(after, command))
            case Show(visibility):
                return replace(self, visibility=visibility)
            case TakeHands(on):
                return replace(self, hands_open=on)
            case PlayHold(hold):
                return replace(self, hold=hold)
            case _:
                raise AssertionError(command)

    def _moved(self, command: Command, now: Micros) -> Self:
        try:
            state = (BY_VOICE if self.by_voice else HOSTED)[self.state][type(command)]
        except KeyError:
            raise WrongState(command, self.state) from None
        if isinstance(command, VoiceHeard) and not (self.armed or self.state in ON_AIR):
            raise WrongState(command, self.state)
        if state is self.state is RoomState.ENDED:
            return self
        if isinstance(command, Plan) and self.state is RoomState.DOORS and _opens(command) <= now:
            state = self.state
        begins = state in ON_AIR and self.state not in ON_AIR
        after = replace(
            self,
            state=state,
            since=self.since if state is self.state else now,
            session=self.session + begins,
            armed=_armed(self, state, command),
            wanted=_wanted(self, state, command),
            **_planned(self, state, command, now),
        )
        return replace(after, reason=reason(after, command))

    def news(
        self, house: str = "", key: bytes = b"", edge: str = "", reminds: bool = False
    ) -> RoomNews:
        """Return what edges and stages need to know of the room.

        Args:
            house, edge: their public addresses.
            key: the server's, of which the proof of an invited listener's key is made.
            reminds: the house sends reminders by mail.
        """
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
            listed=self.visibility is Visibility.PUBLIC,
            visibility=self.visibility,
            entry=_entry(self, key),
            starts=self.starts,
            zone=self.zone,
            doors=self.doors,
            late=self.late,
            why_late=self.why_late,
            cancelled=self.cancelled,
            missed=self.missed,
            schedule=self.schedule,
            barred=self.barred,
            invited=self.invited,
            answer_by=dict(self.answer_by),
            hands_open=self.hands_open,
            hold=self.hold,
            house=house,
            listen=f"{edge}/{self.slug}" if edge else "",
            reminds=reminds,
        )


def _opens(plan: Plan) -> Micros:
    return Micros(plan.starts - plan.doors_before * MINUTE)


def _entry(room: Room, key: bytes) -> str:
    """Return the hash of what lets listeners in; empty where all may come."""
    if room.visibility is not Visibility.INVITED:
        return ""
    token = derive(key, Kind.LISTEN, room.slug, room.generations.listen)
    return hashlib.sha256(token.encode()).hexdigest()


class _Planned(TypedDict, total=False):
    by_voice: bool
    starts: Micros | None
    zone: str
    doors_before: int
    late: bool
    why_late: str
    cancelled: bool
    missed: bool
    schedule: int


def _planned(room: Room, state: RoomState, command: Command, now: Micros) -> _Planned:
    """Return what changes about the plan. Ending what has not begun is calling it off."""
    match command:
        case Plan(starts, zone, doors_before):
            return _Planned(
                by_voice=False,
                starts=starts,
                zone=zone,
                doors_before=doors_before,
                late=False,
                why_late="",
                cancelled=False,
                missed=False,
                schedule=room.schedule + (not _is_planned(room, command)),
            )
        case CallOff():
            return _Planned(cancelled=True, late=False, schedule=room.schedule + 1)
        case StartPassed():
            return _Planned(late=True)
        case NobodyCame():
            off = room.starts is not None
            return _Planned(
                cancelled=off, missed=True, late=False, why_late="", schedule=room.schedule + off
            )
        case End() if room.state in BEFORE and room.starts is not None:
            return _Planned(cancelled=True, late=False, schedule=room.schedule + 1)
        case _ if state in ON_AIR or state is RoomState.ENDED:
            return _Planned(late=False, why_late="")
        case _ if room.state is RoomState.ENDED:
            return _again(room, now)
        case _:
            return {}


def _is_planned(room: Room, plan: Plan) -> bool:
    """Tell whether that is what was announced already: who saves twice has moved nothing."""
    announced = (room.starts, room.zone, room.doors_before)
    same = announced == (plan.starts, plan.zone, plan.doors_before)
    return same and room.state is RoomState.SCHEDULED and not room.late


def _again(room: Room, now: Micros) -> _Planned:
    """Return the plan of an ended room whose doors open again: what was to come still is."""
    if room.starts is None:
        return _Planned(cancelled=False, missed=False)
    starts = room.starts if room.cancelled and room.starts > now else None
    return _Planned(starts=starts, cancelled=False, missed=False, schedule=room.schedule + 1)


def _armed(room: Room, state: RoomState, command: Command) -> bool:
    """Tell whether the first voice begins the session: only before one, never once ended."""
    if state not in (RoomState.SCHEDULED, RoomState.DOORS) or isinstance(command, StandDown | Plan):
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
            return room.wanted or isinstance(command, SpeakerArrives | SpeakerTries)
        case _:
            return True
