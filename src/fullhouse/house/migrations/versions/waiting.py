"""A shell: revision 3: until when invited hands may answer, and sessions to which nobody came."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Add what is new about rooms. A hand that is being asked just now has had its time."""
    op.add_column(
        "rooms", sa.Column("missed", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column("rooms", sa.Column("answer_by", sa.JSON, nullable=False, server_default="{}"))
