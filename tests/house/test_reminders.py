"""Addresses and mails in the database. What follows from them is in test_post."""

import pytest

from fullhouse.house import reminders
from fullhouse.house.database import Database
from fullhouse.house.reminders import Subscriber, TooManyReminders
from fullhouse.house.reminding import ASKED_FOR, Mailing
from fullhouse.house.room import Room
from fullhouse.house.store import add
from fullhouse.units import SECOND, Micros, RoomSlug

NOW = Micros(1_800_000_000 * SECOND)
ROOM = Room.new(RoomSlug("evening"), "Evening", Micros(NOW + 3600 * SECOND), now=NOW)
ANA = Subscriber("a" * 16, "evening", "ana@ear.example", "en", False)
MAILING = Mailing("mail.example", 25, "a@b.example")


async def subscribe(database: Database, who: Subscriber = ANA) -> None:
    await database.write(lambda session: reminders.subscribe(session, ROOM, who, now=NOW))


@pytest.fixture(autouse=True)
async def room(database: Database) -> None:
    await database.write(lambda session: add(session, ROOM))


async def test_a_claimed_mail_is_nobody_elses_until_its_time_is_up(database: Database) -> None:
    await subscribe(database)

    def claim(at: int) -> list[str]:
        now = Micros(NOW + at * SECOND)
        until = Micros(now + 10 * SECOND)
        claimed = database.write_now(
            lambda session: reminders.claim(session, 5, now=now, until=until)
        )
        return [one.to.address for one in claimed]

    assert [claim(at) for at in (0, 9, 10)] == [[ANA.address], [], [ANA.address]]


async def test_a_room_takes_only_so_many_addresses(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "MOST_OF_A_ROOM", 1)
    await subscribe(database)
    await subscribe(database)
    with pytest.raises(TooManyReminders):
        await subscribe(database, Subscriber("b" * 16, "evening", "b@ear.example", "en", False))


async def test_what_is_forgotten_is_gone_with_its_mails(database: Database) -> None:
    await subscribe(database)
    late = Micros(NOW + ASKED_FOR + 1)
    early = database.write_now(lambda session: reminders.forget_unconfirmed(session, now=NOW))
    gone = database.write_now(lambda session: reminders.forget_unconfirmed(session, now=late))
    assert (early, gone) == (0, 1)
    assert await database.read(reminders.rooms_with_reminders) == []
    assert database.write_now(lambda s: reminders.claim(s, 5, now=late, until=late)) == []


async def test_nobody_unconfirmed_has_mails_due(database: Database) -> None:
    await subscribe(database)
    soon = Micros(NOW + 3000 * SECOND)
    assert await database.read(lambda s: reminders.due(s, ROOM, MAILING, now=soon)) == []
    await database.write(lambda session: reminders.confirm(session, ANA.id, now=NOW))
    (mail,) = await database.read(lambda s: reminders.due(s, ROOM, MAILING, now=soon))
    assert (mail.kind, mail.reminder) == ("reminder", ANA.id)
