"""A shell: who somebody is, and the browsers in which they are signed in.

What is handed out is a secret that has never been before; what is kept of it is its hash.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fullhouse.clock import Clock
from fullhouse.errors import NotAllowed
from fullhouse.house.account_rows import (
    FIRST_ID,
    LinkUsed,
    WrongPassword,
    account_of,
    add_account,
    forget_oldest_sign_ins,
    has_owner,
    new_id,
    note,
    row_of,
)
from fullhouse.house.accounts import (
    NOTED_EVERY,
    Account,
    AccountKind,
    BadLogin,
    ends_at,
    kept,
    login_of,
    name_of,
    new_password,
    password_of,
)
from fullhouse.house.api_tokens import ApiTokens
from fullhouse.house.database import Database
from fullhouse.house.passwords import Passwords
from fullhouse.house.roles import May
from fullhouse.house.scopes import within
from fullhouse.house.tables import AccountRow, SignInRow
from fullhouse.house.tokens import same, short_mac
from fullhouse.units import Micros

MOST_SIGN_INS: Final = 50
"""Of one account. Beyond that the one that was not used for longest ends."""


class WrongOldPassword(NotAllowed):
    code = "wrong_old_password"
    status = 403
    message = "That is not your present password."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has just been signed in, and the secret for their cookie."""

    account: Account
    token: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """A browser in which somebody is signed in."""

    id: str
    browser: str
    made_at: Micros
    used_at: Micros


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What somebody says of themselves who makes an account."""

    login: str
    name: str
    password: str


class People:
    """Those whom the house knows."""

    def __init__(
        self, database: Database, clock: Clock, key: bytes, passwords: Passwords | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._key = key
        self._passwords = passwords or Passwords()
        self.tokens = ApiTokens(database, clock)
        self.on_end: list[Callable[[str], Awaitable[None]]] = []
        """Called with an account's id when something that let it in has ended: ask again."""

    async def by_cookie(self, token: str) -> Account | None:
        """Return who is signed in with a cookie."""
        found = await self.signed_in(token)
        return None if found is None else found[0]

    async def by_api_token(self, token: str) -> tuple[Account, frozenset[May]] | None:
        """Return whose token a program has, and all that it may do with it."""
        found = await self.tokens.whose(token)
        return None if found is None else (found[0], within(found[1]))

    async def signed_in(self, token: str) -> tuple[Account, str] | None:
        """Return who is signed in with a cookie, and the sign-in's id."""
        if not token.startswith("fhs_"):
            return None
        hashed, now = kept(token), self._clock.now()

        def look(session: Session) -> tuple[Account, str, int] | None:
            row = session.scalar(select(SignInRow).where(SignInRow.token == hashed))
            if row is None or row.ends_at <= now:
                return None
            account = account_of(row_of(session, row.account))
            return None if account.off else (account, row.id, row.used_at)

        found = await self._database.read(look)
        if found is None:
            return None
        account, sign_in, used_at = found
        if now - used_at > NOTED_EVERY:
            await self._database.write(lambda session: _note_use(session, sign_in, now))
        return account, sign_in

    async def has_owner(self) -> bool:
        """Tell whether the house has ever had an owner."""
        return await self._database.read(has_owner)

    @property
    def first_secret(self) -> str:
        """The secret of the link that makes the first owner: the same over all restarts."""
        return short_mac(self._key, "first owner", 26)

    async def make_first(self, secret: str, asked: NewAccount, browser: str) -> SignedIn:
        """Make the first owner, and sign them in.

        Raises:
            LinkUsed: it is not the link, or there is an owner.
            BadLogin, BadName, BadPassword: as they say.
        """
        if not same(secret, self.first_secret) or await self.has_owner():
            raise LinkUsed()
        row = await self.new_row(asked, AccountKind.OWNER)

        def work(session: Session) -> Account:
            if has_owner(session):
                raise LinkUsed()
            made = add_account(session, row(FIRST_ID), LinkUsed())
            note(session, made, "make_account", self._clock.now(), kind=made.kind.value)
            return made

        return await self.begin(await self._database.write(work), browser)

    async def new_row(self, asked: NewAccount, kind: AccountKind) -> Callable[[str], AccountRow]:
        """Return what makes an account's row of an id: a write may be tried more than once.

        Raises:
            BadLogin, BadName, BadPassword: as they say.
            Busy: too many passwords wait to be hashed.
        """
        login, name, now = login_of(asked.login), name_of(asked.name), self._clock.now()
        hashed = await self._passwords.hash(new_password(asked.password, login))
        return lambda account: AccountRow(
            id=account, login=login, name=name, kind=kind.value, password=hashed,
            made_at=now, off_at=None,
        )  # fmt: skip

    async def sign_in(self, login: str, password: str, browser: str) -> SignedIn:
        """Sign somebody in who knows their password.

        Raises:
            WrongPassword: there is no such login, or that is not its password, or it is off.
            Busy: too many sign in at once.
        """
        offered, found = password_of(password), await self._named(login)
        fits = await self._passwords.fits(None if found is None else found[1], offered)
        if found is None or not fits:
            raise WrongPassword()
        account, stored = found
        if stored is not None and self._passwords.is_old(stored):
            await self._hash_anew(account, stored, offered)
        return await self.begin(account, browser)

    async def _named(self, login: str) -> tuple[Account, str | None] | None:
        """Return the account of that login, and what is stored of its password."""
        try:
            wanted = login_of(login)
        except BadLogin:
            return None

        def look(session: Session) -> tuple[Account, str | None] | None:
            row = session.scalar(select(AccountRow).where(AccountRow.login == wanted))
            return None if row is None else (account_of(row), row.password)

        return await self._database.read(look)

    async def _hash_anew(self, account: Account, stored: str, password: str) -> None:
        hashed = await self._passwords.hash(password)

        def work(session: Session) -> None:
            row = row_of(session, account.id)
            if row.password == stored:
                row.password = hashed

        await self._database.write(work)

    async def begin(self, account: Account, browser: str) -> SignedIn:
        """Sign an account in, with a secret that has never been before.

        Raises:
            WrongPassword: it has been switched off.
        """
        token, row_id, now = f"fhs_{secrets.token_urlsafe(24)}", new_id("s"), self._clock.now()

        def work(session: Session) -> None:
            if row_of(session, account.id).off_at is not None:
                raise WrongPassword()
            session.execute(delete(SignInRow).where(SignInRow.ends_at <= now))
            forget_oldest_sign_ins(session, account.id, MOST_SIGN_INS - 1)
            session.add(
                SignInRow(
                    id=row_id,
                    token=kept(token),
                    account=account.id,
                    browser=browser,
                    made_at=now,
                    used_at=now,
                    ends_at=ends_at(now),
                )
            )
            note(session, account, "sign_in", now, browser=browser)

        await self._database.write(work)
        return SignedIn(account, token)

    async def sign_out(self, token: str) -> None:
        """End a cookie's sign-in. Where there is none, nothing is to be done."""
        which = delete(SignInRow).where(SignInRow.token == kept(token))
        ended = await self._database.write(
            lambda session: session.scalar(which.returning(SignInRow.account))
        )
        if ended is not None:
            await self.tell_ended(ended)

    async def sign_ins(self, account: Account) -> list[SignIn]:
        """Return where an account is signed in, the last used first."""
        now = self._clock.now()
        which = (
            select(SignInRow)
            .where(SignInRow.account == account.id, SignInRow.ends_at > now)
            .order_by(SignInRow.used_at.desc(), SignInRow.id)
        )

        def look(session: Session) -> list[SignIn]:
            return [
                SignIn(row.id, row.browser, Micros(row.made_at), Micros(row.used_at))
                for row in session.scalars(which)
            ]

        return await self._database.read(look)

    async def end_sign_in(self, account: Account, sign_in: str) -> bool:
        """End one of an account's sign-ins; tell whether there was one."""
        which = delete(SignInRow).where(SignInRow.account == account.id, SignInRow.id == sign_in)
        return await self._end(account, lambda s: s.scalar(which.returning(SignInRow.id)))

    async def end_other_sign_ins(self, account: Account, but: str) -> bool:
        """End all of an account's sign-ins but one; tell whether there was another."""
        which = delete(SignInRow).where(SignInRow.account == account.id, SignInRow.id != but)
        return await self._end(account, lambda s: s.scalars(which.returning(SignInRow.id)).first())

    async def _end(self, account: Account, work: Callable[[Session], str | None]) -> bool:
        ended = await self._database.write(work) is not None
        if ended:
            await self.tell_ended(account.id)
        return ended

    async def rename(self, account: Account, name: str) -> Account:
        """Give an account another name.

        Raises:
            BadName: nothing of it can be seen.
        """
        shown = name_of(name)

        def work(session: Session) -> Account:
            row = row_of(session, account.id)
            row.name = shown
            return account_of(row)

        return await self._database.write(work)

    async def check_password(self, account: Account, password: str) -> str | None:
        """Return what is stored of an account's password, if this is the one.

        Raises:
            WrongOldPassword: it is not. Whoever has none need not know it.
        """
        stored = await self._database.read(lambda session: row_of(session, account.id).password)
        if stored is not None and not await self._passwords.fits(stored, password_of(password)):
            raise WrongOldPassword()
        return stored

    async def change_password(self, account: Account, old: str, new: str, browser: str) -> SignedIn:
        """Change a password: all sign-ins end, and this browser's begins anew.

        Raises:
            WrongOldPassword: `old` is not the present one.
            BadPassword: `new` cannot be one.
        """
        password = new_password(new, account.login)
        stored = await self.check_password(account, old)
        hashed = await self._passwords.hash(password)

        def work(session: Session) -> None:
            row = row_of(session, account.id)
            if row.password != stored:
                raise WrongOldPassword()
            row.password = hashed
            session.execute(delete(SignInRow).where(SignInRow.account == account.id))
            note(session, account, "change_password", self._clock.now())

        await self._database.write(work)
        signed_in = await self.begin(account, browser)
        await self.tell_ended(account.id)
        return signed_in

    async def end_token(self, account: Account, token: str) -> bool:
        """End one of an account's programs' tokens; tell whether there was one."""
        ended = await self.tokens.end(account, token)
        if ended:
            await self.tell_ended(account.id)
        return ended

    async def tell_ended(self, account: str) -> None:
        """Have whoever lets an account in look again whether it may."""
        for tell in self.on_end:
            await tell(account)


def _note_use(session: Session, sign_in: str, now: Micros) -> None:
    row = session.get(SignInRow, sign_in)
    if row is not None:
        row.used_at, row.ends_at = now, ends_at(now)
