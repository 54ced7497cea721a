"""The queue of hands and its rooms: one transaction, and nothing left when a session has ended."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy.orm import Session

from fullhouse.clock import Clock
from fullhouse.house.bans import BanKind, prefix_mark
from fullhouse.house.commands import CallOff, OpenDoors, Plan
from fullhouse.house.database import Database
from fullhouse.house.hand_queue import HandQueue
from fullhouse.house.hands import HandState, WrongHand, hand_of
from fullhouse.house.logbook import newest_link
from fullhouse.house.membership import Member
from fullhouse.house.raised import Queue
from fullhouse.house.roles import Role
from fullhouse.house.room import ANSWER_WITHIN
from fullhouse.house.rooms import Rooms
from fullhouse.house.seatings import MOST_CALLED, TooManyCalled
from fullhouse.house.tables import BanRow, MemberRow
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import Hands, HandsTaken, RaisedHand

DEMO = RoomSlug("demo")
KEY = bytes(32)
SECRET = "a-secret-of-a-page"


class Later(Clock):
    """A clock that a test may put forward."""

    ahead = 0

    def now(self) -> Micros:
        return Micros(super().now() + self.ahead)


class Stand:
    """A database, its rooms and their hands, without bus and sockets."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Later()
        self.rooms = Rooms(database, self.clock, 10, key=KEY)
        self.hands = HandQueue(self.rooms, self.clock, KEY)

    async def take(self, *hands: str, prefix: str = "") -> tuple[str, ...]:
        batch = Hands(
            edge="edge",
            hands=tuple(
                RaisedHand(slug=DEMO, hand=one, name="Ana", prefix=prefix) for one in hands
            ),
        )
        return HandsTaken.unpack(await self.hands.take(batch.pack())).verdicts

    async def arrive(self) -> Member:
        """Raise a hand, be invited, accept."""
        await self.take(hand_of(SECRET))
        await self.hands.invite(DEMO, hand_of(SECRET), "Host")
        return await self.hands.accept(DEMO, hand_of(SECRET), SECRET)


@pytest.fixture
async def stand(database: Database) -> Stand:
    one = Stand(database)
    await one.rooms.create(DEMO, "", None)
    return one


def names(count: int) -> list[str]:
    return [f"{number:016x}" for number in range(count)]


async def test_who_is_invited_is_said_by_the_room_until_they_answer(stand: Stand) -> None:
    hand = hand_of(SECRET)
    await stand.take(hand)
    await stand.hands.invite(DEMO, hand, "Host")
    assert stand.rooms.room(DEMO).invited == (hand,)
    await stand.hands.accept(DEMO, hand, SECRET)
    assert stand.rooms.room(DEMO).invited == ()


async def test_who_does_not_answer_in_a_minute_is_asked_no_longer(stand: Stand) -> None:
    """The host sees it, may ask them again, and they may raise their hand again: at the end."""
    hand, other = hand_of(SECRET), "a" * 16
    await stand.take(hand, other)
    await stand.hands.invite(DEMO, hand, "Host")
    await stand.hands.run_out(DEMO)
    assert stand.rooms.room(DEMO).invited == (hand,), "there is time left"
    stand.clock.ahead = ANSWER_WITHIN
    await stand.hands.run_out(DEMO)
    assert stand.rooms.room(DEMO).invited == ()
    shown = (await stand.hands.queue(DEMO)).hands
    assert [(one.hand, one.state) for one in shown] == [
        (other, HandState.UP),
        (hand, HandState.UNANSWERED),
    ]
    with pytest.raises(WrongHand, match="did not answer in time cannot come on stage"):
        await stand.hands.accept(DEMO, hand, SECRET)
    assert (await stand.hands.draw(DEMO, 5, "Host")).drawn == (other,)
    await stand.hands.invite(DEMO, hand, "Host")
    assert (await stand.hands.accept(DEMO, hand, SECRET)).role is Role.SPEAKER


async def test_who_did_not_answer_and_raises_the_hand_again_is_the_last(stand: Stand) -> None:
    hand, other = hand_of(SECRET), "a" * 16
    await stand.take(hand, other)
    await stand.hands.invite(DEMO, hand, "Host")
    stand.clock.ahead = ANSWER_WITHIN
    await stand.hands.run_out(DEMO)
    await stand.take(hand)
    shown = (await stand.hands.queue(DEMO)).hands
    assert [(one.hand, one.state) for one in shown] == [(other, HandState.UP), (hand, HandState.UP)]


