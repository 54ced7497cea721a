"""Programs' tokens: whose they are, what they may do, how long."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session

from fullhouse.house import api_tokens as the_shell
from fullhouse.house.account_rows import TooMany
from fullhouse.house.accounts import BadName
from fullhouse.house.database import Database
from fullhouse.house.people import People
from fullhouse.house.scopes import Scope, UnknownScope, within
from fullhouse.house.tables import AccountRow, ApiTokenRow
from tests.house.known import DAY, Told, a_host, people_in

Both = tuple[People, Database]


@pytest.fixture
def clock() -> Told:
    return Told()


@pytest.fixture
def both(tmp_path: Path, clock: Told) -> Iterator[Both]:
    with people_in(tmp_path, clock) as both:
        yield both


async def test_a_token_acts_for_its_account_within_its_scopes(both: Both) -> None:
    people, database = both
    ben = await a_host(people, database)
    made, secret = await people.tokens.make(ben, "Calendar", ["rooms:write", "rooms:read"], None)
    assert await people.tokens.whose(secret) == (ben, (Scope.ROOMS_READ, Scope.ROOMS_WRITE))
    assert await people.by_api_token(secret) == (ben, within(made.scopes))
    (listed,) = await people.tokens.all(ben)
    assert (listed.id, listed.label, listed.ends_at) == (made.id, "Calendar", None)
    assert listed.used_at is not None


async def test_a_token_runs_out(both: Both, clock: Told) -> None:
    people, database = both
    ben = await a_host(people, database)
    _, secret = await people.tokens.make(ben, "A week", ["log"], 7)
    clock.passes(7 * DAY - 1)
    assert await people.by_api_token(secret) is not None
    clock.passes(1)
    assert await people.by_api_token(secret) is None


async def test_a_token_is_ended_by_its_own_account_only(both: Both) -> None:
    people, database = both
    ben, eve = await a_host(people, database), await a_host(people, database, "eve")
    made, secret = await people.tokens.make(ben, "Calendar", ["log"], None)
    assert not await people.tokens.end(eve, made.id)
    assert await people.by_api_token(secret) is not None
    assert await people.tokens.end(ben, made.id)
    assert await people.by_api_token(secret) is None


async def test_a_token_of_an_account_that_is_off_opens_nothing(both: Both) -> None:
    people, database = both
    ben = await a_host(people, database)
    _, secret = await people.tokens.make(ben, "Calendar", ["log"], None)

    def off(session: Session) -> None:
        session.get_one(AccountRow, ben.id).off_at = 1

    await database.write(off)
    assert await people.by_api_token(secret) is None


async def test_what_makes_no_sense_is_refused(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    people, database = both
    ben = await a_host(people, database)
    with pytest.raises(BadName):
        await people.tokens.make(ben, " ", ["log"], None)
    with pytest.raises(UnknownScope):
        await people.tokens.make(ben, "Calendar", [], None)
    monkeypatch.setattr(the_shell, "MOST_TOKENS", 1)
    await people.tokens.make(ben, "Calendar", ["log"], None)
    with pytest.raises(TooMany):
        await people.tokens.make(ben, "Calendar", ["log"], None)


async def test_a_scope_that_is_gone_lets_nobody_in(both: Both) -> None:
    """A newer program may have had more scopes than this one knows."""
    people, database = both
    ben = await a_host(people, database)
    _, secret = await people.tokens.make(ben, "Calendar", ["log"], None)
    await database.write(
        lambda session: session.execute(update(ApiTokenRow).values(scopes=["past"]))
    )
    assert await people.by_api_token(secret) == (ben, frozenset())


async def test_a_token_that_is_changed_at_any_place_opens_nothing(both: Both) -> None:
    people, database = both
    _, token = await people.tokens.make(await a_host(people, database), "Calendar", ["log"], None)

    @settings(max_examples=100)
    @given(at=st.integers(0, 35), sign=st.characters(max_codepoint=0x2FF), cut=st.booleans())
    def mutate(at: int, sign: str, cut: bool) -> None:
        changed = token[:at] if cut else token[:at] + sign + token[at + 1 :]
        found = asyncio.run(people.by_api_token(changed))
        assert (found is not None) == (changed == token)

    await asyncio.to_thread(mutate)
