"""A shell: addresses and mails in the database. Each function is work within one session."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from fullhouse.errors import Refused
from fullhouse.house.reminding import (
    ASKED_FOR,
    MOST_OF_A_ROOM,
    SETTLES,
    Kind,
    Mailing,
    begin_at,
    mail_name,
    news_of,
    remind_at,
    spread,
)
from fullhouse.house.room import Room
from fullhouse.house.tables import MailRow, ReminderRow
from fullhouse.units import Micros

AT_ONCE: Final = 500
"""Mails that are written in one transaction: others want to write, too."""


class TooManyReminders(Refused):
    code = "too_many_reminders"
    status = 409
    message = "This room has as many reminders as it can have. Please add it to your calendar."


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody who left an address."""

    id: str
    room: str
    address: str
    language: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that is ours to send for a while."""

    name: str
    kind: Kind
    schedule: int
    tries: int
    to: Subscriber


def _subscriber(row: ReminderRow) -> Subscriber:
    return Subscriber(row.id, row.room, row.address, row.language, row.confirmed_at is not None)


def subscribe(session: Session, room: Room, new: Subscriber, *, now: Micros) -> None:
    """Note an address and write the mail that asks to confirm it, unless that has happened.

    Raises:
        TooManyReminders: the room has as many as it may have.
    """
    row = session.scalar(
        select(ReminderRow).where(ReminderRow.room == room.slug, ReminderRow.address == new.address)
    )
    if row is None:
        many = select(func.count()).select_from(ReminderRow).where(ReminderRow.room == room.slug)
        if (session.scalar(many) or 0) >= MOST_OF_A_ROOM:
            raise TooManyReminders()
        row = ReminderRow(
            id=new.id, room=room.slug, address=new.address, language=new.language,
            confirmed_at=None, made_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
    if row.confirmed_at is not None:
        return
    row.language, row.made_at = new.language, now
    name = mail_name(row.id, Kind.CONFIRM, 0)
    mail = session.get(MailRow, name)
    if mail is None:
        session.add(_mail(name, row.id, Kind.CONFIRM, room, now))
    else:
        mail.due_at, mail.claimed_until, mail.tries = now, 0, 0
        mail.sent_at, mail.failed, mail.schedule = None, "", room.schedule


def _mail(name: str, reminder: str, kind: Kind, room: Room, due_at: Micros) -> MailRow:
    return MailRow(
        id=name, reminder=reminder, kind=kind.value, room=room.slug, schedule=room.schedule,
        due_at=due_at, claimed_until=0, tries=0, sent_at=None, failed="",
    )  # fmt: skip


def subscriber(session: Session, reminder: str) -> Subscriber | None:
    """Return who a reminder is for."""
    row = session.get(ReminderRow, reminder)
    return None if row is None else _subscriber(row)


def confirm(session: Session, reminder: str, *, now: Micros) -> Subscriber | None:
    """Note that an address wants to be written to; None: it is gone."""
    row = session.get(ReminderRow, reminder)
    if row is None:
        return None
    row.confirmed_at = row.confirmed_at or now
    return _subscriber(row)


def stop(session: Session, reminder: str) -> None:
    """Forget an address, and all that was to be sent to it."""
    session.execute(delete(MailRow).where(MailRow.reminder == reminder))
    session.execute(delete(ReminderRow).where(ReminderRow.id == reminder))


def rooms_with_reminders(session: Session) -> list[str]:
    """Return the rooms that somebody has left an address in."""
    return list(session.scalars(select(ReminderRow.room).distinct()))


def due(session: Session, room: Room, mailing: Mailing, *, now: Micros) -> list[MailRow]:
    """Return the mails of a room that are to be written now, not all of them if they are many."""
    return [*_news(session, room, mailing, now), *_reminders(session, room, mailing, now)]


def write_due(session: Session, room: Room, mailing: Mailing, *, now: Micros) -> int:
    """Write what is `due`; return how many mails it was."""
    mails = due(session, room, mailing, now=now)
    session.add_all(mails)
    return len(mails)


def _news(session: Session, room: Room, mailing: Mailing, now: Micros) -> Iterator[MailRow]:
    kind = news_of(room)
    if kind is None:
        return
    knows = exists().where(MailRow.reminder == ReminderRow.id, MailRow.schedule >= room.schedule)
    found = session.scalars(_confirmed(room, ~knows).limit(AT_ONCE)).all()
    dues = spread(Micros(now + SETTLES), len(found), mailing)
    for reminder, due_at in zip(found, dues, strict=True):
        yield _mail(mail_name(reminder, kind, room.schedule), reminder, kind, room, due_at)


def _reminders(session: Session, room: Room, mailing: Mailing, now: Micros) -> Iterator[MailRow]:
    last, kind = remind_at(room, mailing), Kind.REMINDER
    if last is None or room.starts is None or now >= room.starts:
        return
    told = exists().where(
        MailRow.reminder == ReminderRow.id,
        MailRow.schedule == room.schedule,
        or_(
            MailRow.kind == Kind.REMINDER.value,
            and_(MailRow.kind == Kind.MOVED.value, MailRow.due_at >= last),
        ),
    )
    wanted = _confirmed(room, ~told)
    count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    begin = begin_at(last, count, mailing)
    if not count or now < begin:
        return
    found = session.scalars(wanted.limit(AT_ONCE)).all()
    for reminder, due_at in zip(found, spread(begin, len(found), mailing), strict=True):
        name = mail_name(reminder, kind, room.schedule)
        yield _mail(name, reminder, kind, room, Micros(max(now, due_at)))


def _confirmed(room: Room, *more: ColumnElement[bool]) -> Select[str]:
    return (
        select(ReminderRow.id)
        .where(ReminderRow.room == room.slug, ReminderRow.confirmed_at.is_not(None), *more)
        .order_by(ReminderRow.made_at, ReminderRow.id)
    )


def claim(session: Session, most: int, *, now: Micros, until: Micros) -> list[Claimed]:
    """Return mails that are due, the oldest first: nobody else sends them before `until`."""
    mails = session.scalars(
        select(MailRow)
        .where(
            MailRow.due_at <= now,
            MailRow.claimed_until <= now,
            MailRow.sent_at.is_(None),
            MailRow.failed == "",
        )
        .order_by(MailRow.due_at, MailRow.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    found = []
    for mail in mails:
        row = session.get(ReminderRow, mail.reminder)
        if row is None:
            session.delete(mail)
            continue
        mail.claimed_until = until
        mail.tries += 1
        found.append(Claimed(mail.id, Kind(mail.kind), mail.schedule, mail.tries, _subscriber(row)))
    return found


def sent(session: Session, name: str, *, now: Micros) -> None:
    """Note that a mail has been handed over."""
    _note(session, name, sent_at=now)


def failed(session: Session, name: str, why: str) -> None:
    """Note that a mail will not be sent any more."""
    _note(session, name, failed=why[:200] or "failed")


def later(session: Session, name: str, at: Micros, *, untried: bool = False) -> None:
    """Let a mail wait; `untried`: nobody has looked at it, so that this was no try."""
    mail = session.get(MailRow, name)
    if mail is not None:
        mail.due_at, mail.claimed_until = at, 0
        mail.tries -= untried


def _note(session: Session, name: str, **values: int | str) -> None:
    session.execute(update(MailRow).where(MailRow.id == name).values(**values))


def forget_unconfirmed(session: Session, *, now: Micros) -> int:
    """Forget addresses that nobody has confirmed in time; return how many it was."""
    old = select(ReminderRow.id).where(
        ReminderRow.confirmed_at.is_(None), ReminderRow.made_at < now - ASKED_FOR
    )
    return _forget(session, session.scalars(old.limit(AT_ONCE)).all())


def forget_room(session: Session, slug: str) -> int:
    """Forget addresses of a room; return how many it was."""
    its = select(ReminderRow.id).where(ReminderRow.room == slug)
    return _forget(session, session.scalars(its.limit(AT_ONCE)).all())


def _forget(session: Session, reminders: Sequence[str]) -> int:
    session.execute(delete(MailRow).where(MailRow.reminder.in_(reminders)))
    session.execute(delete(ReminderRow).where(ReminderRow.id.in_(reminders)))
    return len(reminders)
