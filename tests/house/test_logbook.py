"""The log in the database: one chain, whoever writes."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from fullhouse.house.database import Database
from fullhouse.house.log import broken_at
from fullhouse.house.logbook import add_line, lines_of, newest_link, note_succession, verify
from fullhouse.units import Micros


def line(
    who: str = "Ana", room: str = "evening", details: Mapping[str, Any] | None = None
) -> Callable[[Session], None]:
    """Return a write that adds a line."""

    def work(session: Session) -> None:
        add_line(session, at=Micros(5), who=who, room=room, what="end", details=details or {})

    return work


async def test_two_houses_write_one_chain(database_url: str) -> None:
    houses = [Database.open(database_url), Database.open(database_url)]
    await asyncio.gather(*(houses[number % 2].write(line(f"P{number}")) for number in range(20)))
    newest, broken = await houses[0].read(verify)
    assert newest is not None
    assert (newest.line.number, broken) == (20, None)
    for house in houses:
        house.close()


async def test_a_room_has_its_own_lines_newest_first(database: Database) -> None:
    for number in range(6):
        room = "evening" if number % 2 else "morning"
        await database.write(line(room=room))
    found = await database.read(lambda session: lines_of(session, "evening", None, 2))
    assert [one.line.number for one in found] == [6, 4]
    found = await database.read(lambda session: lines_of(session, "evening", 4, 2))
    assert [one.line.number for one in found] == [2]


async def test_who_acts_is_noted_once_however_many_houses_see_it(database: Database) -> None:
    def note(room: str, acting: str) -> bool:
        return database.write_now(
            lambda session: note_succession(session, room, acting, "Ken", at=Micros(5))
        )

    assert not note("evening", ""), "nobody acts, and nobody ever did"
    assert note("evening", "m-a")
    assert not note("evening", "m-a")
    assert note("morning", "m-a")
    assert note("evening", "")
    assert not note("evening", "")
    found = await database.read(lambda session: lines_of(session, "evening", None, 9))
    assert [one.line.details["acting"] for one in found] == ["", "m-a"]


async def test_details_come_back_as_they_went(database: Database) -> None:
    """Else the hash that is computed from them would be another."""
    details = {"title": "Ana ✓ \u2028 \U0001f3a4", "gain_db": 0.1 + 0.2, "n": 2**53, "on": None}
    await database.write(line(details=details))
    newest = await database.read(newest_link)
    assert newest is not None
    assert newest.line.details == details
    assert broken_at([newest]) is None


async def test_an_empty_log_holds(database: Database) -> None:
    assert await database.read(verify) == (None, None)


async def test_a_changed_line_is_found(database: Database) -> None:
    """By somebody who can get past the triggers."""
    for _ in range(5):
        await database.write(line())
    drop = {
        "sqlite": "DROP TRIGGER log_no_update",
        "postgresql": "ALTER TABLE log DISABLE TRIGGER ALL",
    }
    with database.engine.begin() as connection:
        connection.execute(text(drop[database.engine.dialect.name]))
        connection.execute(text("UPDATE log SET who = 'Eve' WHERE number = 3"))
    newest, broken = await database.read(verify)
    assert newest is not None
    assert (newest.line.number, broken) == (2, 3)


async def test_a_long_name_is_cut(database: Database) -> None:
    await database.write(line("x" * 300))
    newest = await database.read(newest_link)
    assert newest is not None
    assert len(newest.line.who) == 200
