"""The database: all of a change, or nothing; and one writer after the other."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fullhouse.errors import Refused
from fullhouse.house.database import CameSecond, Database, NotStorable, NotStored
from fullhouse.house.tables import AccountRow


def account(name: str) -> AccountRow:
    return AccountRow(id=name, login=name, name=name, kind="host", password=None, made_at=1)


def logins(session: Session) -> list[str]:
    return list(session.scalars(select(AccountRow.login).order_by(AccountRow.login)))


async def test_what_was_written_is_read(database: Database) -> None:
    await database.write(lambda session: session.add(account("ana")))
    assert await database.read(logins) == ["ana"]


async def test_a_refusal_takes_everything_back(database: Database) -> None:
    def work(session: Session) -> None:
        session.add(account("ana"))
        session.flush()
        raise Refused("No.")

    with pytest.raises(Refused):
        await database.write(work)
    assert await database.read(logins) == []


async def test_who_reads_decides_and_writes_need_not_think_of_others(database_url: str) -> None:
    """Twenty writers of two houses count one number up: none reads what another is changing."""
    houses = [Database.open(database_url), Database.open(database_url)]

    def count(session: Session) -> None:
        row = session.get(AccountRow, "ana")
        assert row is not None
        row.made_at += 1

    await houses[0].write(lambda session: session.add(account("ana")))
    await asyncio.gather(*(houses[number % 2].write(count) for number in range(20)))
    made_at = await houses[0].read(lambda session: session.scalar(select(AccountRow.made_at)))
    assert made_at == 21
    for house in houses:
        house.close()


async def test_a_reader_sees_one_moment(database_url: str) -> None:
    """What is written between its two looks does not show in the second."""
    ours, theirs = Database.open(database_url), Database.open(database_url)

    def look_twice(session: Session) -> tuple[list[str], list[str]]:
        first = logins(session)
        theirs.write_now(lambda other: other.add(account("bob")))
        return first, logins(session)

    assert await ours.read(look_twice) == ([], [])
    assert await ours.read(logins) == ["bob"]
    ours.close()
    theirs.close()


async def test_who_came_second_is_asked_again(database: Database) -> None:
    tries = 0

    def work(_session: Session) -> int:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise CameSecond()
        return tries

    assert await database.write(work) == 3


async def test_who_always_comes_second_is_told_so(database: Database) -> None:
    def work(_session: Session) -> None:
        raise CameSecond()

    with pytest.raises(NotStored):
        await database.write(work)


async def test_what_the_database_does_not_take_is_a_refusal(database: Database) -> None:
    """A name given twice is not written; neither breaks anything for the next."""
    await database.write(lambda session: session.add(account("ana")))
    with pytest.raises(NotStored) as refusal:
        await database.write(lambda session: session.add(account("ana")))
    assert refusal.value.status == 503
    await database.write(lambda session: session.add(account("bob")))


async def test_a_text_that_is_too_long_is_the_callers_fault(database: Database) -> None:
    """PostgreSQL keeps to the bounds; SQLite takes it."""
    if database.shared:
        with pytest.raises(NotStorable):
            await database.write(lambda session: session.add(account("a" * 61)))


async def test_a_server_that_was_started_again_is_found_again(database: Database) -> None:
    """Connections that it has cut are not used any more."""
    await database.write(lambda session: session.add(account("ana")))
    if database.shared:
        with database.engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
    assert await database.read(logins) == ["ana"]
    await database.write(lambda session: session.add(account("bob")))


def test_a_url_of_something_else_is_refused_without_its_password() -> None:
    for url in ("mysql://a:secret@here/there", "nonsense:secret", "", "postgresql://a:secret@h:x/"):
        with pytest.raises(Refused) as refusal:
            Database.open(url)
        assert "secret" not in refusal.value.message


def test_a_server_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        Database.open(f"postgresql://ana:secret@/house?host={tmp_path}")
    assert refusal.value.code == "no_store"
    assert "secret" not in refusal.value.message
    assert "\n" not in refusal.value.message


def test_commits_wait_for_the_disk(tmp_path: Path) -> None:
    """What was acknowledged must survive the power, not only the process."""
    database = Database.in_folder(tmp_path)
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    database.close()


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "rooms.db").write_bytes(b"this is not a database, is it? " * 100)
    with pytest.raises(Refused, match="cannot be used: file is not a database"):
        Database.in_folder(tmp_path)


def test_a_folder_may_be_called_anything(tmp_path: Path) -> None:
    folder = tmp_path / "100% mine? #1"
    folder.mkdir()
    Database.in_folder(folder).close()
    assert sqlite3.connect(folder / "rooms.db").execute("SELECT count(*) FROM rooms").fetchone()


def test_a_writer_that_stands_still_is_not_waited_for_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fullhouse.house.database.BUSY_FOR", 0.05)
    with database._writing, pytest.raises(NotStored):
        database.write_now(lambda session: session.execute(text("SELECT 1")))
