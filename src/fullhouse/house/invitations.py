"""A shell: links that make somebody a member of a room, in the database.

The secret is in the link alone; what is kept is its SHA-256.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from fullhouse.errors import NotAllowed, Refused
from fullhouse.house.accounts import kept
from fullhouse.house.roles import Role
from fullhouse.house.tables import InvitationRow
from fullhouse.units import Micros, RoomSlug

SECRET_PREFIX: Final = "fhi_"
MOST_INVITATIONS: Final = 500
"""Of one room, those that are used up or have run out not counted."""


class UnknownInvitation(Refused):
    code = "unknown_invitation"
    status = 404
    message = "There is no such invitation in this room; it may have run out."


class TooManyInvitations(Refused):
    code = "too_many_invitations"
    status = 409
    message = "This room has as many invitations as it may have: take some back."


class InvitationOver(NotAllowed):
    code = "invitation_over"
    message = "This invitation has been used, taken back, or has run out: ask for another one."


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that makes somebody a member of a room.

    Attributes:
        name: of whom it is for; empty: whoever comes says their own.
        uses_left: how many may still come by it.
    """

    id: str
    role: Role
    name: str
    made_by: str
    made_at: Micros
    ends_at: Micros
    uses_left: int


def new_secret() -> str:
    """Return what is in a new link."""
    return SECRET_PREFIX + secrets.token_urlsafe(24)


def add(session: Session, slug: RoomSlug, secret: str, wanted: Invitation, now: Micros) -> None:
    """Write a new invitation down, and forget those that are over.

    Raises:
        TooManyInvitations: the room has too many already.
    """
    session.execute(
        delete(InvitationRow).where(
            InvitationRow.room == slug,
            (InvitationRow.ends_at <= now) | (InvitationRow.uses_left <= 0),
        )
    )
    here = select(func.count()).select_from(InvitationRow).where(InvitationRow.room == slug)
    if (session.scalar(here) or 0) >= MOST_INVITATIONS:
        raise TooManyInvitations()
    session.add(
        InvitationRow(
            id=wanted.id,
            token=kept(secret),
            room=slug,
            role=wanted.role.value,
            name=wanted.name,
            made_by=wanted.made_by[:60],
            made_at=wanted.made_at,
            ends_at=wanted.ends_at,
            uses_left=wanted.uses_left,
        )
    )


def use(session: Session, slug: RoomSlug, secret: str, now: Micros) -> Invitation:
    """Take one use off an invitation, and return it.

    Raises:
        InvitationOver: it lets nobody in any more, or there is none.
    """
    row = _open(session, slug, secret, now)
    row.uses_left -= 1
    return _invitation(row)


def look(session: Session, slug: RoomSlug, secret: str, now: Micros) -> Invitation:
    """Return an invitation, and leave it as it is.

    Raises:
        InvitationOver: it lets nobody in any more, or there is none.
    """
    return _invitation(_open(session, slug, secret, now))


def _open(session: Session, slug: RoomSlug, secret: str, now: Micros) -> InvitationRow:
    row = session.scalar(
        select(InvitationRow).where(InvitationRow.token == kept(secret), InvitationRow.room == slug)
    )
    if row is None or row.ends_at <= now or row.uses_left <= 0:
        raise InvitationOver()
    return row


def standing(session: Session, slug: RoomSlug, now: Micros) -> list[Invitation]:
    """Return the invitations by which somebody may still come, the newest first."""
    found = session.scalars(
        select(InvitationRow)
        .where(InvitationRow.room == slug, InvitationRow.ends_at > now, InvitationRow.uses_left > 0)
        .order_by(InvitationRow.made_at.desc(), InvitationRow.id)
    )
    return [_invitation(row) for row in found]


def revoke(session: Session, slug: RoomSlug, invitation: str) -> None:
    """Take an invitation back: nobody comes by it any more.

    Raises:
        UnknownInvitation: there is none.
    """
    row = session.get(InvitationRow, invitation)
    if row is None or row.room != slug:
        raise UnknownInvitation()
    session.delete(row)


def _invitation(row: InvitationRow) -> Invitation:
    return Invitation(
        id=row.id,
        role=Role(row.role),
        name=row.name,
        made_by=row.made_by,
        made_at=Micros(row.made_at),
        ends_at=Micros(row.ends_at),
        uses_left=row.uses_left,
    )
