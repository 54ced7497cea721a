"""A shell: the house's database: SQLite in a file, or PostgreSQL by URL. Its calls run in threads.

A write is one transaction: all of it, or nothing. Writers take turns, in one house and among
houses that share a PostgreSQL, as SQLite has it by itself: who writes sees everything that was
written before, so that `work` may read, decide and write without a thought for others.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from fullhouse.errors import NotReady, Refused
from fullhouse.house.migrations.bring_up import bring_up

TRIES: Final = 5
BUSY_FOR: Final = 5.0
"""Seconds that a writer waits for another one."""
THREADS: Final = 8
_ON_POSTGRESQL: Final = {
    "connect_timeout": 5,
    # A server that is gone without a word is given up as soon as one that says so.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 5_000,
    # A house that stands still in the middle of a write keeps the others waiting no longer.
    "options": "-c lock_timeout=5s -c statement_timeout=10s "
    "-c idle_in_transaction_session_timeout=10s -c timezone=UTC",
}

T = TypeVar("T")


class NotStored(NotReady):
    """The disk is full, gone or slow, or the database is away: what was asked has not happened."""

    code = "not_stored"
    message = "The house cannot write to its disk now, so nothing was changed."


class NotStorable(Refused):
    """A text or a number that the database has no place for."""

    code = "not_storable"
    message = "Something in that is too long or has signs that cannot be kept."


class CameSecond(Exception):
    """Somebody else has written what this would replace: `work` is called again."""


class Database:
    """One database, and how it is spoken to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing = threading.Lock()
        self._threads = ThreadPoolExecutor(THREADS, "database")

    @classmethod
    def open(cls, url: str | URL) -> Self:
        """Open a database, and bring its tables up to `tables`.

        Raises:
            Refused: it cannot be used, or a newer Fullhouse has written it.
        """
        engine = open_engine(url)
        where = str(engine.url.database or "The database")
        try:
            bring_up(engine, where)
        except DBAPIError as error:
            engine.dispose()
            why = str(error.orig).partition("\n")[0]
            raise Refused(f"{where} cannot be used: {why}.", code="no_store") from error
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    @classmethod
    def in_folder(cls, data: Path) -> Self:
        """Open the SQLite file of a data folder, or make it.

        Raises:
            Refused: it cannot be used, or a newer Fullhouse has written it.
        """
        return cls.open(file_in(data))

    @property
    def engine(self) -> Engine:
        """For tests and tools."""
        return self._engine

    @property
    def shared(self) -> bool:
        """Other houses may write to it, too."""
        return self._engine.dialect.name != "sqlite"

    async def read(self, work: Callable[[Session], T]) -> T:
        """Return what `work` reads, all of it as it was at one moment.

        Raises:
            NotStored: the database is away.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self.read_now, work)

    async def write(self, work: Callable[[Session], T]) -> T:
        """Carry `work` out as one transaction; when this returns, it is safe.

        `work` may be called again where another writer came first, so it must not do anything
        but read and write. What it raises takes everything back.

        Raises:
            NotStored: it could not be written, and all is as it was.
            Refused: `work` raised it; nothing was written.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self.write_now, work)

    def read_now(self, work: Callable[[Session], T]) -> T:
        """As `read`, while everybody waits: for starts, tools and tests."""
        return self._tried(work, "BEGIN")

    def write_now(self, work: Callable[[Session], T]) -> T:
        """As `write`, while everybody waits: for starts, tools and tests."""
        if not self._writing.acquire(timeout=BUSY_FOR):
            raise NotStored()
        try:
            # SQLite: whoever reads first and then writes may find that somebody else has written.
            return self._tried(work, "BEGIN IMMEDIATE", "LOCK TABLE alembic_version IN EXCLUSIVE")
        finally:
            self._writing.release()

    def _tried(self, work: Callable[[Session], T], begin: str, lock: str = "") -> T:
        for _ in range(TRIES):
            try:
                with _reported(), Session(self._engine) as session:
                    if not self.shared:
                        session.connection().exec_driver_sql(begin)
                    elif lock:
                        # Before all else: what is read after it is the newest. Taken on a table
                        # that nobody cleans up, and that a migration has, too.
                        session.connection().exec_driver_sql(f"{lock} MODE")
                    found = work(session)
                    session.commit()
                    return found
            except CameSecond:
                continue
        raise NotStored()

    def close(self) -> None:
        """Let go of it."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._engine.dispose()


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) in ("40001", "40P01"):
            raise CameSecond() from error
        raise NotStored() from error
    except DataError as error:
        raise NotStorable() from error
    except DBAPIError as error:
        raise NotStored() from error


def file_in(data: Path) -> URL:
    """Return the URL of a data folder's own database, whatever signs are in the path."""
    return URL.create("sqlite", database=str(data / "rooms.db"))


def open_engine(url: str | URL) -> Engine:
    """Return an engine for `sqlite:///PATH` or `postgresql://…`.

    Raises:
        Refused: the URL is neither.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Not told what it says: it may hold a password.
        raise Refused("The database's URL has no form that is known.", code="bad_url") from None
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed.set(drivername="sqlite"), connect_args={"timeout": BUSY_FOR})
        event.listen(engine, "connect", _make_durable)
        return engine
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            isolation_level="REPEATABLE READ",
            pool_pre_ping=True,
            pool_size=THREADS,
            connect_args={**_ON_POSTGRESQL, **dict(parsed.query)},
        )
    raise Refused(
        "The database is SQLite or PostgreSQL: sqlite:///PATH or postgresql://…", code="bad_url"
    )


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
