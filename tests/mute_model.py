"""A room with all that may mute somebody, without sockets: the house's rules, the bus, a stage.

The house changes at once; the stage hears of it when the bus delivers, perhaps late or twice.
Each person says a tone of their own, so that the mix tells who is in it.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

import numpy as np

from fullhouse.errors import Refused
from fullhouse.house.commands import (
    Command,
    End,
    GoLive,
    Mute,
    MuteAll,
    OpenDoors,
    SpeakerArrives,
    Unmute,
)
from fullhouse.house.membership import (
    LEADERS,
    Member,
    must_leave_a_host,
    must_reach,
    must_reach_to_move,
    seat_change,
)
from fullhouse.house.roles import Caller, May, Role, must, must_mute
from fullhouse.house.room import Room
from fullhouse.media import Pcm
from fullhouse.stage.desk import Desk
from fullhouse.stage.frame import Frame, Reason
from fullhouse.stage.gate import Gate
from fullhouse.stage.seats import Seats
from fullhouse.units import FRAME_SAMPLES, SECOND, Micros, PartNumber, RoomSlug
from fullhouse.wire import RoomNews

EVENING: Final = RoomSlug("evening")
IDS: Final = ("m-aaaaaaaaaa", "m-bbbbbbbbbb", "m-cccccccccc")
TONES: Final = {"m-aaaaaaaaaa": 500, "m-bbbbbbbbbb": 900, "m-cccccccccc": 1300, "key": 1700}
"""Whole numbers of periods in a frame: so none is in another."""
_AT: Final = np.arange(FRAME_SAMPLES) / 48_000
_WAVES: Final = {who: np.exp(-2j * np.pi * hz * _AT) for who, hz in TONES.items()}
SOUNDS: Final = {
    who: Frame((0.2 * np.sin(2 * np.pi * hz * _AT)).astype(np.float32), Reason.REAL)
    for who, hz in TONES.items()
}
HEARD: Final = 0.2
KEYS: Final = (Caller(Role.OWNER, "admin"), Caller(Role.HOST, "host"), Caller(Role.SPEAKER, "key"))


def loudness(mix: Pcm, who: str) -> float:
    """Return how much of somebody's tone is in a mix."""
    return float(2 * abs(np.mean(mix * _WAVES[who])))


