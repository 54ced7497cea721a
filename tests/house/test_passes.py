"""Members' tokens that sign-ins and programs have brought: no more than those, and no longer."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from fullhouse.errors import NotAllowed
from fullhouse.house.accounts import AccountKind
from fullhouse.house.database import Database
from fullhouse.house.keyfile import server_key
from fullhouse.house.members import Members, new_member_id
from fullhouse.house.membership import Member
from fullhouse.house.people import People
from fullhouse.house.roles import May, Role
from fullhouse.house.staff import Staff
from fullhouse.units import Micros
from tests.house.api.people import Person
from tests.house.databases import PostgreSQL
from tests.house.doors import EVENING, a_door
from tests.house.known import DAY, KEY, PASSWORD, Told, a_host
from tests.house.served import ADMIN, House, bearer, code_of, new_slug, served

OURS = "http://fullhouse.test"


@dataclass
class Stand:
    """A room, an account that is its host, and a clock that a test moves."""

    people: People
    members: Members
    staff: Staff
    clock: Told
    ben: Member

    async def lets_in(self, secret: str) -> bool:
        return await self.members.by_secret(EVENING, secret) is not None


@pytest.fixture
async def stand(tmp_path: Path) -> Stand:
    database: Database = (await a_door(tmp_path)).rooms.database
    clock = Told()
    people, members = People(database, clock, KEY), Members(database, clock, KEY)
    account = await a_host(people, database)
    ben = Member(new_member_id(), EVENING, "Ben", Role.HOST, Micros(0), account=account.id)
    return Stand(people, members, Staff(database, clock, people), clock, await members.enter(ben))


async def test_a_token_ends_with_the_sign_in_that_has_brought_it(stand: Stand) -> None:
    account = (await stand.staff.accounts())[0]
    here, there = [await stand.people.begin(account, name) for name in ("here", "there")]
    secrets = [await stand.members.secret_by(stand.ben, one.token) for one in (here, there)]
    assert secrets[0] != secrets[1]
    assert await stand.members.secret_by(stand.ben, here.token) == secrets[0]
    assert await stand.members.by_secret(EVENING, secrets[0]) == (stand.ben, None)
    await stand.people.sign_out(here.token)
    assert [await stand.lets_in(one) for one in secrets] == [False, True]
    with pytest.raises(NotAllowed):
        await stand.members.secret_by(stand.ben, here.token)
    changed = await stand.people.change_password(account, PASSWORD, "another password", "")
    assert not await stand.lets_in(secrets[1])
    last = await stand.members.secret_by(stand.ben, changed.token)
    stand.clock.passes(30 * DAY)
    assert not await stand.lets_in(last)


async def test_the_token_of_a_link_is_nobodys_who_signs_in(stand: Stand) -> None:
    """Else it would outlast all sign-ins of theirs."""
    assert not await stand.lets_in(stand.members.secret(stand.ben))
    ana = await stand.members.enter(replace(stand.ben, id=new_member_id(), account=""))
    assert await stand.lets_in(stand.members.secret(ana))


async def test_a_programs_member_may_no_more_than_the_program(stand: Stand) -> None:
    account = (await stand.staff.accounts())[0]
    made, token = await stand.people.tokens.make(account, "Calendar", ["rooms:read"], 1)
    secret = await stand.members.secret_by(stand.ben, token)
    assert await stand.members.by_secret(EVENING, secret) == (stand.ben, frozenset({May.SEE}))
    stand.clock.passes(DAY)
    assert not await stand.lets_in(secret)
    made, token = await stand.people.tokens.make(account, "Wall", ["rooms:read"], None)
    secret = await stand.members.secret_by(stand.ben, token)
    assert await stand.lets_in(secret)
    await stand.people.end_token(account, made.id)
    assert not await stand.lets_in(secret)


async def test_a_switched_off_account_lets_nobody_in(stand: Stand) -> None:
    account = (await stand.staff.accounts())[0]
    assert account.kind is AccountKind.HOST
    _, token = await stand.people.tokens.make(account, "Wall", ["rooms:read"], None)
    secret = await stand.members.secret_by(stand.ben, token)
    await stand.staff.switch(account.id, off=True, by="Ana")
    assert not await stand.lets_in(secret)


@dataclass
class Two:
    """Two houses on one database, and an owner's browsers."""

    here: House
    there: House

    async def ask(self, path: str, cookie: str = "", **asked: Any) -> httpx.Response:
        """Ask the first house something, as a page of ours does."""
        headers = {"Authorization": "", "Origin": OURS, "Cookie": cookie}
        said = {name: value for name, value in headers.items() if value}
        async with httpx.AsyncClient(base_url=str(self.here.client.base_url)) as browser:
            return await browser.post(path, json=asked or None, headers=said)

    async def entered(self, slug: str, **shown: str) -> Person:
        """Come into a room at the first house; the page is open at the second."""
        async with httpx.AsyncClient(base_url=str(self.here.client.base_url)) as browser:
            answer = await browser.post(f"/api/rooms/{slug}/enter", headers=shown)
        assert answer.status_code == 200, answer.text
        return Person(self.there, slug, answer.json())


@pytest_asyncio.fixture
async def two(tmp_path: Path, nats_url: str, postgresql: PostgreSQL) -> AsyncIterator[Two]:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    server_key(folders[0] / "secret.key")
    shutil.copy(folders[0] / "secret.key", folders[1] / "secret.key")
    async with AsyncExitStack() as stack:
        url = stack.enter_context(postgresql.database())
        both = [
            await stack.enter_async_context(
                served(folder, nats_url, database=url, public_house=OURS)
            )
            for folder in folders
        ]
        for house in both:
            await house.on_bus()
        yield Two(*both)


def cookie_in(answer: httpx.Response) -> str:
    assert answer.is_success, answer.text
    return f"fullhouse={answer.cookies['fullhouse']}"


async def test_what_lets_somebody_in_ends_at_every_house_at_once(two: Two) -> None:
    """Signed out, another password, a token ended: at one house, and pages at the other close."""
    slug = new_slug("passes")
    await two.here.make(slug=slug)
    link = (await two.here.client.post("/api/owner-link")).json()["link"].partition("=")[2]
    said = {"login": "ana", "password": PASSWORD}
    owner = cookie_in(await two.ask("/api/first", secret=link, name="Ana", **said))
    second = cookie_in(await two.ask("/api/sign-in", **said))
    made = await two.ask("/api/tokens", owner, label="Wall", scopes=["rooms:read"])
    program = await two.entered(slug, **bearer(made.json()["token"]))
    async with program.page():
        refused = await program.ask("POST", "/mute-all")
        assert (refused.status_code, code_of(refused)) == (403, "not_yours")
        await two.here.client.delete(
            f"/api/tokens/{made.json()['id']}", headers={"Authorization": "", **_page(owner)}
        )
        await program.until(lambda: program.ended)
    assert (await program.ask("GET", "")).status_code == 401
    page, other = [await two.entered(slug, **_page(cookie)) for cookie in (second, owner)]
    async with page.page():
        assert (await two.ask("/api/sign-out", second)).status_code == 204
        await page.until(lambda: page.ended)
    assert (await page.ask("GET", "")).status_code == 401
    assert (await other.ask("GET", "")).status_code == 200
    assert ADMIN not in (await other.ask("GET", "")).text


def _page(cookie: str) -> dict[str, str]:
    return {"Origin": OURS, "Cookie": cookie}
