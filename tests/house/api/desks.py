"""The routes of accounts, without a house around them, and browsers that ask them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from fullhouse.house.api.account import account_router, tokens_router
from fullhouse.house.api.accounts import accounts_router
from fullhouse.house.api.cookies import Guarded, cookie_of
from fullhouse.house.api.desk import Desk
from fullhouse.house.api.problems import Bounds, say_problems
from fullhouse.house.api.signing_in import signing_in_router
from fullhouse.house.origin import passkey_site
from fullhouse.house.passkeys import Passkeys
from fullhouse.house.staff import Staff
from tests.house.known import KEY, PASSWORD, Told, people_in

ADMIN = "the-admins-token"
HOUSE = "http://127.0.0.1:8001"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Served:
    """A desk that answers.

    Attributes:
        app: as the house serves it, guards and all.
    """

    desk: Desk
    clock: Told
    app: Any
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self, address: str = "192.0.2.1", origin: str | None = None) -> httpx.AsyncClient:
        """A browser with a page of the house open: it keeps cookies and says its origin."""
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, client=(address, 5000)),
            base_url=self.desk.house,
            headers={"Origin": origin or self.desk.house, "User-Agent": FIREFOX},
        )
        self.clients.append(client)
        return client

    async def owner(self) -> httpx.AsyncClient:
        """A browser in which the first owner has just been made."""
        client = self.browser()
        made = await client.post("/api/first", json=new(self.desk.people.first_secret))
        assert made.status_code == 201, made.text
        return client

    async def host(self, login: str = "ben") -> httpx.AsyncClient:
        """A browser in which a host is signed in."""
        asked = {"kind": "host", "name": login}
        admin = {"Authorization": f"Bearer {ADMIN}"}
        link = await self.browser().post("/api/accounts", json=asked, headers=admin)
        client = self.browser()
        secret = link.json()["link"].partition("=")[2]
        made = await client.post("/api/accounts/accept", json=new(secret, login))
        assert made.status_code == 201, made.text
        return client


def new(secret: str, login: str = "ana", **more: str) -> dict[str, str]:
    """What is sent by who makes an account by a link."""
    return {"secret": secret, "login": login, "name": login.title(), "password": PASSWORD} | more


@asynccontextmanager
async def served(folder: Path, house: str = HOUSE) -> AsyncIterator[Served]:
    """Serve a desk for as long as the block runs."""
    clock = Told()
    with people_in(folder, clock) as (people, database):
        desk = Desk(
            people=people,
            passkeys=Passkeys(database, clock, passkey_site(house), KEY),
            staff=Staff(database, clock, people),
            clock=clock,
            cookie=cookie_of(house),
            house=house,
            admin_token=ADMIN,
        )
        app = FastAPI()
        say_problems(app)
        for router in (
            signing_in_router(desk),
            account_router(desk),
            tokens_router(desk),
            accounts_router(desk),
        ):
            app.include_router(router)
        stand = Served(desk, clock, Bounds(Guarded(app, house)))
        try:
            yield stand
        finally:
            for client in stand.clients:
                await client.aclose()
