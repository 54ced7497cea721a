"""Revision 4: what a sign-in has brought goes with it, whoever deletes it."""

from functools import partial

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from fullhouse.house import store
from fullhouse.house.database import Database
from fullhouse.house.room import Room
from fullhouse.house.tables import (
    AccountRow,
    ApiTokenRow,
    MemberRow,
    PassRow,
    SignInRow,
    Table,
)
from fullhouse.units import Micros, RoomSlug


def _add(row: Table, session: Session) -> None:
    session.add(row)


@pytest.mark.parametrize("table", [SignInRow, ApiTokenRow])
def test_a_pass_ends_with_what_has_brought_it(
    database: Database, table: type[SignInRow] | type[ApiTokenRow]
) -> None:
    """The database itself sees to that."""
    room = Room.new(RoomSlug("evening"), "", None, now=Micros(1))
    database.write_now(lambda session: store.add(session, room))
    rows: list[Table] = [
        AccountRow(id="a-1", login="ana", name="Ana", kind="host", made_at=1),
        SignInRow(
            id="s-1", token="1", account="a-1", browser="", made_at=1, used_at=1, ends_at=9
        ),
        ApiTokenRow(id="t-1", token="2", account="a-1", label="x", scopes=[], made_at=1),
        MemberRow(
            id="m-1", room=room.slug, token="3", name="Ana", role="host", account="a-1", near=False,
            place=0, made_at=1,
        ),
        PassRow(token="4", member="m-1", sign_in="s-1"),
        PassRow(token="5", member="m-1", program="t-1"),
    ]  # fmt: skip
    for row in rows:
        database.write_now(partial(_add, row))
    database.write_now(lambda session: session.execute(delete(table)))
    left = database.read_now(lambda session: {row.token for row in session.query(PassRow)})
    assert left == ({"5"} if table is SignInRow else {"4"})
