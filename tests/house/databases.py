"""Databases for tests: a SQLite file, or a database of its own in a real PostgreSQL.

The server is Debian's, started once per process of tests, on a socket in a folder of its own.
"""

import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import psycopg
import pytest

from fullhouse.house.database import Database
from fullhouse.house.migrations.bring_up import HEAD
from fullhouse.house.tables import Table

_libc: Final = ctypes.CDLL(None)
PROGRAMS: Final = Path("/usr/lib/postgresql")
BOTH: Final = ("sqlite", "postgresql")
TEMPLATE: Final = "brought_up"
QUICK: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""Without waiting for the disk: for tests that do not ask whether it was waited for."""


_CUT_OTHERS: Final = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_IS_INTACT: Final = """
    SELECT version_num, (SELECT count(*) FROM pg_trigger
        WHERE tgrelid = 'log'::regclass AND tgenabled <> 'O')
    FROM alembic_version
"""


@dataclass
class PostgreSQL:
    """A running server."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _empty: list[str] = field(default_factory=list)

    def url(self, name: str) -> str:
        """Return the URL of one of its databases."""
        return f"postgresql:///{name}?host={self.folder}&user=fullhouse"

    def execute(self, statement: str) -> None:
        """Carry a statement out that is about whole databases."""
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def conninfo(self, name: str = "postgres") -> str:
        """Return how its own client finds one of its databases."""
        return f"host={self.folder} user=fullhouse dbname={name}"

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """Make a database that holds a house's empty tables, or none at all; yield its URL."""
        if self._empty and not empty:
            name = self._empty.pop()
        else:
            name = f"house_{next(self._numbers)}"
            template = "template0" if empty else TEMPLATE
            self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            if not empty and self._emptied(name):
                self._empty.append(name)
            else:
                self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _emptied(self, name: str) -> bool:
        """Empty a database for the next test, which is quick; tell whether it can be used again."""
        with psycopg.connect(self.conninfo(name), autocommit=True) as connection:
            while connection.execute(_CUT_OTHERS).fetchall():
                time.sleep(0.01)
            try:
                found = connection.execute(_IS_INTACT).fetchone()
                connection.execute("SET session_replication_role = replica")  # no triggers
                for table in Table.metadata.tables:
                    connection.execute(f"DELETE FROM {table}".encode())
            except psycopg.Error:
                return False
            return found == (HEAD, 0)


@contextmanager
def postgresql_server(*options: str) -> Iterator[PostgreSQL]:
    """Run a PostgreSQL of our own; options are such as `fsync=off`."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="fullhouse-pg-"))
    # It refuses to run as root.
    user = "postgres" if os.getuid() == 0 else None
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    try:
        with (folder / "log").open("wb") as log:
            subprocess.run(
                [programs / "initdb", "-D", folder / "data", "-U", "fullhouse", "-A", "trust",
                 "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"],
                check=True, stdout=log, stderr=log, user=user, cwd=folder,
            )  # fmt: skip
            said = [word for option in options for word in ("-c", option)]
            process = subprocess.Popen(
                [programs / "postgres", "-D", folder / "data", "-k", folder,
                 "-c", "listen_addresses=", "-c", "max_connections=200", *said],
                stdout=log, stderr=log, user=user, cwd=folder,
                preexec_fn=_end_with_tests,  # noqa: PLW1509 - one thread
            )  # fmt: skip
        server = PostgreSQL(folder, process)
        try:
            _wait_for(server)
            server.execute(f"CREATE DATABASE {TEMPLATE}")
            Database.open(server.url(TEMPLATE)).close()
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lay_down(file: Path) -> None:
    """Write an empty house's SQLite file where there is none, as a house makes it, but at once."""
    if file.parent.is_dir() and not file.exists():
        file.write_bytes(_brought_up())


@cache
def _brought_up() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        Database.in_folder(Path(folder)).close()
        return (Path(folder) / "rooms.db").read_bytes()


def _end_with_tests() -> None:
    """In the new process: have the kernel end it when the tests are killed."""
    _libc.prctl(1, signal.SIGQUIT, 0, 0, 0)  # PR_SET_PDEATHSIG


def _programs() -> Path:
    """Return the folder of the newest PostgreSQL's programs; Debian has them beside the path."""
    found = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda one: int(one.parent.parent.name))
    elsewhere = shutil.which("initdb")
    assert found or elsewhere, "PostgreSQL is not installed: run tools/need_programs.sh"
    return (found[-1] if found else Path(str(elsewhere))).parent


def _wait_for(server: PostgreSQL) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            return psycopg.connect(server.conninfo()).close()
        except psycopg.OperationalError:
            if time.monotonic() > end or server.process.poll() is not None:
                raise
            time.sleep(0.02)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL for all tests of this process."""
    with postgresql_server(*QUICK) as server:
        yield server


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of the test's own, once of each kind."""
    if request.param == "sqlite":
        lay_down(tmp_path / "rooms.db")
        yield f"sqlite:///{tmp_path / 'rooms.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    with server.database() as url:
        yield url


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database that has no tables yet, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'rooms.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    with server.database(empty=True) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database, once of each kind."""
    one = Database.open(database_url)
    yield one
    one.close()
