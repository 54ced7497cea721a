"""The database: all of a change, or nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fullhouse.errors import Refused
from fullhouse.house.database import Database
from fullhouse.house.tables import AccountRow, Table


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    one = Database.open(f"sqlite:///{tmp_path / 'house.db'}")
    Table.metadata.create_all(one.engine)
    yield one
    one.close()


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


def test_a_url_of_something_else_is_refused() -> None:
    for url in ("mysql://here/there", "nonsense", ""):
        with pytest.raises(Refused):
            Database.open(url)
