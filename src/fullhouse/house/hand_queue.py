"""A shell: listeners' hands: noted as edges bring them, called up, answered, told to pages.

A hand and its room change in one transaction: who is invited in the room is called in the queue.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from fullhouse.clock import Clock
from fullhouse.errors import Refused
from fullhouse.house import raised
from fullhouse.house.commands import CallBack, CallUp, Command, Mute, TakeHands, Unbar
from fullhouse.house.database import NotStored
from fullhouse.house.hands import Hand, HandState, NotYourHand, Step, WrongHand, hand_of
from fullhouse.house.logbook import HOUSE
from fullhouse.house.members import alter, enter, everybody, new_member_id
from fullhouse.house.membership import NEAR_SEATS, ON_STAGE, Member, must_have_near_seats
from fullhouse.house.raised import Draw, Queue, Taken
from fullhouse.house.roles import Role
from fullhouse.house.room import Room
from fullhouse.house.rooms import Rooms
from fullhouse.house.tables import MemberRow
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import Hands, HandsTaken, HouseNews, RaisedHand, RoomState

TOLD_EVERY: Final = 0.5
"""Seconds between two times that pages hear of a room's hands."""
LOOKED_EVERY: Final = 0.5
"""Seconds between two looks at whose time to answer has run out."""
TRIED_AGAIN_AFTER: Final = 5.0

OnChange = Callable[[RoomSlug, Queue, bool], Awaitable[None]]
"""Is told a room, its hands, and whether it was this house that changed them."""

log = structlog.get_logger()


@dataclass(slots=True)
class _Accepted:
    member: Member | None = None


