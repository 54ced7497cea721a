"""The log from a command line: whole, or broken, and where."""

import json
import sqlite3
from pathlib import Path

from click.testing import CliRunner, Result
from sqlalchemy import text

from fullhouse.cli import cli
from fullhouse.errors import Refused
from fullhouse.house.database import Database
from fullhouse.house.logbook import add_line
from fullhouse.units import Micros
from tests.house.migrations.older import file_of_form
from tests.servers import pretended_house


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["log", "verify", "--data", str(data), *words])


def a_log(data: Path, lines: int) -> Database:
    database = Database.in_folder(data)
    for number in range(lines):
        database.write_now(
            lambda session, number=number: add_line(  # type: ignore[misc]  # bound as it is now
                session, at=Micros(number), who="Ana", room="evening", what="end", details={}
            )
        )
    return database


def test_a_whole_log_is_said_with_what_to_keep_elsewhere(tmp_path: Path) -> None:
    a_log(tmp_path, 3).close()
    result = run(tmp_path)
    assert (result.exit_code, result.stdout.startswith("The log is whole: 3 lines")) == (0, True)
    found = json.loads(run(tmp_path, "--json").stdout)
    assert found["lines"] == 3
    assert found["hash"] in result.stdout


def test_a_broken_log_is_one_line_that_says_where(tmp_path: Path) -> None:
    database = a_log(tmp_path, 3)
    with database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER log_no_update"))
        connection.execute(text("UPDATE log SET who = 'Eve' WHERE number = 2"))
    database.close()
    result = run(tmp_path)
    assert isinstance(result.exception, Refused)
    assert "broken at line 2" in result.exception.message


def test_a_folder_without_a_database_is_not_given_one(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert isinstance(result.exception, Refused)
    assert list(tmp_path.iterdir()) == []


def test_an_older_database_is_not_changed(tmp_path: Path) -> None:
    """An older house may be running on it."""
    path = file_of_form(2, tmp_path)
    result = run(tmp_path)
    assert isinstance(result.exception, Refused)
    assert "no log" in result.exception.message
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def test_what_was_asked_of_the_house_is_shown() -> None:
    line = {"number": 1, "at": "2026-12-01T20:00:00Z", "who": "Ana", "what": "sign_in",
            "details": {"browser": "Firefox"}, "hash": "a"}  # fmt: skip
    with pretended_house(200, json.dumps({"lines": [line]}).encode()) as (url, requests):
        words = ["log", "show", "--most", "3", "--house", url, "--token", "t"]
        result = CliRunner().invoke(cli, words)
    assert requests == ["GET /api/log?most=3 Bearer t"]
    assert result.stdout.rstrip().endswith("Ana: sign_in browser Firefox")


def test_an_empty_log_is_whole(tmp_path: Path) -> None:
    a_log(tmp_path, 0).close()
    assert "0 lines" in run(tmp_path).stdout
