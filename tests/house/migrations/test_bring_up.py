"""Older databases become those of this version, all at once or not at all."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from fullhouse.errors import Refused
from fullhouse.house.database import Database
from fullhouse.house.migrations.bring_up import FORM, HEAD
from fullhouse.house.tables import Table
from tests.house.migrations.older import file_of_form

OPEN = "import sys; from fullhouse.house.database import Database; Database.open(sys.argv[1])"


def test_tables_and_migrations_say_the_same(empty_url: str) -> None:
    """Whoever changes `tables.py` writes a step that brings older databases there."""
    database = Database.open(empty_url)
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(found, Table.metadata) == []
    database.close()


def test_a_file_of_before_says_the_same_too(tmp_path: Path) -> None:
    """However a file came to be, it is one and the same in the end, to the letter."""

    def form(path: Path) -> dict[str, str]:
        with sqlite3.connect(path) as connection:
            found = connection.execute("SELECT name, sql FROM sqlite_master").fetchall()
        return {name: re.sub(r"\s+", " ", sql or "") for name, sql in found}

    for number in (1, 2, 3):
        (tmp_path / str(number)).mkdir()
        if number < FORM:
            file_of_form(number, tmp_path / str(number))
        Database.in_folder(tmp_path / str(number)).close()
    forms = [form(tmp_path / str(number) / "rooms.db") for number in (1, 2, 3)]
    assert forms[0] == forms[1] == forms[2]


def test_opening_again_changes_nothing(empty_url: str) -> None:
    for _ in range(2):
        database = Database.open(empty_url)
        with database.engine.connect() as connection:
            found = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
        assert found == [HEAD]
        database.close()


def test_the_newest_step_is_the_one_that_is_gone_to() -> None:
    settings = Config()
    settings.set_main_option("script_location", "fullhouse.house:migrations")
    assert ScriptDirectory.from_config(settings).get_heads() == [HEAD]


def test_a_database_of_a_newer_fullhouse_is_left_alone(database_url: str) -> None:
    database = Database.open(database_url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    database.close()
    with pytest.raises(Refused) as refusal:
        Database.open(database_url)
    assert refusal.value.code == "newer_store"
    assert "newer Fullhouse" in refusal.value.message


def test_a_file_of_a_newer_form_is_left_alone(tmp_path: Path) -> None:
    path = file_of_form(FORM + 1, tmp_path)
    before = path.read_bytes()
    with pytest.raises(Refused, match=r"rooms\.db was written by a newer Fullhouse"):
        Database.in_folder(tmp_path)
    assert path.read_bytes() == before


def test_an_older_fullhouse_sees_that_a_file_is_none_of_its_own(tmp_path: Path) -> None:
    """It refuses what says more than 2."""
    Database.in_folder(tmp_path).close()
    with sqlite3.connect(tmp_path / "rooms.db") as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (FORM,)


def test_a_step_that_fails_leaves_all_as_it_was(tmp_path: Path) -> None:
    """Here something that is not ours has the name of a table; the rooms must not suffer."""
    path = file_of_form(2, tmp_path)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE members (somebody)")
    with pytest.raises(Refused, match="cannot be used: table members already exists"):
        Database.in_folder(tmp_path)
    with sqlite3.connect(path) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        assert not names & {"alembic_version", "rooms_before", "accounts"}
        assert connection.execute("SELECT count(listed) FROM rooms").fetchone() == (2,)
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def test_houses_that_start_at_once_take_turns(empty_url: str) -> None:
    """Each of them finds the tables in the end, and none an error."""
    command = [sys.executable, "-c", OPEN, empty_url]
    houses = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    for house in houses:
        _, errors = house.communicate(timeout=60)
        assert (house.returncode, b"Traceback" in errors) == (0, False), errors.decode()