class HandQueue:
    """The hands of all rooms.

    Attributes:
        on_change: told of a room whose hands have changed, twice a second at the most.
    """

    def __init__(
        self, rooms: Rooms, clock: Clock, key: bytes, near_seats: int = NEAR_SEATS
    ) -> None:
        self._rooms = rooms
        self._database = rooms.database
        self._clock = clock
        self._key = key
        self._near_seats = near_seats
        self._changed: dict[RoomSlug, bool] = {}
        self._ended: set[RoomSlug] = set()
        self._wake = asyncio.Event()
        self.on_change: list[OnChange] = []
        rooms.on_change.append(self._follow)

    async def take(self, payload: bytes) -> bytes:
        """Answer an edge: what became of the hands that it has gathered, once they are safe."""
        batch = Hands.unpack(payload)
        try:
            taken = await self._database.write(lambda session: self._take(session, batch.hands))
        except NotStored:
            log.warning("hands not stored", hands=len(batch.hands))
            taken = [("not_stored", -1)] * len(batch.hands)
        for slug in {one.slug for one, (code, _) in zip(batch.hands, taken, strict=True) if code}:
            self.changed(slug)
        codes, places = zip(*taken, strict=True) if taken else ((), ())
        return HandsTaken(verdicts=codes, places=places).pack()

    def _take(self, session: Session, hands: Sequence[RaisedHand]) -> list[Taken]:
        """Write hands down, room by room; return what became of each, in their order."""
        now = self._clock.now()
        verdicts: dict[int, Taken] = {}
        for slug in sorted({one.slug for one in hands}):
            here = [(at, one) for at, one in enumerate(hands) if one.slug == slug]
            if not self._rooms.has(slug):
                verdicts |= {at: ("unknown_room", -1) for at, _ in here}
                continue
            room = self._rooms.room(slug)
            barred = raised.barred(session, self._key, slug, [one for _, one in here], now)
            let_in = []
            for at, one in here:
                if one.up and (not room.hands_open or room.state is RoomState.ENDED):
                    verdicts[at] = ("hands_closed", -1)
                elif one.up and one.hand in barred:
                    verdicts[at] = ("barred", -1)
                else:
                    let_in.append((at, one))
            taken = raised.take(session, slug, [one for _, one in let_in], now)
            verdicts |= {at: one for (at, _), one in zip(let_in, taken, strict=True)}
        return [verdicts[at] for at in range(len(hands))]

    async def queue(self, slug: RoomSlug) -> Queue:
        """Return a room's hands as pages show them."""
        return await self._database.read(lambda session: raised.queue(session, slug))

    async def draws(self, slug: RoomSlug) -> list[Draw]:
        """Return a room's newest draws."""
        return await self._database.read(lambda session: raised.draws(session, slug))

    async def open(self, slug: RoomSlug, on: bool, by: str) -> None:
        """Take hands, or take none."""
        await self._rooms.ask(slug, TakeHands(on), by)
        self.changed(slug)

    async def invite(self, slug: RoomSlug, hand: str, by: str, *, near: bool = False) -> Hand:
        """Ask a hand's owner to come on stage, or nearer.

        Raises:
            UnknownHand, WrongHand, TooManyCalled: that cannot be.
        """
        return await self._step(slug, hand, Step.CALL, CallUp((hand,)), by, near=near)

    async def lower(self, slug: RoomSlug, hand: str, by: str) -> Hand:
        """Take a hand down; who was asked is not asked any more.

        Raises:
            UnknownHand: there is none of this name.
        """
        return await self._step(slug, hand, Step.LOWER, CallBack((hand,)), by)

    async def _step(
        self,
        slug: RoomSlug,
        hand: str,
        step: Step,
        command: Command,
        by: str,
        *,
        near: bool | None = None,
    ) -> Hand:
        moved: list[Hand] = []

        def work(session: Session, room: Room) -> Room:
            now = self._clock.now()
            moved.append(raised.step(session, slug, hand, step, now, near=near))
            return room.handle(command, now=now)[0]

        await self._rooms.write(slug, work, f"hand_{step.name.lower()}", by, {"hand": hand})
        self.changed(slug)
        return moved[-1]

    async def draw(self, slug: RoomSlug, count: int, by: str) -> Draw:
        """Draw among the hands that are up, and ask those drawn to come on stage.

        Raises:
            NothingToDraw, TooManyCalled: that cannot be.
        """
        made: list[Draw] = []

        def work(session: Session, room: Room) -> Room:
            now = self._clock.now()
            made.append(raised.draw(session, slug, count, by, now))
            return room.handle(CallUp(made[-1].drawn), now=now)[0]

        await self._rooms.write(slug, work, "hands_drawn", by)
        self.changed(slug)
        return made[-1]

    async def accept(self, slug: RoomSlug, hand: str, secret: str) -> Member:
        """Make a member of whoever was asked; a speaker arrives muted.

        Raises:
            NotYourHand: the secret is not the hand's.
            UnknownHand, WrongHand: nobody has asked them.
        """
        _must_own(hand, secret)
        accepted = _Accepted()

        def work(session: Session, room: Room) -> Room:
            now = self._clock.now()
            _let_go(session, slug, hand, now)
            one = raised.step(session, slug, hand, Step.ACCEPT, now)
            member = self._enter(session, slug, one, now)
            commands: list[Command] = [Unbar(member.id), CallBack((hand,))]
            if member.role is not Role.LISTENER:
                commands.append(Mute(member.id))
            for command in commands:
                room = room.handle(command, now=now)[0]
            accepted.member = member
            return room

        await self._rooms.write(slug, work, "hand_accept", "", {"hand": hand})
        self.changed(slug)
        assert accepted.member is not None  # `write` has called `work`
        return accepted.member

    def _enter(self, session: Session, slug: RoomSlug, hand: Hand, now: Micros) -> Member:
        role = Role.LISTENER if hand.near else Role.SPEAKER
        name = hand.name or "Listener"
        if hand.near:
            here = [one for one in everybody(session, slug) if one.hand != hand.hand]
            must_have_near_seats(here, "", self._near_seats)
        wanted = Member(new_member_id(), slug, name, role, now, hand=hand.hand, near=hand.near)
        member = enter(session, wanted, self._key, now=now)
        if member.role is role and member.near is hand.near:
            return member

        def change(before: Member, everybody: Sequence[Member]) -> Member:
            return replace(before.becomes(role, everybody), near=hand.near)

        return alter(session, slug, member.id, change, now=now)

    async def decline(self, slug: RoomSlug, hand: str, secret: str) -> None:
        """Somebody who was asked does not want to come; or has come, and does not want to stay.

        Raises:
            NotYourHand: the secret is not the hand's.
            UnknownHand, WrongHand: nobody has asked them.
        """
        _must_own(hand, secret)

        def work(session: Session, room: Room) -> Room:
            now = self._clock.now()
            if raised.one_hand(session, slug, hand).state is HandState.ON_STAGE:
                _sit_down(session, slug, hand, now)
            raised.step(session, slug, hand, Step.DECLINE, now)
            return room.handle(CallBack((hand,)), now=now)[0]

        await self._rooms.write(slug, work, "hand_decline", "", {"hand": hand})
        self.changed(slug)

    async def moved_back(self, slug: RoomSlug, hand: str) -> None:
        """Somebody sits among the listeners again: their hand is down."""
        now = self._clock.now()
        await self._database.write(
            lambda session: raised.step(session, slug, hand, Step.MOVE_BACK, now)
        )
        self.changed(slug)

    # What pages are told.

    def changed(self, slug: RoomSlug) -> None:
        """Let a room's pages hear of its hands soon, in all houses."""
        self._changed[slug] = True
        self._wake.set()

    def look_again(self, slug: RoomSlug) -> None:
        """Let a room's pages in this house hear of its hands soon."""
        self._changed.setdefault(slug, False)
        self._wake.set()

    async def hear(self, news: HouseNews) -> None:
        """Another house has changed something."""
        if "hands" in news.what:
            self.look_again(news.slug)

    async def _follow(self, room: Room) -> None:
        """A session that has ended leaves no hands behind."""
        if room.state is RoomState.ENDED:
            self._ended.add(room.slug)
            self._wake.set()

    async def run(self) -> None:
        """Tell pages of hands, empty what has ended, and wait no longer for answers; for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._wait_for_answers())
            tasks.create_task(self._keep_up())

    async def _wait_for_answers(self) -> None:
        while True:
            await asyncio.sleep(LOOKED_EVERY)
            now = self._clock.now()
            for room in self._rooms.all():
                if room.unanswered(now=now):
                    try:
                        await self.run_out(room.slug)
                    except Refused as error:
                        log.warning("hands still asked", room=room.slug, why=error.message)
                        await asyncio.sleep(TRIED_AGAIN_AFTER)

    async def run_out(self, slug: RoomSlug) -> None:
        """Ask no longer who has not answered in time: they may raise their hand again."""
        hands = self._rooms.room(slug).unanswered(now=self._clock.now())

        def work(session: Session, room: Room) -> Room:
            now = self._clock.now()
            over = tuple(one for one in room.unanswered(now=now) if one in hands)
            raised.run_out(session, slug, over, now)
            return room.handle(CallBack(over), now=now)[0]

        await self._rooms.write(slug, work, "hands_unanswered", HOUSE, {"hands": list(hands)})
        self.changed(slug)

    async def _keep_up(self) -> None:
        self._ended |= {room.slug for room in self._rooms.all() if room.state is RoomState.ENDED}
        self._wake.set()
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._empty()
                await self._tell()
            except NotStored:
                await asyncio.sleep(TRIED_AGAIN_AFTER)
                self._wake.set()
            await asyncio.sleep(TOLD_EVERY)

    async def _empty(self) -> None:
        while self._ended:
            slug = next(iter(self._ended))
            await self._empty_one(slug)
            self._ended.discard(slug)

    async def _empty_one(self, slug: RoomSlug) -> None:
        room = self._rooms.room(slug)
        if room.state is not RoomState.ENDED:
            return
        if room.invited:
            await self._rooms.ask(slug, CallBack(room.invited), HOUSE)
        gone = await self._database.write(lambda session: raised.empty(session, slug))
        if gone:
            log.info("hands forgotten", room=slug, hands=gone)
            self.changed(slug)

    async def _tell(self) -> None:
        changed, self._changed = self._changed, {}
        for slug, ours in changed.items():
            queue = await self.queue(slug)
            for tell in self.on_change:
                await tell(slug, queue, ours)


def _must_own(hand: str, secret: str) -> None:
    if hand_of(secret) != hand:
        raise NotYourHand()


def _member_of(session: Session, slug: RoomSlug, hand: str) -> MemberRow | None:
    here = select(MemberRow).where(
        MemberRow.room == slug, MemberRow.hand == hand, MemberRow.gone_at.is_(None)
    )
    return session.scalar(here)


def _sit_down(session: Session, slug: RoomSlug, hand: str, now: Micros) -> None:
    """Make a listener again of who came on stage by a hand."""
    row = _member_of(session, slug, hand)
    if row is None or Role(row.role) not in (Role.SPEAKER, Role.LISTENER):
        return  # they have become somebody else since

    def change(member: Member, everybody: Sequence[Member]) -> Member:
        return replace(member.becomes(Role.LISTENER, everybody), near=False)

    alter(session, slug, row.id, change, now=now)


def _let_go(session: Session, slug: RoomSlug, hand: str, now: Micros) -> None:
    """Take the hand down of somebody who has been sent from the stage since.

    Raises:
        WrongHand: so it is: they have to raise it again.
    """
    if raised.one_hand(session, slug, hand).state is not HandState.ON_STAGE:
        return
    row = _member_of(session, slug, hand)
    if row is None or not (row.near or Role(row.role) in ON_STAGE):
        raise WrongHand(Step.ACCEPT, HandState.DOWN)
