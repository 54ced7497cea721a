"""A shell: revision 2: plans, hands and people, and a log that is only ever added to.

The rooms' table is made anew and filled from the old one: SQLite cannot change one much.
"""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"

TABLES = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def upgrade() -> None:
    """Make what is new, and carry the rooms over."""
    connection = op.get_bind()
    op.rename_table("rooms", "rooms_before")
    TABLES.create_all(connection, checkfirst=False)
    before = sa.table("rooms_before", *(sa.column(name) for name in (*_KEPT, "listed")))
    shown = sa.case((before.c.listed, "public"), else_="unlisted")
    new = [sa.literal(value, ROOMS.c[name].type) for name, value in _NEW.items()]
    values = [*(before.c[name] for name in _KEPT), shown, *new]
    names = [*_KEPT, "visibility", *_NEW]
    connection.execute(sa.insert(ROOMS).from_select(names, sa.select(*values)))
    op.drop_table("rooms_before")
    for statement in _ONLY_GROWS[connection.dialect.name]:
        op.execute(statement)


def _text(
    name: str,
    most: int,
    *,
    key: bool = False,
    null: bool = False,
    unique: bool | None = None,
    index: bool | None = None,
) -> sa.Column[str]:
    return sa.Column(
        name, sa.String(most), primary_key=key, nullable=null, unique=unique, index=index
    )


def _number(name: str, *, null: bool = False, index: bool | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=null, index=index)


def _yes_or_no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _listed(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON, nullable=False)


def _of_room(*, key: bool = False, null: bool = False) -> sa.Column[str]:
    belongs = sa.ForeignKey("rooms.slug")
    return sa.Column("room", sa.String(64), belongs, primary_key=key, nullable=null, index=not key)


def _of_account(*, null: bool = False, index: bool = True) -> sa.Column[str]:
    belongs = sa.ForeignKey("accounts.id")
    return sa.Column("account", sa.String(32), belongs, nullable=null, index=index)


ROOMS = sa.Table(
    "rooms",
    TABLES,
    _text("slug", 64, key=True),
    _text("title", 200),
    _number("epoch"),
    _number("since"),
    _yes_or_no("by_voice"),
    _number("starts", null=True),
    _text("state", 20),
    _text("reason", 200),
    _number("session"),
    _number("revision"),
    _yes_or_no("armed"),
    _yes_or_no("wanted"),
    _listed("muted"),
    _listed("gains"),
    _text("visibility", 20),
    _text("zone", 64),
    _number("doors_before"),
    _yes_or_no("late"),
    _text("why_late", 200),
    _yes_or_no("cancelled"),
    _number("schedule"),
    _listed("barred"),
    _listed("invited"),
    _yes_or_no("hands_open"),
    _text("hold", 64),
    _number("host_generation"),
    _number("whip_generation"),
    _number("source_generation"),
    _number("listen_generation"),
)
_KEPT = (
    "slug", "title", "epoch", "since", "by_voice", "starts", "state", "reason", "session",
    "revision", "armed", "wanted", "muted", "gains", "host_generation", "whip_generation",
    "source_generation",
)  # fmt: skip
_NEW: dict[str, object] = {
    "zone": "UTC", "doors_before": 0, "late": False, "why_late": "", "cancelled": False,
    "schedule": 0, "barred": [], "invited": [], "hands_open": True, "hold": "",
    "listen_generation": 0,
}  # fmt: skip

