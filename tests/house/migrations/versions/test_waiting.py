"""Revision 3: rooms of before know that nobody missed them, and give hands no more time."""

from pathlib import Path

from fullhouse.house import store
from fullhouse.house.database import Database
from tests.house.migrations.older import file_of_form


def test_rooms_of_before_were_not_missed_and_ask_nobody(tmp_path: Path) -> None:
    file_of_form(2, tmp_path)
    database = Database.in_folder(tmp_path)
    rooms = database.read_now(store.rooms)
    assert [(room.missed, dict(room.answer_by)) for room in rooms] == [(False, {})] * 2
    database.close()
