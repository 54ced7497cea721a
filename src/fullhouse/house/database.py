"""A shell: the house's database: SQLite in a file, or PostgreSQL by URL. Its calls run in threads.

A write is one transaction: all of it, or nothing. Two houses may share a PostgreSQL; what they
do at the same time is ordered by it, and whoever comes second is asked to look again.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final, Self, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from fullhouse.errors import NotReady, Refused

TRIES: Final = 5
BUSY_FOR: Final = 5.0
"""Seconds that a writer waits for another one."""

T = TypeVar("T")


class NotStored(NotReady):
    """The disk is full, gone or slow, or the database is away: what was asked has not happened."""

    code = "not_stored"
    message = "The house cannot write to its disk now, so nothing was changed."


class Database:
    """One database, and how it is spoken to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a database, whose tables `migrations` has brought up.

        Raises:
            Refused: it cannot be used.
        """
        return cls(open_engine(url))

    @property
    def engine(self) -> Engine:
        """For migrations."""
        return self._engine

    async def read(self, work: Callable[[Session], T]) -> T:
        """Return what `work` reads.

        Raises:
            NotStored: the database is away.
        """
        return await asyncio.to_thread(self._in_session, work, False)

    async def write(self, work: Callable[[Session], T]) -> T:
        """Carry `work` out as one transaction; when this returns, it is safe.

        `work` may be called again where another writer came first, so it must not do anything
        but read and write.

        Raises:
            NotStored: it could not be written, and all is as it was.
            Refused: `work` raised it; nothing was written.
        """
        return await asyncio.to_thread(self._in_session, work, True)

    def _in_session(self, work: Callable[[Session], T], writes: bool) -> T:
        for attempt in range(TRIES):
            try:
                with Session(self._engine) as session:
                    if writes:
                        _begin_to_write(session)
                    found = work(session)
                    session.commit()
                    return found
            except OperationalError as error:
                if attempt == TRIES - 1 or not _came_second(error):
                    raise NotStored() from error
            except DBAPIError as error:
                raise NotStored() from error
        raise AssertionError

    def close(self) -> None:
        """Let go of it."""
        self._engine.dispose()


def open_engine(url: str) -> Engine:
    """Return an engine for `sqlite:///PATH` or `postgresql://…`.

    Raises:
        Refused: the URL is neither.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Refused("The database's URL has no form that is known.", code="bad_url") from error
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": BUSY_FOR})
        event.listen(engine, "connect", _make_durable)
        return engine
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            isolation_level="REPEATABLE READ",
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5},
        )
    raise Refused("The database is SQLite or PostgreSQL.", code="bad_url")


def _begin_to_write(session: Session) -> None:
    # SQLite: whoever reads first and then writes may find that somebody else has written.
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("BEGIN IMMEDIATE")


def _came_second(error: OperationalError) -> bool:
    code = getattr(error.orig, "sqlstate", None)
    return code in ("40001", "40P01") or "locked" in str(error.orig)


def _make_durable(connection: Any, _record: object) -> None:
    # An acknowledged change must survive the power, so each commit waits for the disk.
    connection.isolation_level = None  # transactions begin where we say so
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "busy_timeout = 5000",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
