"""The owner's view: links that make accounts, accounts switched off and on."""

import asyncio
from dataclasses import dataclass

import pytest

from fullhouse.house import staff as the_shell
from fullhouse.house.account_rows import LinkUsed, LoginTaken, NotThere, TooMany, WrongPassword
from fullhouse.house.accounts import AccountKind, BadPassword
from fullhouse.house.database import Database
from fullhouse.house.logbook import verify
from fullhouse.house.passwords import Passwords
from fullhouse.house.people import People, SignedIn
from fullhouse.house.staff import INVITED_FOR, LastOwner, Staff
from tests.house.known import CHEAP, KEY, PASSWORD, Told, a_host, asked, hears


@dataclass
class Stand:
    """A house with its owner."""

    staff: Staff
    people: People
    owner: SignedIn
    clock: Told
    database: Database


pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def stand(database: Database) -> Stand:
    """On SQLite; what of PostgreSQL is of its own is tried with `people`."""
    clock = Told()
    people = People(database, clock, KEY, Passwords(CHEAP))
    owner = await people.make_first(people.first_secret, asked(), "")
    return Stand(Staff(database, clock, people), people, owner, clock, database)


async def test_a_link_makes_one_account(stand: Stand) -> None:
    made, secret = await stand.staff.invite(AccountKind.HOST, "Ben", "Ana")
    assert await stand.staff.invited(secret) == made
    assert await stand.staff.invitations() == [made]
    ben = await stand.staff.accept(secret, asked("ben", "Ben"), "Firefox, Linux")
    assert (ben.account.kind, ben.account.login) == (AccountKind.HOST, "ben")
    assert await stand.people.by_cookie(ben.token) == ben.account
    assert await stand.staff.invitations() == []
    for _ in range(2):
        with pytest.raises(LinkUsed):
            await stand.staff.accept(secret, asked("eve", "Eve"), "")
    assert [one.login for one in await stand.staff.accounts()] == ["ana", "ben"]


async def test_of_two_who_open_a_link_at_once_one_gets_an_account(stand: Stand) -> None:
    _, secret = await stand.staff.invite(AccountKind.HOST, "", "Ana")
    outcomes = await asyncio.gather(
        *(stand.staff.accept(secret, asked(login), "") for login in ("ben", "eve")),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["LinkUsed", "SignedIn"]
    assert len(await stand.staff.accounts()) == 2


async def test_what_is_refused_leaves_the_link_as_it_was(stand: Stand) -> None:
    _, secret = await stand.staff.invite(AccountKind.HOST, "", "Ana")
    with pytest.raises(LoginTaken):
        await stand.staff.accept(secret, asked("ana"), "")
    with pytest.raises(BadPassword):
        await stand.staff.accept(secret, asked("ben", password="short"), "")
    assert (await stand.staff.accept(secret, asked("ben"), "")).account.login == "ben"


async def test_a_link_runs_out_and_can_be_withdrawn(stand: Stand) -> None:
    made, secret = await stand.staff.invite(AccountKind.HOST, "", "Ana")
    assert await stand.staff.withdraw(made.id)
    assert not await stand.staff.withdraw(made.id)
    _, other = await stand.staff.invite(AccountKind.HOST, "", "Ana")
    stand.clock.passes(INVITED_FOR)
    for late in (secret, other, "", "fhi_wrong"):
        with pytest.raises(LinkUsed):
            await stand.staff.accept(late, asked("ben"), "")
    assert await stand.staff.invitations() == []


async def test_an_account_is_switched_off_and_on_again(stand: Stand) -> None:
    ben = await a_host(stand.people, stand.database)
    signed_in = await stand.people.begin(ben, "")
    _, token = await stand.people.tokens.make(ben, "Calendar", ["log"], None)
    ended: list[str] = []
    stand.people.on_end.append(hears(ended))
    assert (await stand.staff.switch(ben.id, off=True, by="Ana")).off
    assert ended == [ben.id]
    assert await stand.people.by_cookie(signed_in.token) is None
    assert await stand.people.by_api_token(token) is None
    with pytest.raises(WrongPassword):
        await stand.people.sign_in("ben", PASSWORD, "")
    assert not (await stand.staff.switch(ben.id, off=False, by="Ana")).off
    assert await stand.people.by_cookie(signed_in.token) is None
    assert await stand.people.by_api_token(token) is not None
    assert (await stand.people.sign_in("ben", PASSWORD, "")).account == ben


async def test_the_last_owner_stays(stand: Stand) -> None:
    with pytest.raises(LastOwner):
        await stand.staff.switch(stand.owner.account.id, off=True, by="Ana")
    _, secret = await stand.staff.invite(AccountKind.OWNER, "", "Ana")
    other = await stand.staff.accept(secret, asked("eve", "Eve"), "")
    assert (await stand.staff.switch(stand.owner.account.id, off=True, by="Eve")).off
    with pytest.raises(LastOwner):
        await stand.staff.switch(other.account.id, off=True, by="Eve")
    with pytest.raises(NotThere):
        await stand.staff.switch("a-nobody", off=True, by="Eve")


async def test_links_and_accounts_are_bounded(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(the_shell, "MOST_INVITATIONS", 1)
    monkeypatch.setattr(the_shell, "MOST_ACCOUNTS", 1)
    _, secret = await stand.staff.invite(AccountKind.HOST, "", "Ana")
    with pytest.raises(TooMany):
        await stand.staff.invite(AccountKind.HOST, "", "Ana")
    with pytest.raises(TooMany):
        await stand.staff.accept(secret, asked("ben"), "")
    assert len(await stand.staff.invitations()) == 1


async def test_what_was_done_is_in_the_log_without_its_secrets(stand: Stand) -> None:
    _, secret = await stand.staff.invite(AccountKind.HOST, "", "Ana")
    await stand.staff.accept(secret, asked("ben", "Ben"), "Firefox, Linux")
    newest, broken = await stand.database.read(verify)
    assert broken is None
    assert newest is not None
    assert (newest.line.what, newest.line.who) == ("sign_in", "Ben")
    assert newest.line.details["browser"] == "Firefox, Linux"
