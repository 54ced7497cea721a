"""Mails are sent: once each, at a pace, again where that failed, and not when overtaken."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fullhouse.clock import Clock
from fullhouse.house import reminders
from fullhouse.house.commands import CallOff, Plan, SayWhy, Show
from fullhouse.house.database import Database, NotStored
from fullhouse.house.links import Origins
from fullhouse.house.post import CLAIM, Post
from fullhouse.house.reminders import Subscriber
from fullhouse.house.reminding import BadAddress, Kind, Mailing, mail_name
from fullhouse.house.rooms import Rooms
from fullhouse.house.tables import MailRow
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import Visibility
from tests.house.mailbox import Mailbox, mail_server

EVENING = RoomSlug("evening")
MINUTE = 60 * SECOND
KEY = b"k" * 32
ORIGINS = Origins("https://ear.example", "https://house.example", "http://source.example")
T = TypeVar("T")


class Hands(Clock):
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = Micros(1_800_000_000 * SECOND)

    def now(self) -> Micros:
        return self.at

    def pass_(self, time: int) -> None:
        self.at = Micros(self.at + time)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def clock() -> Hands:
    return Hands()


class Desk:
    """A house's rooms and post on a database."""

    def __init__(self, database: Database, clock: Hands, mailing: Mailing) -> None:
        self.clock = clock
        self.database = database
        self.rooms = Rooms(database, clock, 10, edge=ORIGINS.edge)
        self.post = Post(self.rooms, clock, mailing, KEY, ORIGINS)

    async def plan(self, minutes: int) -> None:
        """Let the room start in so many minutes."""
        starts = Micros(self.clock.now() + minutes * MINUTE)
        if not self.rooms.has(EVENING):
            await self.rooms.create(EVENING, "An evening", starts)
        else:
            await self.rooms.ask(EVENING, Plan(starts, "Asia/Jakarta"))

    async def subscribe(self, address: str, box: Mailbox, language: str = "en") -> str:
        """Leave an address, open the link in the mail, press its button; return the token."""
        await self.post.subscribe(self.rooms.room(EVENING), address, language)
        await self.post.turn()
        assert box.mails[-1]["To"] == address
        token = box.links()[0].split("/")[4]
        assert await self.post.confirm(token) is not None
        return token

    async def fill(self, count: int) -> None:
        """Let many have confirmed, without mails."""

        def work(session: Session) -> None:
            room = self.rooms.room(EVENING)
            for number in range(count):
                name, at = f"{number:016x}", self.clock.now()
                one = Subscriber(name, EVENING, f"a{number}@ear.example", "en", False)
                reminders.subscribe(session, room, one, now=at)
                reminders.sent(session, mail_name(name, Kind.CONFIRM, 0), now=at)
                reminders.confirm(session, name, now=at)

        await self.database.write(work)


@pytest.fixture
def desk(database: Database, clock: Hands, box: Mailbox) -> Desk:
    return Desk(database, clock, box.mailing())


def subjects(box: Mailbox) -> list[str]:
    return [str(mail["Subject"]) for mail in box.mails]


async def test_from_the_address_to_the_reminder_and_what_changes_between(
    desk: Desk, clock: Hands, box: Mailbox
) -> None:
    """Asked, confirmed, moved, said why, reminded, called off: each mail once."""
    await desk.plan(120)
    await desk.subscribe("ana@ear.example", box)
    await desk.post.turn()
    assert subjects(box) == ["Please confirm your reminder: An evening"]
    await desk.plan(180)
    await desk.rooms.ask(EVENING, SayWhy("The train stands."))
    await desk.post.turn()
    assert len(box.mails) == 1, "a host may move it again within the minute"
    clock.pass_(61 * SECOND)
    await desk.post.turn()
    assert subjects(box)[1:] == ["New time: An evening"]
    assert "The train stands." in box.mails[-1].get_content()
    clock.pass_(163 * MINUTE)
    await desk.post.turn()
    assert len(box.mails) == 2
    clock.pass_(2 * MINUTE)
    for _ in range(3):
        await desk.post.turn()
    assert subjects(box)[2:] == ["An evening starts at 18:00"]
    assert box.links()[0] == "https://ear.example/evening"
    await desk.rooms.ask(EVENING, CallOff())
    await desk.post.turn()
    clock.pass_(61 * SECOND)
    await desk.post.turn()
    assert subjects(box)[3:] == ["Called off: An evening"]


