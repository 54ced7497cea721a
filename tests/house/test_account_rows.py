"""Accounts' rows: ids that nobody has, and refusals that say why."""

from pathlib import Path

import pytest
from sqlalchemy import select

from fullhouse.house.account_rows import NotThere, count, new_id, row_of
from fullhouse.house.tables import AccountRow
from tests.house.known import Told, a_host, people_in


def test_an_id_says_what_it_is_of_and_is_had_once() -> None:
    ids = {new_id("a") for _ in range(1000)}
    assert len(ids) == 1000
    assert {(one[:2], len(one)) for one in ids} == {("a-", 12)}


async def test_an_account_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with people_in(tmp_path, Told()) as (people, database):
        ben = await a_host(people, database)
        assert await database.read(lambda session: row_of(session, ben.id).login) == "ben"
        assert await database.read(lambda session: count(session, select(AccountRow.id))) == 1
        with pytest.raises(NotThere):
            await database.read(lambda session: row_of(session, "a-nobody"))
