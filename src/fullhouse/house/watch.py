"""A core: what a room's stage says, its silence, and the time, turned into commands."""

from dataclasses import dataclass
from typing import Final

from fullhouse.house.commands import (
    Command,
    DoorsDue,
    EverybodyLeft,
    FallSilent,
    NobodyCame,
    StageBack,
    StageLost,
    StartPassed,
    VoiceHeard,
)
from fullhouse.house.room import Room
from fullhouse.units import SECOND, Micros
from fullhouse.wire import ON_AIR, RoomState, StageNews

SILENT_AFTER: Final = Micros(10 * SECOND)
LOST_AFTER: Final = Micros(2 * SECOND)
DESERTED_AFTER: Final = Micros(600 * SECOND)
NEVER: Final = Micros(0)
ECHO: Final = Micros(SECOND)
"""How long after a room is armed news may still tell of a voice from before."""


LATE_AFTER: Final = Micros(60 * SECOND)
"""From the announced start until it is said that it is late."""
GIVEN_UP_AFTER: Final = Micros(3 * 3_600 * SECOND)
"""From the announced start until a room closes to which nobody comes, where nobody said when."""


def by_clock(room: Room, *, now: Micros) -> Command | None:
    """Return what is due at a planned room by the time alone, once for each plan.

    What has been said stays said, should the clock be set back: only a person plans anew.
    """
    if room.by_voice or room.starts is None or room.doors is None:
        return None
    if room.state is RoomState.SCHEDULED and room.doors <= now:
        return DoorsDue()
    before = room.state in (RoomState.SCHEDULED, RoomState.DOORS)
    if before and not room.late and room.starts + LATE_AFTER <= now:
        return StartPassed()
    return None


@dataclass(slots=True)
class StageWatch:
    """One room's stage as the house knows it.

    Attributes:
        heard_at: when the stage said something, or when the watch began.
        manned_at: when somebody was on stage, or a person asked something of the room.
        news: what the stage said last, or None.
        given_up_after: from the start until doors are closed that nobody comes through to speak.
        seen_at: when somebody who has a seat had a page open.
    """

    heard_at: Micros
    manned_at: Micros
    news: StageNews | None = None
    given_up_after: Micros = GIVEN_UP_AFTER
    seen_at: Micros = NEVER
    _deaf_until: Micros = NEVER

    def hear(self, news: StageNews, *, now: Micros) -> None:
        """Take the stage's news in."""
        if not news.heard or self.news is None or self.news.instance != news.instance:
            self._deaf_until = NEVER
        self.news = news
        self.heard_at = now
        if any(seat.connected for seat in news.seats):
            self.manned_at = now

    def expect(self, *, now: Micros) -> None:
        """Begin to wait for people anew: somebody has asked something of the room."""
        self.manned_at = now

    def see(self, *, now: Micros) -> None:
        """Note that somebody who has a seat is here: with a page open, if not on stage."""
        self.seen_at = now

    def excuse(self, gap: Micros, *, now: Micros) -> None:
        """Hold nothing against the stage that it said while we ourselves slept for `gap`."""
        self.heard_at = Micros(min(now, self.heard_at + gap))
        self.manned_at = Micros(min(now, self.manned_at + gap))
        self.seen_at = Micros(min(now, self.seen_at + gap))

    def present(self, *, now: Micros) -> StageNews | None:
        """Return what the stage said last, or None when that is too long ago."""
        return None if now - self.heard_at > LOST_AFTER else self.news

    def due(self, room: Room, *, now: Micros) -> Command | None:
        """Return the command that the stage's news, or its silence, gives for `room` now."""
        if self._deserted(room, now):
            return EverybodyLeft()
        if room.state in ON_AIR:
            return self._on_air(room, now)
        if not room.armed:
            self._deaf_until = Micros(now + ECHO)
        elif self._begins(now):
            return VoiceHeard()
        return by_clock(room, now=now) or self._missed(room, now)

    def _deserted(self, room: Room, now: Micros) -> bool:
        left_to_itself = room.by_voice or room.state is RoomState.SCHEDULED
        return room.wanted and left_to_itself and now - self.manned_at >= DESERTED_AFTER

    def _missed(self, room: Room, now: Micros) -> Command | None:
        """Doors are closed only when nobody has been here for long: neither seen nor asking."""
        if room.by_voice or room.state is not RoomState.DOORS:
            return None
        begun = max(room.since, room.starts or 0)
        alone = now - max(self.manned_at, self.seen_at) >= DESERTED_AFTER
        return NobodyCame() if alone and now - begun >= self.given_up_after else None

    def _begins(self, now: Micros) -> bool:
        news = self.present(now=now)
        return news is not None and news.heard and now >= self._deaf_until

    def _on_air(self, room: Room, now: Micros) -> Command | None:
        news = self.present(now=now)
        if room.state is RoomState.INTERRUPTED:
            return None if news is None else StageBack()
        if now - self.heard_at > LOST_AFTER:
            return StageLost()
        if news is None:
            return None
        if news.silent_for >= SILENT_AFTER:
            return FallSilent(deserted=not any(seat.connected for seat in news.seats))
        if room.state is RoomState.SILENT and news.heard:
            return VoiceHeard()
        return None
