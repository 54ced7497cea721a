"""Revision 2: the log that nobody changes, not even by mistake."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fullhouse.house.database import Database
from fullhouse.house.logbook import add_line, newest_link
from fullhouse.units import Micros


@pytest.mark.parametrize("change", ["UPDATE log SET who = 'nobody'", "DELETE FROM log"])
def test_the_database_itself_keeps_lines_of_the_log(database: Database, change: str) -> None:
    database.write_now(
        lambda session: add_line(
            session, at=Micros(1), who="Ana", room="evening", what="end", details={}
        )
    )
    with (
        database.engine.connect() as connection,
        pytest.raises(DBAPIError, match="only ever added to"),
    ):
        connection.execute(text(change))
    newest = database.read_now(newest_link)
    assert newest is not None
    assert newest.line.who == "Ana"


def test_the_log_cannot_be_emptied(database: Database) -> None:
    if database.shared:
        with database.engine.connect() as connection, pytest.raises(DBAPIError, match="only ever"):
            connection.execute(text("TRUNCATE log"))
