"""A shell: brings a database up to the tables of this version, as one transaction.

Two houses that start at once on one database take turns: the second finds it done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from sqlalchemy import Connection, Engine, inspect, text

from fullhouse.errors import Refused

HEAD: Final = "4"
"""The newest step's revision."""
FORM: Final = 3
"""In a SQLite file (`PRAGMA user_version`): tells versions from before Alembic, which count up to
2 there, that it is none of theirs."""
TURN: Final = 0x66686D67
"""The advisory lock of those who bring a PostgreSQL up."""

log = structlog.get_logger()


class NewerDatabase(Refused):
    """A newer Fullhouse has written it."""

    code = "newer_store"

    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where} was written by a newer Fullhouse than this one: please start that one."
        )


def bring_up(engine: Engine, where: str) -> None:
    """Give the database the tables of this version, whatever it has.

    Args:
        where: which one it is, for people.

    Raises:
        NewerDatabase: it has more than this version knows.
        sqlalchemy.exc.DBAPIError: it cannot be used.
    """
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    with engine.connect() as connection, _turn(connection):
        found = _revision(connection)
        if found != HEAD:
            _take_steps(connection, found, where)
            log.info("database brought up", before=found or "", now=HEAD)
        connection.commit()


def _take_steps(connection: Connection, found: str | None, where: str) -> None:
    # Alembic takes a while to import: only where there is work for it.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    settings = Config(attributes={"connection": connection})
    settings.set_main_option("script_location", "fullhouse.house:migrations")
    known = {step.revision for step in ScriptDirectory.from_config(settings).walk_revisions()}
    if found not in {None, *known} or _form(connection) > FORM:
        raise NewerDatabase(where)
    command.upgrade(settings, HEAD)
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"PRAGMA user_version = {FORM}"))


def _revision(connection: Connection) -> str | None:
    """Return which step was the last; None: there was none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


@contextmanager
def _turn(connection: Connection) -> Iterator[None]:
    """Begin a transaction that no other house that starts can be in."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
        return
    # Held over transactions: what is read in the next one is what the one before us has left.
    connection.execute(text("SET lock_timeout = '60s'"))
    connection.execute(text("SET statement_timeout = 0"))
    # On a busy machine Alembic alone may take longer to import than a house may stand still.
    connection.execute(text("SET idle_in_transaction_session_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_lock(:turn)"), {"turn": TURN})
    connection.commit()
    connection.begin()
    try:
        yield
    finally:
        connection.invalidate()


def _form(connection: Connection) -> int:
    if connection.dialect.name != "sqlite":
        return 0
    return int(connection.scalar(text("PRAGMA user_version")) or 0)