async def test_who_leaves_is_forgotten_and_gets_nothing_more(
    desk: Desk, clock: Hands, box: Mailbox
) -> None:
    await desk.plan(30)
    token = await desk.subscribe("ana@ear.example", box)
    await desk.post.stop(token)
    assert await desk.post.find(token) is None
    await desk.post.stop(token)
    clock.pass_(20 * MINUTE)
    await desk.post.turn()
    assert len(box.mails) == 1
    assert await desk.database.read(lambda session: session.scalars(select(MailRow)).all()) == []


async def test_who_does_not_confirm_is_never_reminded_and_soon_forgotten(
    desk: Desk, clock: Hands, box: Mailbox
) -> None:
    await desk.plan(3 * 24 * 60)
    await desk.post.subscribe(desk.rooms.room(EVENING), "ana@ear.example", "id")
    await desk.post.turn()
    assert subjects(box) == ["Mohon konfirmasi pengingat Anda: An evening"]
    token = box.links()[0].split("/")[4]
    clock.pass_(25 * 60 * MINUTE)
    await desk.post.turn()
    assert await desk.post.find(token) is None
    assert await desk.post.confirm(token) is None
    assert await desk.post.confirm("nothing") is None


async def test_asking_again_writes_again_only_to_who_has_not_confirmed(
    desk: Desk, box: Mailbox
) -> None:
    """Nobody learns by asking whether an address is known."""
    await desk.plan(30)
    room = desk.rooms.room(EVENING)
    await desk.post.subscribe(room, "ana@ear.example", "en")
    await desk.post.turn()
    await desk.subscribe("ana@ear.example", box)
    assert len(box.mails) == 2
    await desk.post.subscribe(room, "ana@ear.example", "en")
    await desk.post.turn()
    assert len(box.mails) == 2
    with pytest.raises(BadAddress):
        await desk.post.subscribe(room, "ana@ear.example\nBcc: x@y.example", "en")


async def test_an_invited_room_sends_its_key_along(desk: Desk, clock: Hands, box: Mailbox) -> None:
    await desk.plan(30)
    await desk.rooms.ask(EVENING, Show(Visibility.INVITED))
    await desk.subscribe("ana@ear.example", box)
    clock.pass_(16 * MINUTE)
    await desk.post.turn()
    assert box.links()[0].startswith("https://ear.example/evening?key=")


async def test_a_mail_that_is_refused_for_now_goes_later_and_one_for_ever_never(
    desk: Desk, clock: Hands, box: Mailbox
) -> None:
    await desk.plan(60)
    await desk.fill(2)
    clock.pass_(46 * MINUTE)
    box.says = ["451 Not now", "550 Nobody of that name"]
    await desk.post.turn()
    assert box.mails == []
    await desk.post.turn()
    clock.pass_(61 * SECOND)
    await desk.post.turn()
    assert len(box.mails) == 1
    mails = select(MailRow.failed).where(MailRow.kind == "reminder")
    failed = await desk.database.read(lambda session: session.scalars(mails).all())
    assert sorted(failed) == ["", "550"]


async def test_a_server_that_is_away_is_left_alone_and_costs_no_mail_a_try(
    desk: Desk, clock: Hands, box: Mailbox
) -> None:
    await desk.plan(60)
    await desk.fill(3)
    clock.pass_(46 * MINUTE)
    box.says = ["421 Going"]
    await desk.post.turn()
    await desk.post.turn()
    assert box.mails == []
    clock.pass_(6 * SECOND)
    await desk.post.turn()
    assert len(box.mails) == 3
    mails = select(MailRow.tries).where(MailRow.kind == "reminder")
    tries = await desk.database.read(lambda session: session.scalars(mails).all())
    assert set(tries) == {1}


