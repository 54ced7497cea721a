"""Revision 1: what files of before Alembic hold is kept."""

import sqlite3
from pathlib import Path

import pytest

from fullhouse.house import store
from fullhouse.house.database import Database
from fullhouse.wire import Visibility
from tests.house.migrations.older import file_of_form


@pytest.mark.parametrize("form", [1, 2])
def test_rooms_of_older_files_are_all_there(tmp_path: Path, form: int) -> None:
    """Form 1 knew no gains."""
    file_of_form(form, tmp_path)
    database = Database.in_folder(tmp_path)
    evening, quiet = sorted(database.read_now(store.rooms), key=lambda room: room.slug)
    assert (evening.title, evening.epoch, evening.starts) == (
        "An evening", 1_800_000_000_000_000, 1_800_000_600_000_000,
    )  # fmt: skip
    assert (evening.revision, evening.session, evening.state) == (41, 2, "live")
    assert evening.muted == ("seat-1", "seat-2")
    assert evening.gains == ({} if form == 1 else {"seat-1": -3.5})
    assert [evening.generations.host, evening.generations.source] == [3, 5]
    assert (evening.visibility, quiet.visibility) == (Visibility.PUBLIC, Visibility.UNLISTED)
    database.close()


def test_the_old_table_is_gone(tmp_path: Path) -> None:
    file_of_form(2, tmp_path)
    Database.in_folder(tmp_path).close()
    with sqlite3.connect(tmp_path / "rooms.db") as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert "rooms" in names
    assert "rooms_before" not in names
