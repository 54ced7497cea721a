"""A shell: revision 4: members' tokens that end with a sign-in, the key's mark, used challenges."""

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Make what is new. Members who came by a sign-in are asked for it once more."""
    op.create_table(
        "passes",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("member", sa.String(12), nullable=False),
        sa.Column("sign_in", sa.String(32), nullable=True),
        sa.Column("program", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("token", name="pk_passes"),
        _ends_with("member", "members"),
        _ends_with("sign_in", "sign_ins"),
        _ends_with("program", "api_tokens"),
    )
    for column in ("member", "sign_in", "program"):
        op.create_index(f"ix_passes_{column}", "passes", [column])
    op.create_table(
        "server_key",
        sa.Column("mark", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_server_key"),
    )
    op.create_table(
        "answered",
        sa.Column("challenge", sa.String(64), nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("challenge", name="pk_answered"),
    )
    op.create_index("ix_answered_ends_at", "answered", ["ends_at"])


def _ends_with(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{table}.id"], name=f"fk_passes_{column}", ondelete="CASCADE"
    )
