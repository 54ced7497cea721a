"""Houses that share a database: two people press at once, and one outcome stands for both."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import pytest_asyncio

from fullhouse.house.database import Database
from fullhouse.house.keyfile import server_key
from fullhouse.house.logbook import verify
from tests.house.databases import PostgreSQL
from tests.house.processes import Page, following, house_process
from tests.house.served import becomes_true, new_slug, stage_of, tomorrow

ROUNDS = 25
AT_ONCE = 6
PRESSED = ("open", "live", "end", "mute", "unmute", "mute-all")


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def houses(
    tmp_path_factory: pytest.TempPathFactory, nats_url: str, postgresql: PostgreSQL
) -> AsyncIterator[tuple[list[httpx.AsyncClient], str]]:
    """Two houses, each a process with a folder of its own and the key that they share."""
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "two")]
    server_key(folders[0] / "secret.key")
    shutil.copy(folders[0] / "secret.key", folders[1] / "secret.key")
    async with AsyncExitStack() as stack:
        url = stack.enter_context(postgresql.database())
        both = await asyncio.gather(
            *(stack.enter_async_context(house_process(nats_url, folder, url)) for folder in folders)
        )
        yield [client for _, client in both], url


async def press(client: httpx.AsyncClient, slug: str, what: str) -> int:
    """Press something; return the revision at which the room then was, or 0: it was refused."""
    path, asked = f"/api/rooms/{slug}/{what}", None
    if what in ("mute", "unmute"):
        path, asked = f"/api/rooms/{slug}/seats/seat-1/mute", {"muted": what == "mute"}
    answer = await client.post(path, json=asked)
    if answer.status_code == 409:
        assert answer.json()["code"] == "wrong_state"
        return 0
    assert answer.status_code == 200, (what, answer.text)
    return int(answer.json()["revision"])


async def test_two_people_press_at_once_and_one_outcome_stands_for_both(
    houses: tuple[list[httpx.AsyncClient], str],
) -> None:
    """Open, live, end, mute, mute all, from both houses, in every order: 150 times."""
    clients, url = houses
    slug, dice = new_slug("shared"), random.Random(5)
    made = await clients[0].post("/api/rooms", json={"slug": slug, "starts": tomorrow()})
    assert made.status_code == 201
    await asyncio.gather(*(_knows(client, slug) for client in clients))
    async with following(clients[0], slug) as one, following(clients[1], slug) as two:
        for _ in range(ROUNDS):
            pressed = [(client, dice.choice(PRESSED)) for client in clients * (AT_ONCE // 2)]
            told = await asyncio.gather(*(press(client, slug, what) for client, what in pressed))
            await _agree(clients, (one, two), slug, max(told))
    await _log_tells_it_all(clients[0], url, slug)


async def test_a_voice_that_both_hear_while_both_are_pressed_is_one_change(
    houses: tuple[list[httpx.AsyncClient], str], nats_url: str
) -> None:
    """Both houses want to say that it is live, while people mute all and end it."""
    clients, _ = houses
    slug, lives = new_slug("shared"), 0
    await clients[0].post("/api/rooms", json={"slug": slug, "starts": tomorrow()})
    await asyncio.gather(*(_knows(client, slug) for client in clients))
    async with (
        following(clients[0], slug) as one,
        following(clients[1], slug) as two,
        stage_of(nats_url, slug) as stage,
    ):
        for turn in range(6):
            await asyncio.gather(*(press(client, slug, "live") for client in clients))
            await _agree(clients, (one, two), slug, 1)
            await stage.say(heard=False, seats=3)
            await asyncio.gather(
                stage.say(seats=3), *(press(client, slug, "mute-all") for client in clients)
            )
            for page in (one, two):
                await page.until_state("live")
            lives += 1
            room = await _agree(clients, (one, two), slug, 1)
            assert (room["state"], room["session"]) == ("live", lives)
            # The second time they find the three seats that the stage has told of.
            assert not turn or room["muted"] == ["seat-1", "seat-2", "seat-3"]
            await asyncio.gather(*(press(client, slug, "end") for client in clients))
            await _agree(clients, (one, two), slug, 1)


async def _knows(client: httpx.AsyncClient, slug: str) -> None:
    """Wait until the house has heard of the room, wherever it was made."""

    async def there() -> bool:
        return (await client.get(f"/api/rooms/{slug}")).status_code == 200

    await becomes_true(there, 15)


async def _agree(
    clients: list[httpx.AsyncClient], pages: tuple[Page, Page], slug: str, revision: int
) -> dict[str, Any]:
    """Both pages have been told of the newest revision, and it says the same to both."""
    shown: list[dict[str, Any]] = []

    ears: list[dict[str, Any]] = []

    async def settled() -> bool:
        """All four tell of one moment: a voice that is heard may change the room once more."""
        shown[:] = [(await client.get(f"/api/rooms/{slug}")).json() for client in clients]
        ears[:] = [page.rooms[-1] for page in pages if page.rooms]
        told = [room["revision"] for room in (*shown, *ears)]
        return len(told) == 4 and len(set(told)) == 1 and told[0] >= revision

    await becomes_true(settled, 15)
    seen = [{name: said for name, said in room.items() if name != "house"} for room in ears]
    assert seen[0] == seen[1]
    assert shown[0]["since"] == shown[1]["since"]
    for name in ("revision", "state", "armed", "wanted", "muted", "reason", "session"):
        assert shown[0][name] == shown[1][name] == seen[0][name], name
    return shown[0]


async def _log_tells_it_all(client: httpx.AsyncClient, url: str, slug: str) -> None:
    """As many lines as there were changes: none twice, none missing, in one whole chain."""
    room: dict[str, Any] = (await client.get(f"/api/rooms/{slug}")).json()
    lines = (await client.get(f"/api/rooms/{slug}/log?most=500")).json()["lines"]
    assert len(lines) == room["revision"]
    database = Database.open(url)
    _, broken = await database.read(verify)
    database.close()
    assert broken is None
