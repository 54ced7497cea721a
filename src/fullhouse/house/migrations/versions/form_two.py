"""A shell: revision 1: what SQLite files of before Alembic have: form 2, one table of rooms.

Form 1 knew no gains.
"""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make the table, or add to it what it lacks."""
    tables = sa.inspect(op.get_bind())
    if not tables.has_table("rooms"):
        key = sa.PrimaryKeyConstraint("slug", name="pk_rooms_before")
        op.create_table("rooms", *_columns(), key)
    elif "gains" not in {column["name"] for column in tables.get_columns("rooms")}:
        op.add_column("rooms", sa.Column("gains", sa.JSON, nullable=False, server_default="{}"))


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("by_voice", sa.Boolean, nullable=False),
        sa.Column("starts", sa.BigInteger, nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("session", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("armed", sa.Boolean, nullable=False),
        sa.Column("wanted", sa.Boolean, nullable=False),
        sa.Column("muted", sa.JSON, nullable=False),
        sa.Column("gains", sa.JSON, nullable=False),
        sa.Column("listed", sa.Boolean, nullable=False),
        sa.Column("host_generation", sa.BigInteger, nullable=False),
        sa.Column("whip_generation", sa.BigInteger, nullable=False),
        sa.Column("source_generation", sa.BigInteger, nullable=False),
    ]
