"""A shell: accounts in the database: how their rows are read, made and refused."""

import secrets
from base64 import b32encode
from typing import Final

from sqlalchemy import Select, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fullhouse.errors import NotAllowed, Refused
from fullhouse.house.accounts import Account, AccountKind
from fullhouse.house.logbook import add_line
from fullhouse.house.tables import AccountRow, SignInRow
from fullhouse.units import Micros

FIRST_ID: Final = "a-first"
"""The first owner's account. That there is only one of that id, the database itself sees to."""


class WrongPassword(NotAllowed):
    """Whatever does not fit: one answer, so that nobody learns which logins there are."""

    code = "wrong_password"
    message = "That login and password do not fit together."


class LinkUsed(Refused):
    code = "link_used"
    status = 410
    message = "This link has been used, or its time is up. Ask for a new one."


class LoginTaken(Refused):
    code = "login_taken"
    status = 409
    message = "Somebody here has that login already. Please choose another one."


class NotThere(Refused):
    code = "not_there"
    status = 404
    message = "There is no such thing any more, or it is not yours."


class TooMany(Refused):
    code = "too_many"
    status = 409
    message = "There are as many as there may be. Please delete one first."


def new_id(kind: str) -> str:
    """Return an id that nobody has, such as `a-k2m4x7qpd3`."""
    return f"{kind}-{b32encode(secrets.token_bytes(7)).decode().lower()[:10]}"


def account_of(row: AccountRow) -> Account:
    """Return an account as its row has it."""
    return Account(
        id=row.id,
        login=row.login,
        name=row.name,
        kind=AccountKind(row.kind),
        made_at=Micros(row.made_at),
        has_password=row.password is not None,
        off=row.off_at is not None,
    )


def has_owner(session: Session) -> bool:
    """Tell whether the house has ever had an owner."""
    owners = select(AccountRow.id).where(AccountRow.kind == AccountKind.OWNER).limit(1)
    return session.scalar(owners) is not None


def row_of(session: Session, account: str) -> AccountRow:
    """Return an account's row.

    Raises:
        NotThere: there is no such account.
    """
    row = session.get(AccountRow, account)
    if row is None:
        raise NotThere()
    return row


def add_account(session: Session, row: AccountRow, taken: Refused) -> Account:
    """Write a new account down.

    Raises:
        LoginTaken: somebody has its login.
        Refused: `taken`: another one of that id came first.
    """
    if session.scalar(select(AccountRow.id).where(AccountRow.login == row.login)) is not None:
        raise LoginTaken()
    account = account_of(row)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise taken from error
    return account


def count(session: Session, which: Select[str]) -> int:
    """Return how many rows there are."""
    return session.scalar(select(func.count()).select_from(which.subquery())) or 0


def forget_oldest_sign_ins(session: Session, account: str, most: int) -> None:
    """End an account's sign-ins that were not used for longest, beyond the `most` newest."""
    oldest = session.scalars(
        select(SignInRow.id)
        .where(SignInRow.account == account)
        .order_by(SignInRow.used_at.desc())
        .offset(most)
    ).all()
    session.execute(delete(SignInRow).where(SignInRow.id.in_(oldest)))


def note(session: Session, account: Account, what: str, now: Micros, **details: str) -> None:
    """Log what somebody has done to their account, in the write that does it."""
    details |= {"account": account.id, "login": account.login}
    add_line(session, at=now, who=account.name, room="", what=what, details=details)
