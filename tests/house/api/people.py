"""People of a room, as their pages speak to the house."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.house.served import House, bearer, host_token


@dataclass
class Person:
    """A member with their token, and what their page has been told.

    Attributes:
        told: for each kind the newest; notices: all of them, in order.
        ended: their page's stream has come to its end.
    """

    house: House
    slug: str
    facts: dict[str, Any]
    told: dict[str, Any] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    ended: bool = False

    @property
    def id(self) -> str:
        """Their membership, which is their seat."""
        member: str = self.facts["member"]
        return member

    async def ask(self, method: str, path: str, house: House | None = None, **asked: Any) -> Any:
        """Ask something of the room."""
        return await (house or self.house).client.request(
            method,
            f"/api/rooms/{self.slug}{path}",
            headers=bearer(self.facts["token"]),
            json=asked or None,
        )

    @asynccontextmanager
    async def page(self, house: House | None = None) -> AsyncIterator["Person"]:
        """Keep their studio page open."""
        self.ended = False
        self.told.clear()
        reading = asyncio.create_task(self._read(house or self.house))
        try:
            await self.until(lambda: "me" in self.told)
            yield self
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading

    async def _read(self, house: House) -> None:
        kind = ""
        path = f"/api/rooms/{self.slug}/events"
        headers = bearer(self.facts["token"])
        async with house.client.stream("GET", path, headers=headers, timeout=30) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    told = json.loads(line.removeprefix("data: "))
                    self.told[kind] = told
                    if kind == "notice":
                        self.notices.append(told["notice"])
        self.ended = True

    async def until(self, true: Callable[[], bool], seconds: float = 5) -> None:
        """Wait until what the page was told is as it should be."""
        async with asyncio.timeout(seconds):
            while not true():  # noqa: ASYNC110 - it is told by a socket
                await asyncio.sleep(0.02)

    def sees(self, other: "Person") -> dict[str, Any]:
        """Return what the page shows of somebody; nothing where it does not."""
        people = self.told.get("people", {"members": []})["members"]
        return next((one for one in people if one["member"] == other.id), {})


async def enter(house: House, slug: str, secret: str, name: str = "") -> httpx.Response:
    """Come in with what is in a link."""
    return await house.client.post(
        f"/api/rooms/{slug}/enter", json={"name": name}, headers=bearer(secret)
    )


async def invited(host: Person, role: str, name: str, **asked: Any) -> Person:
    """Let somebody in by a link of the host's."""
    made = await host.ask("POST", "/invitations", role=role, **asked)
    assert made.status_code == 201, made.text
    came = await enter(host.house, host.slug, made.json()["link"].partition("#")[2], name)
    assert came.status_code == 200, came.text
    return Person(host.house, host.slug, came.json())


async def hosting(house: House, name: str = "Hana", **asked: Any) -> Person:
    """Make a room, and come in as its host."""
    links = await house.make(**asked)
    came = await enter(house, links["slug"], host_token(links), name)
    assert came.status_code == 200, came.text
    return Person(house, links["slug"], came.json())
