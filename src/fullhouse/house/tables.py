"""A shell: the database's tables, said once. `migrations/` brings older databases up to them.

Times are unix microseconds. Secrets are never here, only their SHA-256 or argon2id hashes.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""So that constraints are called alike in every database."""


class Table(DeclarativeBase):
    """What all tables share."""

    metadata = NAMES
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's form
        int: BigInteger,
        str: String(200),
        list[str]: JSON,
        dict[str, float]: JSON,
        dict[str, int]: JSON,
        dict[str, Any]: JSON,
    }


class RoomRow(Table):
    """A room. The fields are those of `Room`; a write names the revision that it replaces."""

    __tablename__ = "rooms"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str]
    epoch: Mapped[int]
    since: Mapped[int]
    by_voice: Mapped[bool]
    starts: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str]
    session: Mapped[int]
    revision: Mapped[int]
    armed: Mapped[bool]
    wanted: Mapped[bool]
    muted: Mapped[list[str]]
    gains: Mapped[dict[str, float]]
    visibility: Mapped[str] = mapped_column(String(20))
    zone: Mapped[str] = mapped_column(String(64))
    doors_before: Mapped[int]
    late: Mapped[bool]
    why_late: Mapped[str]
    cancelled: Mapped[bool]
    schedule: Mapped[int]
    barred: Mapped[list[str]]
    invited: Mapped[list[str]]
    hands_open: Mapped[bool]
    hold: Mapped[str] = mapped_column(String(64))
    host_generation: Mapped[int]
    whip_generation: Mapped[int]
    source_generation: Mapped[int]
    listen_generation: Mapped[int]
    missed: Mapped[bool]
    answer_by: Mapped[dict[str, int]]


class AccountRow(Table):
    """Somebody who signs in. `kind` is owner or host."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    password: Mapped[str | None]
    made_at: Mapped[int]
    off_at: Mapped[int | None]


class PasskeyRow(Table):
    """A passkey of an account."""

    __tablename__ = "passkeys"

    id: Mapped[bytes] = mapped_column(LargeBinary(1024), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    uses: Mapped[int]
    label: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[int]
    used_at: Mapped[int | None]


class SignInRow(Table):
    """A browser in which somebody is signed in. `token` is the SHA-256 of its cookie."""

    __tablename__ = "sign_ins"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    browser: Mapped[str]
    made_at: Mapped[int]
    used_at: Mapped[int]
    ends_at: Mapped[int]


class ApiTokenRow(Table):
    """A program's token, with the scopes that its account gave it."""

    __tablename__ = "api_tokens"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    label: Mapped[str] = mapped_column(String(60))
    scopes: Mapped[list[str]]
    made_at: Mapped[int]
    used_at: Mapped[int | None]
    ends_at: Mapped[int | None]


class InvitationRow(Table):
    """A link that makes an account (`room` is null) or a member of a room."""

    __tablename__ = "invitations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    room: Mapped[str | None] = mapped_column(ForeignKey("rooms.slug"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(60))
    made_by: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[int]
    ends_at: Mapped[int]
    uses_left: Mapped[int]


class MemberRow(Table):
    """A person in a room. `id` is their seat, for ever; `place` is their turn in succession."""

    __tablename__ = "members"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    room: Mapped[str] = mapped_column(ForeignKey("rooms.slug"), index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(10))
    account: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    invitation: Mapped[str | None] = mapped_column(String(32))
    hand: Mapped[str | None] = mapped_column(String(16))
    near: Mapped[bool]
    place: Mapped[int]
    made_at: Mapped[int]
    gone_at: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("room", "account", name="uq_members_room_account"),
        UniqueConstraint("room", "hand", name="uq_members_room_hand"),
    )


class PassRow(Table):
    """A member's token that a sign-in or a program's token has brought, and that ends with it."""

    __tablename__ = "passes"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    member: Mapped[str] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), index=True)
    sign_in: Mapped[str | None] = mapped_column(
        ForeignKey("sign_ins.id", ondelete="CASCADE"), index=True
    )
    program: Mapped[str | None] = mapped_column(
        ForeignKey("api_tokens.id", ondelete="CASCADE"), index=True
    )


class HandRow(Table):
    """A listener's hand. `state` is up, called, on_stage, declined, down."""

    __tablename__ = "hands"

    room: Mapped[str] = mapped_column(ForeignKey("rooms.slug"), primary_key=True)
    hand: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(10))
    near: Mapped[bool]
    number: Mapped[int]
    raised_at: Mapped[int]
    changed_at: Mapped[int]
    prefix: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_hands_room_state_number", "room", "state", "number"),)


class DrawRow(Table):
    """A random draw among hands, so that everybody can repeat it."""

    __tablename__ = "draws"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    room: Mapped[str] = mapped_column(ForeignKey("rooms.slug"), index=True)
    seed: Mapped[str] = mapped_column(String(64))
    promise: Mapped[str] = mapped_column(String(64))
    hands: Mapped[list[str]]
    drawn: Mapped[list[str]]
    at: Mapped[int]


class BanRow(Table):
    """Who may not raise a hand or come in: an account, a hand's secret, an invitation, a prefix.

    `whom` is the account's id, the hand, the member, or a keyed hash of the network's prefix.
    """

    __tablename__ = "bans"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    room: Mapped[str] = mapped_column(ForeignKey("rooms.slug"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    whom: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(60))
    made_by: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[int]
    ends_at: Mapped[int | None]


class ReportRow(Table):
    """Somebody finds that somebody else does harm."""

    __tablename__ = "reports"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    room: Mapped[str] = mapped_column(ForeignKey("rooms.slug"), index=True)
    whom: Mapped[str] = mapped_column(String(60))
    why: Mapped[str] = mapped_column(String(500))
    made_by: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[int]
    done_at: Mapped[int | None]


class ReminderRow(Table):
    """An e-mail address that wants to be told when a room starts."""

    __tablename__ = "reminders"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    room: Mapped[str] = mapped_column(ForeignKey("rooms.slug"), index=True)
    address: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(10))
    confirmed_at: Mapped[int | None]
    made_at: Mapped[int]

    __table_args__ = (UniqueConstraint("room", "address", name="uq_reminders_room_address"),)


class MailRow(Table):
    """A mail that waits to be sent, or was. `schedule` is the room's when it was written."""

    __tablename__ = "mails"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    reminder: Mapped[str | None] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    room: Mapped[str] = mapped_column(String(64))
    schedule: Mapped[int]
    due_at: Mapped[int] = mapped_column(index=True)
    claimed_until: Mapped[int]
    tries: Mapped[int]
    sent_at: Mapped[int | None]
    failed: Mapped[str]


class LogRow(Table):
    """One line of the log that is only ever added to. `hash` covers the line and `before`."""

    __tablename__ = "log"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[int]
    who: Mapped[str]
    room: Mapped[str] = mapped_column(String(64), index=True)
    what: Mapped[str] = mapped_column(String(60))
    details: Mapped[dict[str, Any]]
    before: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AnsweredRow(Table):
    """A challenge that a passkey has answered: nobody answers it again. `challenge` is a hash."""

    __tablename__ = "answered"

    challenge: Mapped[str] = mapped_column(String(64), primary_key=True)
    ends_at: Mapped[int] = mapped_column(index=True)


class ServerKeyRow(Table):
    """By which key the secrets in here were made: a mark of it, from which nobody gets it back."""

    __tablename__ = "server_key"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
