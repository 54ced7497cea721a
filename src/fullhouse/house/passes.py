"""A shell: members' tokens that a sign-in or a program's token has brought, in the database.

Such a token opens no more than what has brought it, and ends with it: the database itself sees
to that.
"""

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from fullhouse.errors import NotAllowed
from fullhouse.house.accounts import kept
from fullhouse.house.membership import Member, secret_of
from fullhouse.house.roles import May
from fullhouse.house.scopes import Scope, within
from fullhouse.house.tables import AccountRow, ApiTokenRow, MemberRow, PassRow, SignInRow
from fullhouse.units import Micros, RoomSlug


def give(session: Session, key: bytes, member: Member, shown: str) -> str:
    """Return what a member's page shows from now on who came by `shown`.

    Args:
        shown: a sign-in's secret, or a program's token.

    Raises:
        NotAllowed: it has ended.
    """
    hashed = kept(shown)
    sign_in = session.scalar(select(SignInRow.id).where(SignInRow.token == hashed))
    program = session.scalar(select(ApiTokenRow.id).where(ApiTokenRow.token == hashed))
    brought_by = sign_in or program
    if brought_by is None:
        raise NotAllowed()
    secret = secret_of(key, member.room, f"{member.id}:{brought_by}")
    if session.get(PassRow, kept(secret)) is None:
        row = PassRow(token=kept(secret), member=member.id, sign_in=sign_in, program=program)
        session.add(row)
    return secret


def found(
    session: Session, slug: RoomSlug, secret: str, now: Micros
) -> tuple[MemberRow, frozenset[May] | None] | None:
    """Return whose secret it is in a room, and what they may do at the most; None: all of theirs.

    None for nobody who is here: they have been removed, their account is off, or what has
    brought them has ended.
    """
    hashed = kept(secret)
    by_link = select(MemberRow).where(
        MemberRow.room == slug,
        MemberRow.token == hashed,
        MemberRow.account.is_(None),
        MemberRow.gone_at.is_(None),
    )
    row = session.scalar(by_link)
    if row is not None:
        return row, None
    brought = session.execute(_brought(slug, hashed, now)).first()
    if brought is None:
        return None
    member, program, scopes = brought
    return member, None if program is None else within(_known(scopes))


def _brought(slug: RoomSlug, hashed: str, now: Micros) -> Select[MemberRow, str | None, list[str]]:
    return (
        select(MemberRow, PassRow.program, ApiTokenRow.scopes)
        .join(PassRow, PassRow.member == MemberRow.id)
        .join(AccountRow, AccountRow.id == MemberRow.account)
        .outerjoin(SignInRow, SignInRow.id == PassRow.sign_in)
        .outerjoin(ApiTokenRow, ApiTokenRow.id == PassRow.program)
        .where(
            PassRow.token == hashed,
            MemberRow.room == slug,
            MemberRow.gone_at.is_(None),
            AccountRow.off_at.is_(None),
            or_(
                SignInRow.ends_at > now,
                ApiTokenRow.ends_at > now,
                ApiTokenRow.id.is_not(None) & ApiTokenRow.ends_at.is_(None),
            ),
        )
    )


def _known(scopes: list[str]) -> list[Scope]:
    return [Scope(scope) for scope in scopes if scope in {known.value for known in Scope}]
