"""A shell: the members of rooms, in the database."""

import base64
import secrets
from collections.abc import Callable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from fullhouse.clock import Clock
from fullhouse.errors import Refused
from fullhouse.house import passes
from fullhouse.house.accounts import kept
from fullhouse.house.database import Database
from fullhouse.house.membership import Member, UnknownMember, secret_of
from fullhouse.house.roles import May, Role
from fullhouse.house.seatings import MEMBER
from fullhouse.house.tables import MemberRow
from fullhouse.units import Micros, RoomSlug

MOST_MEMBERS: Final = 2_000
"""Of one room, those who are gone not counted."""

Everybody = tuple[Member, ...]
Change = Callable[[Member, Everybody], Member]
"""Returns a member as they become, or raises a refusal. May be called again."""


class TooManyMembers(Refused):
    code = "too_many_members"
    status = 409
    message = "This room has as many members as it may have. Remove some who are gone."


def new_member_id() -> str:
    """Return a member's id that nobody has."""
    return MEMBER + base64.b32encode(secrets.token_bytes(10)).decode().lower()[:10]


class Members:
    """Who is somebody in which room."""

    def __init__(self, database: Database, clock: Clock, key: bytes) -> None:
        self._database = database
        self._clock = clock
        self._key = key

    def secret(self, member: Member) -> str:
        """Return what a member's page shows to be let in who came by a link or a key."""
        return secret_of(self._key, member.room, member.id)

    async def secret_by(self, member: Member, shown: str) -> str:
        """Return what it shows who came by a sign-in, or a program: it ends with that.

        Raises:
            NotAllowed: that has ended.
        """
        return await self._database.write(lambda s: passes.give(s, self._key, member, shown))

    async def by_secret(
        self, slug: RoomSlug, secret: str
    ) -> tuple[Member, frozenset[May] | None] | None:
        """Return whose secret it is, and what they may do with it at the most; None: all.

        None for nobody: they are gone, their account is off, or their sign-in has ended.
        """
        now = self._clock.now()

        def work(session: Session) -> tuple[Member, frozenset[May] | None] | None:
            found = passes.found(session, slug, secret, now)
            return None if found is None else (_member(found[0]), found[1])

        return await self._database.read(work)

    async def of_account(self, slug: RoomSlug, account: str) -> Member | None:
        """Return the member that an account is in a room, unless they are gone."""
        return await self._one(
            MemberRow.room == slug, MemberRow.account == account, MemberRow.gone_at.is_(None)
        )

    async def one(self, slug: RoomSlug, member: str) -> Member | None:
        """Return a member, unless they are gone."""
        return await self._one(
            MemberRow.room == slug, MemberRow.id == member, MemberRow.gone_at.is_(None)
        )

    async def _one(self, *where: object) -> Member | None:
        def work(session: Session) -> Member | None:
            row = session.scalar(select(MemberRow).where(*where))  # type: ignore[arg-type] # clauses
            return None if row is None else _member(row)

        return await self._database.read(work)

    async def rooms_of(self, account: str) -> dict[RoomSlug, Member]:
        """Return an account's rooms, and who it is there."""
        which = select(MemberRow).where(MemberRow.account == account, MemberRow.gone_at.is_(None))
        found = await self._database.read(lambda s: [_member(row) for row in s.scalars(which)])
        return {member.room: member for member in found}

    def host(self, slug: RoomSlug, account: str, name: str) -> Callable[[Session], Member]:
        """Return what writes an account down as the host of a room that is being made."""
        now = self._clock.now()
        wanted = Member(new_member_id(), slug, name, Role.HOST, now, account=account)
        return lambda session: enter(session, wanted, self._key, now=now)

    async def everybody(self, slug: RoomSlug) -> Everybody:
        """Return all members of a room who are not gone, in the order in which they came."""
        return await self._database.read(lambda session: everybody(session, slug))

    async def enter(self, wanted: Member) -> Member:
        """Write a new member down; who has the account or the hand already comes back.

        Raises:
            TooManyMembers: the room has no place.
        """
        return await self._database.write(
            lambda session: enter(session, wanted, self._key, now=self._clock.now())
        )

    async def change(self, slug: RoomSlug, member: str, change: Change) -> Member:
        """Change a member, and return them as they are then.

        Raises:
            UnknownMember: there is none, or they are gone.
            Refused: `change` raised it.
        """
        return await self._database.write(
            lambda session: alter(session, slug, member, change, now=self._clock.now())
        )


def everybody(session: Session, slug: RoomSlug) -> Everybody:
    """Return all members of a room who are not gone, in the order in which they came."""
    found = session.scalars(
        select(MemberRow)
        .where(MemberRow.room == slug, MemberRow.gone_at.is_(None))
        .order_by(MemberRow.made_at, MemberRow.id)
    )
    return tuple(_member(row) for row in found)


def enter(session: Session, wanted: Member, key: bytes, *, now: Micros) -> Member:
    """Write a new member down, or let one who was there before come back.

    A hand or an account belongs to one member of a room for ever; so a seat stays theirs. Who
    comes back while they are not gone keeps their role.

    Raises:
        TooManyMembers: the room has no place.
    """
    row = _before(session, wanted)
    here = everybody(session, wanted.room)
    if row is not None and row.gone_at is None:
        row.name = wanted.name or row.name
        return _member(row)
    if len(here) >= MOST_MEMBERS:
        raise TooManyMembers()
    if row is None:
        row = MemberRow(
            id=wanted.id,
            room=wanted.room,
            account=wanted.account or None,
            hand=wanted.hand or None,
            made_at=now,
        )
        session.add(row)
    row.token = kept(secret_of(key, wanted.room, row.id))
    row.name, row.invitation, row.gone_at = wanted.name, wanted.invitation or None, None
    row.role, row.near = wanted.role.value, wanted.near
    places = (one.place for one in here)
    row.place = 1 + max(places, default=0) if wanted.role is Role.COHOST else 0
    session.flush()
    return _member(row)


def alter(session: Session, slug: RoomSlug, member: str, change: Change, *, now: Micros) -> Member:
    """Change a member, and return them as they are then.

    Raises:
        UnknownMember: there is none, or they are gone.
    """
    row = session.get(MemberRow, member)
    if row is None or row.room != slug or row.gone_at is not None:
        raise UnknownMember()
    after = change(_member(row), everybody(session, slug))
    row.name, row.role, row.near = after.name, after.role.value, after.near
    row.place = after.place
    row.gone_at = now if after.gone else None
    return after


def _before(session: Session, wanted: Member) -> MemberRow | None:
    """Return the row of whoever has the same account or hand in the room."""
    for column, value in ((MemberRow.account, wanted.account), (MemberRow.hand, wanted.hand)):
        if value:
            found = session.scalar(
                select(MemberRow).where(MemberRow.room == wanted.room, column == value)
            )
            if found is not None:
                return found
    return None


def _member(row: MemberRow) -> Member:
    return Member(
        id=row.id,
        room=RoomSlug(row.room),
        name=row.name,
        role=Role(row.role),
        made_at=Micros(row.made_at),
        account=row.account or "",
        invitation=row.invitation or "",
        hand=row.hand or "",
        near=row.near,
        place=row.place,
        gone=row.gone_at is not None,
    )