class Model:
    """One room, played by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = Micros(SECOND)
        self.room = Room.new(EVENING, "", None, now=self.now)
        roles = (Role.HOST, Role.COHOST, Role.SPEAKER)
        self.people = {
            one: Member(one, EVENING, "Ana", role, self.now, place=at)
            for at, (one, role) in enumerate(zip(IDS, roles, strict=True))
        }
        self.muted_at = {self.room.revision: frozenset[str]()}
        self.on_the_way: list[RoomNews] = []
        self.made = 0
        self.start_stage()

    # The house.

    def order(self, command: Command, by: str = "") -> None:
        """Give the room a command; whoever is unmuted by it did it themselves."""
        before = set(self.room.muted)
        self.room, _ = self.room.handle(command, now=self.now)
        freed = {one for one in before - set(self.room.muted) if one in IDS}
        assert freed <= {by}, f"{command} unmuted {freed}, asked by {by or 'the machine'}"
        self.muted_at[self.room.revision] = frozenset(self.room.muted)
        self.on_the_way.append(self.room.news())

    def caller(self) -> Caller:
        """Return anybody who may ask: a member, acting perhaps, or a key."""
        at = self.chance.randrange(len(IDS) + len(KEYS))
        if at >= len(IDS):
            return KEYS[at - len(IDS)]
        member = self.people[IDS[at]]
        if member.gone:
            raise Refused("They are gone.")
        acting = member.role is Role.COHOST and self.chance.random() < 0.3
        return member.caller(acting=acting)

    def mute(self) -> None:
        by, seat = self.caller(), self.chance.choice([*IDS, "abc-1"])
        must_mute(by, seat, muted=True)
        self.order(Mute(seat), by.member)

    def unmute(self) -> None:
        by, seat = self.caller(), self.chance.choice([*IDS, "abc-1"])
        must_mute(by, seat, muted=False)
        self.order(Unmute(seat), by.member)

    def unmute_oneself(self) -> None:
        member = self.people[self.chance.choice(IDS)]
        must_mute(member.caller(), member.id, muted=False)
        self.order(Unmute(member.id), member.id)

    def mute_all(self) -> None:
        by = self.caller()
        must(by, May.MUTE)
        self.order(MuteAll(tuple(one for one in IDS if one != by.member)), by.member)

    def _change(self, after: Member) -> None:
        command = seat_change(self.people[after.id], after)
        self.people[after.id] = after
        if command is not None:
            self.order(command)

    def set_role(self) -> None:
        by, whom = self.caller(), self.people[self.chance.choice(IDS)]
        role = self.chance.choice([*Role])
        must(by, May.APPOINT)
        must_reach(by, whom, role)
        if role not in LEADERS:
            must_leave_a_host(self.people.values(), whom)
        self._change(whom.becomes(role, self.people.values()))

    def move_back(self) -> None:
        by, whom = self.caller(), self.people[self.chance.choice(IDS)]
        if by.member != whom.id:
            must(by, May.MOVE)
            must_reach_to_move(by, whom)
        must_leave_a_host(self.people.values(), whom)
        self._change(whom.becomes(Role.LISTENER, self.people.values()))

    def remove(self) -> None:
        by, whom = self.caller(), self.people[self.chance.choice(IDS)]
        must(by, May.REMOVE)
        must_reach_to_move(by, whom)
        must_leave_a_host(self.people.values(), whom)
        self._change(replace(whom, gone=True, near=False))

    def invite_again(self) -> None:
        """Somebody comes by the same account or hand: a speaker, whoever they were."""
        whom = self.people[self.chance.choice(IDS)]
        if whom.gone or whom.role is Role.LISTENER:
            self._change(replace(whom, gone=False, near=False, role=Role.SPEAKER))

    def let_near(self) -> None:
        whom = self.people[self.chance.choice(IDS)]
        if whom.role is Role.LISTENER and not whom.gone:
            self._change(replace(whom, near=not whom.near))

    def run_room(self) -> None:
        commands: tuple[Command, ...] = (OpenDoors(), GoLive(), End())
        self.order(self.chance.choice(commands))

    # The bus.

    def deliver(self) -> None:
        """The stage hears all that is on its way, some of it twice, not always in order."""
        news = [*self.on_the_way, *self.chance.sample(self.on_the_way, len(self.on_the_way) // 2)]
        if self.chance.random() < 0.3:
            self.chance.shuffle(news)
        self.on_the_way.clear()
        for one in news:
            self.obey(one)

    # The stage.

    def start_stage(self) -> None:
        """A stage takes over, with orders that may have been written a while ago."""
        self.seats, self.desk, self.gate = Seats(4, "abc"), Desk(), Gate()
        self.known = -1
        self.sessions: dict[str, tuple[str, str]] = {}
        self.unheard: dict[str, int] = {}
        self.ticks = 0
        self.obey(self.chance.choice([*self.on_the_way, self.room.news()]))

    def obey(self, news: RoomNews) -> None:
        """As `stage.stage` does: the higher revision is true."""
        if news.revision < self.known:
            return
        self.known = news.revision
        self.seats.muted, self.seats.barred = frozenset(news.muted), frozenset(news.barred)
        self.gate.follow(news)
        for session, (_, seat) in tuple(self.sessions.items()):
            if seat in self.seats.barred:
                self._end(session)

    def _end(self, session: str) -> None:
        _, seat = self.sessions.pop(session)
        with suppress(Refused):
            self.seats.leave(self.seats.seat_of(session).seat)
        self.unheard.pop(seat, None)

    def speak(self) -> None:
        """Somebody comes by WHIP: the house says their seat, and its newest news come along."""
        who = self.chance.choice(IDS)
        must(self.people[who].caller(), May.SPEAK)
        if self.people[who].gone:
            raise Refused("They are gone.")
        self.offer(who, who)

    def speak_by_key(self) -> None:
        """A program comes with the room's key; it calls itself as a person does."""
        self.offer("key", self.chance.choice(["", "", "abc-1"]))

    def offer(self, who: str, wish: str) -> None:
        """Somebody comes by WHIP, and names a seat or none."""
        self.order(SpeakerArrives())
        self.obey(self.room.news())
        self.made += 1
        taken = self.seats.take(f"session-{self.made}", wish, "Ana", self.now)
        self.sessions.pop(taken.replaced, None)
        self.sessions[f"session-{self.made}"] = (who, taken.seat)
        assert taken.seat == who if who in IDS else taken.seat not in IDS

    def name_a_seat(self) -> None:
        """A source names somebody's seat."""
        assert not self.seats.keep_source(self.chance.choice(IDS), "Ana", self.now)

    def pause(self) -> None:
        """Nothing comes in for a while; those who are gone too long give their seats up."""
        self.now = Micros(self.now + self.chance.choice([1, 2, 5, 70]) * SECOND)
        for seat in self.seats.vanished(self.now):
            self.unheard.pop(seat.seat, None)

    def leave(self) -> None:
        if self.sessions:
            self._end(self.chance.choice(sorted(self.sessions)))

    def tick(self) -> Pcm:
        """Everybody speaks; nobody is in the mix whom the newest news that the stage has mutes."""
        frames, heard_by = {}, dict[str, str]()
        for session, (who, seat) in self.sessions.items():
            if seat not in self.seats:
                with suppress(Refused):
                    self.seats.take(session, seat, "Ana", self.now)
            if seat in self.seats:
                self.seats.media_came(seat, self.now)
                frames[seat], heard_by[seat] = SOUNDS[who], who
        assert self.seats.muted == self.muted_at[self.known]
        mixed = self.desk.tick(frames, self.seats.muted)
        self.ticks += 1
        self.gate.tick(PartNumber(self.ticks // 16), self.ticks % 16, mixed.began)
        self.now = Micros(self.now + 20_000)
        self._judge(mixed.pcm, heard_by)
        return mixed.pcm

    def _judge(self, mix: Pcm, heard_by: dict[str, str]) -> None:
        """Who is muted since the tick before last has faded out, and is not in the mix.

        A voice that fades in is a little of every tone, so one tenth of a frame may be found.
        """
        silenced = {one for one in IDS if one in self.seats.muted or one not in heard_by}
        for who in IDS:
            self.unheard[who] = self.unheard.get(who, 0) + 1 if who in silenced else 0
            if self.unheard[who] > 1:
                assert loudness(mix, who) < HEARD / 10, f"{who} is heard, and muted or gone"

    def step(self) -> str:
        """Let one thing happen; return what it was. Refusals change nothing."""
        what: Callable[[], object] = self.chance.choice(STEPS).__get__(self)
        before = (self.room, dict(self.people))
        try:
            what()
        except Refused:
            assert (self.room.muted, self.people) == (before[0].muted, before[1])
        return what.__name__


STEPS: Final = (
    Model.mute, Model.mute, Model.unmute, Model.unmute_oneself, Model.mute_all, Model.set_role,
    Model.move_back, Model.remove, Model.invite_again, Model.invite_again, Model.let_near,
    Model.run_room, Model.deliver, Model.deliver, Model.start_stage, Model.speak, Model.speak,
    Model.speak, Model.speak_by_key, Model.name_a_seat, Model.pause, Model.leave, Model.tick,
    Model.tick, Model.tick, Model.tick, Model.tick, Model.tick,
)  # fmt: skip