async def test_a_house_that_dies_before_it_sends_leaves_the_mail_to_the_next(
    desk: Desk, clock: Hands, box: Mailbox
) -> None:
    """kill -9 between claim and send: at least once."""
    await desk.plan(60)
    await desk.fill(1)
    clock.pass_(46 * MINUTE)
    await desk.database.write(
        lambda session: reminders.write_due(
            session, desk.rooms.room(EVENING), box.mailing(), now=clock.now()
        )
    )
    claimed = await desk.database.write(
        lambda session: reminders.claim(
            session, 9, now=clock.now(), until=Micros(clock.now() + CLAIM)
        )
    )
    assert len(claimed) == 1
    after = Desk(desk.database, clock, box.mailing())
    await after.post.turn()
    assert box.mails == []
    clock.pass_(CLAIM)
    await after.post.turn()
    await after.post.turn()
    assert len(box.mails) == 1


class Dying(Database):
    """A database that its house loses right after a mail has gone out."""

    box: Mailbox | None = None

    def write_now(self, work: Callable[[Session], T]) -> T:
        if self.box is not None and self.box.mails:
            raise NotStored()
        return super().write_now(work)


async def test_a_house_that_dies_right_after_it_sent_sends_twice_and_not_thrice(
    database_url: str, clock: Hands, box: Mailbox
) -> None:
    """Both have one name, so that most mail programs show it once."""
    dying = Dying.open(database_url)
    desk = Desk(dying, clock, box.mailing())
    await desk.plan(60)
    await desk.fill(1)
    clock.pass_(46 * MINUTE)
    dying.box = box
    with pytest.raises(NotStored):
        await desk.post.turn()
    dying.close()
    database = Database.open(database_url)
    after = Desk(database, clock, box.mailing())
    await after.post.turn()
    clock.pass_(CLAIM)
    for _ in range(3):
        await after.post.turn()
        clock.pass_(2 * CLAIM)
    assert len({str(mail["Message-ID"]) for mail in box.mails}) == 1
    assert len(box.mails) == 2
    database.close()


async def test_two_houses_send_each_mail_once(
    database_url: str, clock: Hands, box: Mailbox
) -> None:
    databases = [Database.open(database_url) for _ in range(2)]
    first = Desk(databases[0], clock, box.mailing(per_second=200))
    await first.plan(60)
    await first.fill(60)
    second = Desk(databases[1], clock, box.mailing(per_second=200))
    clock.pass_(46 * MINUTE)
    await asyncio.gather(first.post.turn(), second.post.turn())
    counted = Counter(one[1][0] for one in box.envelopes)
    assert len(counted) == 60
    assert set(counted.values()) == {1}
    for one in databases:
        one.close()


async def test_mails_do_not_all_go_in_one_second(desk: Desk, clock: Hands, box: Mailbox) -> None:
    await desk.plan(60)
    await desk.fill(25)
    clock.pass_(46 * MINUTE)
    slow = Desk(desk.database, clock, box.mailing(per_second=20))
    began = time.monotonic()
    await slow.post.turn()
    assert len(box.mails) == 25
    assert time.monotonic() - began >= 1.2


async def test_many_begin_earlier_so_that_all_are_in_time(
    desk: Desk, clock: Hands, box: Mailbox
) -> None:
    await desk.plan(60)
    await desk.fill(120)
    many = Desk(desk.database, clock, box.mailing(per_second=1))

    def write(session: Session) -> int:
        room = many.rooms.room(EVENING)
        return reminders.write_due(session, room, box.mailing(per_second=1), now=clock.now())

    clock.pass_(42 * MINUTE)
    assert await desk.database.write(write) == 0
    clock.pass_(61 * SECOND)
    assert await desk.database.write(write) == 120
    mails = select(MailRow.due_at).where(MailRow.kind == "reminder")
    dues = await desk.database.read(lambda session: sorted(session.scalars(mails).all()))
    room = many.rooms.room(EVENING)
    assert room.starts is not None
    assert dues[-1] <= room.starts - 15 * MINUTE
    assert dues[-1] - dues[0] >= 110 * SECOND
