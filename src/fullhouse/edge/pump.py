"""A shell: wakes each room that somebody listens to when its next part is due.

A room without listeners is not woken: it is advanced when somebody asks for it.
"""

from asyncio import AbstractEventLoop, TimerHandle
from collections import defaultdict
from collections.abc import Callable
from typing import Final

from fullhouse.clock import Clock
from fullhouse.edge.audience import Audience
from fullhouse.edge.containers import RESUME_PARTS
from fullhouse.edge.held import Held
from fullhouse.edge.hls import HELD_AT_MOST
from fullhouse.edge.room import Room
from fullhouse.units import Micros, PartNumber, RoomSlug

SLICE: Final = 128
"""Held requests that are answered between two turns of the loop."""

Answer = Callable[[bool], None]
"""Answers a held request; True: now, False: it has waited too long."""


class Waiting:
    """One held request."""

    __slots__ = ("answer",)

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class Pump:
    """Moves rooms on: parts to the audience, answers to held requests."""

    def __init__(self, loop: AbstractEventLoop, clock: Clock, audience: Audience) -> None:
        self._loop = loop
        self._clock = clock
        self._audience = audience
        self._held: defaultdict[RoomSlug, Held[Waiting]] = defaultdict(Held)
        self._timers: dict[RoomSlug, tuple[Micros, TimerHandle]] = {}

    def turn(self, room: Room) -> Micros:
        """Bring a room up to now, and send out what that decided; return the time."""
        now = self._clock.now()
        decided = room.advance(now)
        slug = room.news.slug
        if decided:
            for format_ in self._audience.formats(slug):
                for number in map(PartNumber, decided[-RESUME_PARTS:]):
                    room.containers.part(format_, number)  # as things are now
                self._audience.advance(slug, format_, room.window.head, room.containers.part)
            if slug in self._held:
                self._answer(self._held[slug].release(room.window.head), True)
                self._answer(self._held[slug].expire(now), False)
        self.watch(room, now)
        return now

    def hold(self, room: Room, until: PartNumber, answer: Answer) -> Waiting | None:
        """Keep a request until a part of its room is decided; None if too many wait already."""
        now = self._clock.now()
        waiting = Waiting(answer)
        deadline = Micros(now + HELD_AT_MOST)
        if not self._held[room.news.slug].hold(waiting, until, deadline):
            return None
        self.watch(room, now)
        return waiting

    def drop(self, slug: RoomSlug, waiting: Waiting) -> None:
        """Forget a held request whose caller has gone."""
        if (held := self._held.get(slug)) is not None:
            held.drop(waiting)

    def watch(self, room: Room, now: Micros) -> None:
        """See that the room is woken in time, for as long as somebody listens.

        The timer moves with the deadline: being woken for nothing costs more than moving it.
        """
        slug, deadline = room.news.slug, room.deadline()
        armed = self._timers.get(slug)
        if armed is not None:
            if armed[0] == deadline:
                return
            armed[1].cancel()
            del self._timers[slug]
        if self._audience.ears(slug) or self._held.get(slug):
            delay = max(0, deadline - now) / 1_000_000
            self._timers[slug] = (deadline, self._loop.call_later(delay, self._wake, room))
            return
        self._held.pop(slug, None)
        if not room.ears():
            room.containers.forget()
            room.hls.forget()

    def _wake(self, room: Room) -> None:
        self._timers.pop(room.news.slug, None)
        self.turn(room)

    def _answer(self, waiting: list[Waiting], ready: bool) -> None:
        """Answer in slices: all players of a room ask for the same part."""
        for one in waiting[:SLICE]:
            one.answer(ready)
        if len(waiting) > SLICE:
            self._loop.call_soon(self._answer, waiting[SLICE:], ready)

    def forget(self, slug: RoomSlug) -> None:
        """Let go of a room that is no more: wake it never, and turn down who waits for it."""
        if (armed := self._timers.pop(slug, None)) is not None:
            armed[1].cancel()
        if (held := self._held.pop(slug, None)) is not None:
            self._answer(held.everything(), False)

    def held(self) -> int:
        """Return how many requests wait."""
        return sum(map(len, self._held.values()))

    def close(self) -> None:
        """Wake nothing any more."""
        for _, timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
