"""A house that is killed in the middle of everything: what it had acknowledged is there again."""

import asyncio
import signal
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import httpx

from fullhouse.house.database import Database, file_in
from fullhouse.house.logbook import verify
from tests.house.processes import following, house_process
from tests.house.served import new_slug

ROOMS = 4
KILLS = 2


class Acknowledged:
    """What a house has said yes to."""

    def __init__(self) -> None:
        self.muted: dict[str, set[str]] = defaultdict(set)
        self.titles: dict[str, list[str]] = defaultdict(list)
        self.revisions: dict[str, int] = defaultdict(int)
        self.count = 0

    async def ask_without_end(self, client: httpx.AsyncClient, slug: str, first: int) -> None:
        """Ask this and that of a room, one after the other, until the house is gone."""
        with suppress(httpx.HTTPError):
            for number in range(first, first + 1_000):
                seat, title = f"seat-{number}", f"Title {number}"
                path = f"/api/rooms/{slug}"
                answer = await client.post(f"{path}/seats/{seat}/mute", json={"muted": True})
                self._take(answer, slug)
                self.muted[slug].add(seat)
                # Written down before it is asked: it may be stored though nobody was told.
                self.titles[slug].append(title)
                self._take(await client.patch(path, json={"title": title}), slug)

    def _take(self, answer: httpx.Response, slug: str) -> None:
        assert answer.status_code == 200, answer.text
        self.revisions[slug] = max(self.revisions[slug], answer.json()["revision"])
        self.count += 1

    async def check(self, client: httpx.AsyncClient) -> None:
        """See that a house knows all of it."""
        for slug, revision in self.revisions.items():
            room = (await client.get(f"/api/rooms/{slug}")).json()
            assert room["revision"] >= revision
            assert set(room["muted"]) >= self.muted[slug]
            assert room["title"] in [slug, *self.titles[slug]][-2:]


async def test_killed_in_the_middle_of_commands_it_knows_all_that_it_acknowledged(
    database_url: str, tmp_path: Path, nats_url: str
) -> None:
    """Killed while four rooms are asked all at once, and again; pages are told the newest."""
    url = database_url if database_url.startswith("postgresql") else ""
    slugs, acknowledged = [new_slug("killed") for _ in range(ROOMS)], Acknowledged()
    kills = 1 if url else KILLS
    for turn in range(kills + 1):
        async with house_process(nats_url, tmp_path, url) as (process, client):
            await acknowledged.check(client)
            if turn:
                async with following(client, slugs[0]) as page:
                    assert page.rooms[0]["revision"] >= acknowledged.revisions[slugs[0]]
            else:
                for slug in slugs:
                    assert (await client.post("/api/rooms", json={"slug": slug})).is_success
            if turn == kills:
                break
            before = acknowledged.count
            asking = [
                asyncio.create_task(acknowledged.ask_without_end(client, slug, turn * 1_000))
                for slug in slugs
            ]
            async with asyncio.timeout(20):
                while acknowledged.count <= before + ROOMS:  # noqa: ASYNC110 - a plain count
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.3 + 0.13 * turn)
            process.send_signal(signal.SIGKILL)
            await asyncio.gather(*asking)
            assert acknowledged.count > before + ROOMS, "it was in the middle of something"
    await _log_holds(url or str(file_in(tmp_path)), acknowledged.count)


async def _log_holds(url: str, count: int) -> None:
    """Each acknowledged change has its line, in one whole chain."""
    database = Database.open(url)
    newest, broken = await database.read(verify)
    database.close()
    assert newest is not None
    assert (broken, newest.line.number >= count) == (None, True)