async def test_a_house_that_starts_again_still_knows_who_has_to_answer_by_when(
    stand: Stand,
) -> None:
    """And does it by itself, with a line in the log that names no person."""
    hand = hand_of(SECRET)
    await stand.take(hand)
    await stand.hands.invite(DEMO, hand, "Host")
    again = Stand(stand.database)
    again.clock.ahead = ANSWER_WITHIN
    assert again.rooms.room(DEMO).answer_by.keys() == {hand}
    running = asyncio.create_task(again.hands.run())
    async with asyncio.timeout(10):
        while again.rooms.room(DEMO).invited:  # noqa: ASYNC110 - it looks by itself
            await asyncio.sleep(0.05)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    newest = stand.database.read_now(newest_link)
    assert newest is not None
    assert (newest.line.who, newest.line.what) == ("house", "hands_unanswered")
    assert newest.line.details == {"hands": [hand]}


async def test_where_too_many_are_asked_nobody_more_is_called(stand: Stand) -> None:
    """Queue and room change together or not at all."""
    await stand.take(*names(MOST_CALLED + 2))
    made = await stand.hands.draw(DEMO, MOST_CALLED, "Host")
    (left, _) = set(made.hands) - set(made.drawn)
    with pytest.raises(TooManyCalled):
        await stand.hands.invite(DEMO, left, "Host")
    with pytest.raises(TooManyCalled):
        await stand.hands.draw(DEMO, 1, "Host")
    assert (await stand.hands.queue(DEMO)).count == 2
    assert await stand.hands.draws(DEMO) == [made]


async def test_a_speaker_who_comes_again_has_the_same_seat_and_is_muted(stand: Stand) -> None:
    first = await stand.arrive()
    assert first.id in stand.rooms.room(DEMO).muted

    def move_back(session: Session) -> None:
        row = session.get(MemberRow, first.id)
        assert row is not None
        row.role = Role.LISTENER.value

    stand.database.write_now(move_back)
    with pytest.raises(WrongHand):  # who was moved back does not come again by themselves
        await stand.hands.accept(DEMO, hand_of(SECRET), SECRET)
    await stand.hands.moved_back(DEMO, hand_of(SECRET))
    second = await stand.arrive()
    assert (second.id, second.role) == (first.id, Role.SPEAKER)


async def test_who_leaves_the_stage_is_a_listener_and_may_raise_the_hand_again(
    stand: Stand,
) -> None:
    member = await stand.arrive()
    await stand.hands.decline(DEMO, hand_of(SECRET), SECRET)

    def role(session: Session) -> str:
        row = session.get(MemberRow, member.id)
        return "" if row is None else row.role

    assert stand.database.read_now(role) == Role.LISTENER
    assert await stand.take(hand_of(SECRET)) == ("taken",)
    assert (await stand.hands.queue(DEMO)).count == 1


@pytest.mark.parametrize(("kind", "whom"), [("hand", ""), ("prefix", "192.0.2.0/24")])
async def test_who_is_banned_raises_no_hand(stand: Stand, kind: str, whom: str) -> None:
    hand = hand_of(SECRET)
    mark = prefix_mark(KEY, whom) if whom else hand
    ban = BanRow(
        id="b-1", room=DEMO, kind=BanKind(kind).value, whom=mark, name="", made_by="", made_at=0,
        ends_at=stand.clock.now() + 60 * SECOND,
    )  # fmt: skip
    stand.database.write_now(lambda session: session.add(ban))
    assert await stand.take(hand, prefix="192.0.2.0/24") == ("barred",)
    assert await stand.take("0" * 16, prefix="8.8.8.0/24") == ("taken",)
    stand.clock.ahead = 60 * SECOND
    assert await stand.take(hand, prefix="192.0.2.0/24") == ("taken",), "the ban has run out"


async def test_hands_are_forgotten_though_the_house_was_away_at_the_end(stand: Stand) -> None:
    """The end is found in the database, not in what was heard of it."""
    await stand.take(*names(3))
    await stand.hands.invite(DEMO, names(1)[0], "Host")
    await stand.rooms.ask(DEMO, OpenDoors())
    await stand.rooms.ask(DEMO, CallOff())
    restarted = Stand(stand.database)
    told = asyncio.Queue[Queue](maxsize=10)

    async def tell(_slug: RoomSlug, queue: Queue, _ours: bool) -> None:
        told.put_nowait(queue)

    restarted.hands.on_change.append(tell)
    running = asyncio.create_task(restarted.hands.run())
    async with asyncio.timeout(5):
        queue = await told.get()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert (queue.count, queue.hands) == (0, ())
    assert restarted.rooms.room(DEMO).invited == ()


async def test_hands_go_up_before_the_start_too(stand: Stand) -> None:
    await stand.rooms.ask(DEMO, Plan(Micros(stand.clock.now() + 3_600 * SECOND)))
    assert await stand.take(hand_of(SECRET)) == ("taken",)
