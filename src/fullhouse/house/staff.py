"""A shell: the owner's view of the accounts: who there is, who is invited, who is switched off."""

import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from fullhouse.clock import Clock
from fullhouse.errors import Refused
from fullhouse.house.account_rows import (
    LinkUsed,
    LoginTaken,
    TooMany,
    account_of,
    add_account,
    count,
    new_id,
    note,
    row_of,
)
from fullhouse.house.accounts import Account, AccountKind, kept
from fullhouse.house.database import Database
from fullhouse.house.logbook import add_line
from fullhouse.house.names import MOST_OF_A_NAME, plain
from fullhouse.house.people import NewAccount, People, SignedIn
from fullhouse.house.tables import AccountRow, InvitationRow, SignInRow
from fullhouse.units import SECOND, Micros

MOST_ACCOUNTS: Final = 1_000
MOST_INVITATIONS: Final = 200
INVITED_FOR: Final = Micros(7 * 86_400 * SECOND)
OWNER_INVITED_FOR: Final = Micros(3_600 * SECOND)
"""How long the link holds that the operator makes for an owner who cannot sign in any more."""


class LastOwner(Refused):
    code = "last_owner"
    status = 409
    message = "A house needs an owner, and this is the last one."


@dataclass(frozen=True, slots=True)
class Invited:
    """A link that makes an account and has not been used.

    Attributes:
        name: whom it is for.
    """

    id: str
    kind: AccountKind
    name: str
    made_by: str
    ends_at: Micros


class Staff:
    """All accounts of the house."""

    def __init__(self, database: Database, clock: Clock, people: People) -> None:
        self._database = database
        self._clock = clock
        self._people = people

    async def accounts(self) -> list[Account]:
        """Return all accounts, by login."""
        which = select(AccountRow).order_by(AccountRow.login)
        return await self._database.read(lambda s: [account_of(row) for row in s.scalars(which)])

    async def invitations(self) -> list[Invited]:
        """Return the links that can still be used, the one that ends first first."""
        which = _open(self._clock.now()).order_by(InvitationRow.ends_at, InvitationRow.id)
        return await self._database.read(lambda s: [_invited(row) for row in s.scalars(which)])

    async def invite(
        self, kind: AccountKind, name: str, made_by: str, lasts: Micros = INVITED_FOR
    ) -> tuple[Invited, str]:
        """Make a link that makes one account; return it with its secret.

        Raises:
            TooMany: there are two hundred of them.
        """
        secret, now = f"fhi_{secrets.token_urlsafe(24)}", self._clock.now()
        shown = plain(name, MOST_OF_A_NAME)
        made = Invited(new_id("i"), kind, shown, made_by, Micros(now + lasts))

        def work(session: Session) -> None:
            session.execute(
                delete(InvitationRow).where(
                    InvitationRow.room.is_(None), InvitationRow.ends_at <= now
                )
            )
            if count(session, _open(now).with_only_columns(InvitationRow.id)) >= MOST_INVITATIONS:
                raise TooMany()
            session.add(
                InvitationRow(
                    id=made.id,
                    token=kept(secret),
                    room=None,
                    role=kind.value,
                    name=shown,
                    made_by=made_by,
                    made_at=now,
                    ends_at=made.ends_at,
                    uses_left=1,
                )
            )
            details = {"invitation": made.id, "kind": kind.value, "name": shown}
            add_line(session, at=now, who=made_by, room="", what="invite", details=details)

        await self._database.write(work)
        return made, secret

    async def invited(self, secret: str) -> Invited:
        """Return what a link's secret is for.

        Raises:
            LinkUsed: it opens nothing, or no longer.
        """
        now = self._clock.now()
        return await self._database.read(lambda session: _invited(_usable(session, secret, now)))

    async def accept(self, secret: str, asked: NewAccount, browser: str) -> SignedIn:
        """Make the account that a link is for, and sign it in. The link is used up.

        Raises:
            LinkUsed: it opens nothing, or no longer.
            BadLogin, BadName, BadPassword, LoginTaken: as they say; the link can be used again.
            TooMany: the house has as many accounts as it may have.
        """
        invited = await self.invited(secret)
        row = await self._people.new_row(asked, invited.kind)
        account, now = new_id("a"), self._clock.now()

        def work(session: Session) -> Account:
            session.delete(_usable(session, secret, now))
            if count(session, select(AccountRow.id)) >= MOST_ACCOUNTS:
                raise TooMany()
            made = add_account(session, row(account), LoginTaken())
            note(session, made, "make_account", now, kind=made.kind.value, by=invited.made_by)
            return made

        return await self._people.begin(await self._database.write(work), browser)

    async def withdraw(self, invitation: str) -> bool:
        """Make a link useless; tell whether there was one."""
        which = delete(InvitationRow).where(
            InvitationRow.id == invitation, InvitationRow.room.is_(None)
        )
        found = await self._database.write(lambda s: s.scalar(which.returning(InvitationRow.id)))
        return found is not None

    async def switch(self, account: str, *, off: bool, by: str) -> Account:
        """Switch an account off, which ends its sign-ins and stills its tokens; or on again.

        Raises:
            NotThere: there is no such account.
            LastOwner: nobody else owns the house.
        """
        now = self._clock.now()

        def work(session: Session) -> Account:
            row = row_of(session, account)
            if off and row.kind == AccountKind.OWNER and _owners(session) <= {row.id}:
                raise LastOwner()
            row.off_at = (row.off_at or now) if off else None
            if off:
                session.execute(delete(SignInRow).where(SignInRow.account == account))
            details = {"account": row.id, "login": row.login}
            what = "switch_off" if off else "switch_on"
            add_line(session, at=now, who=by, room="", what=what, details=details)
            return account_of(row)

        switched = await self._database.write(work)
        if off:
            await self._people.tell_ended(account)
        return switched


def _open(now: Micros) -> Select[InvitationRow]:
    return select(InvitationRow).where(
        InvitationRow.room.is_(None), InvitationRow.ends_at > now, InvitationRow.uses_left > 0
    )


def _usable(session: Session, secret: str, now: Micros) -> InvitationRow:
    row = session.scalar(_open(now).where(InvitationRow.token == kept(secret)))
    if row is None:
        raise LinkUsed()
    return row


def _invited(row: InvitationRow) -> Invited:
    return Invited(row.id, AccountKind(row.role), row.name, row.made_by, Micros(row.ends_at))


def _owners(session: Session) -> set[str]:
    which = select(AccountRow.id).where(
        AccountRow.kind == AccountKind.OWNER, AccountRow.off_at.is_(None)
    )
    return set(session.scalars(which))
