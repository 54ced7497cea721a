"""A shell: the tokens by which programs act for an account, each within its scopes."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fullhouse.clock import Clock
from fullhouse.house.account_rows import TooMany, account_of, count, new_id, note, row_of
from fullhouse.house.accounts import NOTED_EVERY, Account, kept, name_of
from fullhouse.house.database import Database
from fullhouse.house.scopes import Scope, scopes_of
from fullhouse.house.tables import ApiTokenRow
from fullhouse.units import SECOND, Micros

MOST_TOKENS: Final = 50
DAY: Final = 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's token, without its secret, which nobody keeps.

    Attributes:
        ends_at: None: it goes on until somebody ends it.
    """

    id: str
    label: str
    scopes: tuple[Scope, ...]
    made_at: Micros
    used_at: Micros | None
    ends_at: Micros | None


class ApiTokens:
    """All tokens of all accounts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def whose(self, token: str) -> tuple[Account, tuple[Scope, ...]] | None:
        """Return whose token it is, and what it may do; None for none that is valid."""
        if not token.startswith("fha_"):
            return None
        hashed, now = kept(token), self._clock.now()

        def look(session: Session) -> tuple[Account, ApiToken] | None:
            row = session.scalar(select(ApiTokenRow).where(ApiTokenRow.token == hashed))
            if row is None or (row.ends_at is not None and row.ends_at <= now):
                return None
            account = account_of(row_of(session, row.account))
            return None if account.off else (account, _token(row))

        found = await self._database.read(look)
        if found is None:
            return None
        account, known = found
        if known.used_at is None or now - known.used_at > NOTED_EVERY:
            await self._database.write(lambda session: _note_use(session, known.id, now))
        return account, known.scopes

    async def all(self, account: Account) -> list[ApiToken]:
        """Return an account's tokens, the newest first."""
        which = (
            select(ApiTokenRow)
            .where(ApiTokenRow.account == account.id)
            .order_by(ApiTokenRow.made_at.desc(), ApiTokenRow.id)
        )
        return await self._database.read(lambda s: [_token(row) for row in s.scalars(which)])

    async def make(
        self, account: Account, label: str, scopes: Iterable[str], days: int | None
    ) -> tuple[ApiToken, str]:
        """Make a token, and return it with its secret, which is never to be had again.

        Raises:
            BadName: nothing of its label can be seen.
            UnknownScope: one of the scopes is not there, or there is none.
            TooMany: the account has fifty.
        """
        secret, row_id, now = f"fha_{secrets.token_urlsafe(24)}", new_id("t"), self._clock.now()
        made = ApiToken(
            id=row_id,
            label=name_of(label),
            scopes=scopes_of(scopes),
            made_at=now,
            used_at=None,
            ends_at=None if days is None else Micros(now + days * DAY),
        )

        def work(session: Session) -> None:
            if count(session, select(ApiTokenRow.id).where(ApiTokenRow.account == account.id)) >= (
                MOST_TOKENS
            ):
                raise TooMany()
            session.add(
                ApiTokenRow(
                    id=made.id,
                    token=kept(secret),
                    account=account.id,
                    label=made.label,
                    scopes=[scope.value for scope in made.scopes],
                    made_at=made.made_at,
                    used_at=None,
                    ends_at=made.ends_at,
                )
            )
            scopes_said = " ".join(made.scopes)
            note(session, account, "make_token", now, token=made.id, scopes=scopes_said)

        await self._database.write(work)
        return made, secret

    async def end(self, account: Account, token: str) -> bool:
        """End one of an account's tokens; tell whether there was one."""
        which = delete(ApiTokenRow).where(
            ApiTokenRow.account == account.id, ApiTokenRow.id == token
        )

        def work(session: Session) -> bool:
            ended = session.scalar(which.returning(ApiTokenRow.id)) is not None
            if ended:
                note(session, account, "end_token", self._clock.now(), token=token)
            return ended

        return await self._database.write(work)


def _token(row: ApiTokenRow) -> ApiToken:
    known = {scope.value for scope in Scope}
    return ApiToken(
        id=row.id,
        label=row.label,
        scopes=tuple(Scope(scope) for scope in row.scopes if scope in known),
        made_at=Micros(row.made_at),
        used_at=None if row.used_at is None else Micros(row.used_at),
        ends_at=None if row.ends_at is None else Micros(row.ends_at),
    )


def _note_use(session: Session, token: str, now: Micros) -> None:
    row = session.get(ApiTokenRow, token)
    if row is not None:
        row.used_at = now