sa.Table(
    "accounts",
    TABLES,
    _text("id", 32, key=True),
    _text("login", 60, unique=True),
    _text("name", 60),
    _text("kind", 10),
    _text("password", 200, null=True),
    _number("made_at"),
    _number("off_at", null=True),
)
sa.Table(
    "passkeys",
    TABLES,
    sa.Column("id", sa.LargeBinary(1024), primary_key=True),
    _of_account(),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    _number("uses"),
    _text("label", 60),
    _number("made_at"),
    _number("used_at", null=True),
)
sa.Table(
    "sign_ins",
    TABLES,
    _text("id", 32, key=True),
    _text("token", 64, unique=True),
    _of_account(),
    _text("browser", 200),
    _number("made_at"),
    _number("used_at"),
    _number("ends_at"),
)
sa.Table(
    "api_tokens",
    TABLES,
    _text("id", 32, key=True),
    _text("token", 64, unique=True),
    _of_account(),
    _text("label", 60),
    _listed("scopes"),
    _number("made_at"),
    _number("used_at", null=True),
    _number("ends_at", null=True),
)
sa.Table(
    "invitations",
    TABLES,
    _text("id", 32, key=True),
    _text("token", 64, unique=True),
    _of_room(null=True),
    _text("role", 10),
    _text("name", 60),
    _text("made_by", 60),
    _number("made_at"),
    _number("ends_at"),
    _number("uses_left"),
)
sa.Table(
    "members",
    TABLES,
    _text("id", 12, key=True),
    _of_room(),
    _text("token", 64, unique=True),
    _text("name", 60),
    _text("role", 10),
    _of_account(null=True, index=False),
    _text("invitation", 32, null=True),
    _text("hand", 16, null=True),
    _yes_or_no("near"),
    _number("place"),
    _number("made_at"),
    _number("gone_at", null=True),
    sa.UniqueConstraint("room", "account", name="uq_members_room_account"),
    sa.UniqueConstraint("room", "hand", name="uq_members_room_hand"),
)
sa.Table(
    "hands",
    TABLES,
    _of_room(key=True),
    _text("hand", 16, key=True),
    _text("name", 60),
    _text("state", 10),
    _yes_or_no("near"),
    _number("number"),
    _number("raised_at"),
    _number("changed_at"),
    _text("prefix", 64),
    sa.Index("ix_hands_room_state_number", "room", "state", "number"),
)
sa.Table(
    "draws",
    TABLES,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    _of_room(),
    _text("seed", 64),
    _text("promise", 64),
    _listed("hands"),
    _listed("drawn"),
    _number("at"),
)
sa.Table(
    "bans",
    TABLES,
    _text("id", 32, key=True),
    _of_room(),
    _text("kind", 10),
    _text("whom", 64),
    _text("name", 60),
    _text("made_by", 60),
    _number("made_at"),
    _number("ends_at", null=True),
)
sa.Table(
    "reports",
    TABLES,
    _text("id", 32, key=True),
    _of_room(),
    _text("whom", 60),
    _text("why", 500),
    _text("made_by", 60),
    _number("made_at"),
    _number("done_at", null=True),
)
sa.Table(
    "reminders",
    TABLES,
    _text("id", 32, key=True),
    _of_room(),
    _text("address", 254),
    _text("language", 10),
    _number("confirmed_at", null=True),
    _number("made_at"),
    sa.UniqueConstraint("room", "address", name="uq_reminders_room_address"),
)
sa.Table(
    "mails",
    TABLES,
    _text("id", 32, key=True),
    _text("reminder", 32, null=True, index=True),
    _text("kind", 20),
    _text("room", 64),
    _number("schedule"),
    _number("due_at", index=True),
    _number("claimed_until"),
    _number("tries"),
    _number("sent_at", null=True),
    _text("failed", 200),
)
sa.Table(
    "log",
    TABLES,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    _number("at"),
    _text("who", 200),
    _text("room", 64, index=True),
    _text("what", 60),
    _listed("details"),
    _text("before", 64),
    _text("hash", 64),
)

_REFUSAL = "the log is only ever added to"
_ONLY_GROWS = {
    "sqlite": tuple(
        f"CREATE TRIGGER log_no_{what.lower()} BEFORE {what} ON log "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for what in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE FUNCTION log_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
        "CREATE TRIGGER log_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON log "
        "FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()",
    ),
}
