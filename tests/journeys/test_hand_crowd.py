"""Thousands raise their hands at once, and a house that is killed loses none that it has taken."""

import asyncio
import hashlib
import json
import os
import time
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from fullhouse.house.hands import drawn
from tests.journeys.api import Api
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.slowness import Slowness, within

HANDS: Final = 5_000
SECONDS: Final = 10
P95: Final = 0.2


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with fullhouse_up(tmp_path_factory.mktemp("crowd")) as one:
        yield one
        assert one.errors() == []


def hand_of(number: int) -> str:
    return hashlib.sha256(f"secret number {number}".encode()).hexdigest()[:16]


def network_of(number: int) -> str:
    """Return the address of a listener: forty behind each network, as a proxy names them."""
    return f"11.{number // 40 // 250}.{number // 40 % 250}.7"


async def raise_hand(running: Running, slug: str, number: int) -> tuple[int, Any]:
    """Raise a hand on a connection of its own, as a listener's browser does."""
    body = json.dumps({"hand": hand_of(number), "name": f"Listener {number}", "up": True})
    head = (
        f"POST /{slug}/hand HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"X-Forwarded-For: {network_of(number)}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    host, port = running.edge.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write((head + body).encode())
        first, _, said = (await reader.read()).partition(b"\r\n\r\n")
        return int(first.split()[1]), json.loads(said)
    finally:
        writer.close()


async def crowd(running: Running, slug: str) -> list[tuple[int, Any]]:
    """Let thousands raise their hands within ten seconds, evenly; return what they are told."""
    begun = time.monotonic()

    async def one(number: int) -> tuple[int, Any]:
        await asyncio.sleep(max(0, begun + number * SECONDS / HANDS - time.monotonic()))
        return await raise_hand(running, slug, number)

    return list(await asyncio.gather(*map(one, range(HANDS))))


async def commands(api: Api, slug: str, until: asyncio.Event) -> list[float]:
    """Do what a host does meanwhile; return how long each command took."""
    took = []
    # A connection for each: one that nobody used for a while on a slow machine may be shut.
    headers = dict(api.client.headers) | {"Connection": "close"}
    async with httpx.AsyncClient(headers=headers, timeout=15) as host:
        number = 0
        while not until.is_set():
            number += 1
            ways = (
                ("PATCH", "", {"title": f"Title {number}"}),
                ("POST", "/seats/source-1/gain", {"gain_db": number % 7}),
                ("PATCH", "/hands", {"open": True}),
                ("GET", "/hands", None),
            )
            method, path, body = ways[number % len(ways)]
            begun = time.monotonic()
            answer = await host.request(method, api.room + path, json=body)
            took.append(time.monotonic() - begun)
            assert answer.status_code in (200, 404), answer.text
            await asyncio.sleep(0.1)
    return took


def test_thousands_raise_their_hands_while_the_host_commands(running: Running) -> None:
    """5,000 in 10 s: host commands p95 ≤ 200 ms; none lost, order right.

    What other tests take of the processors meanwhile is not the house's fault.
    """
    links = running.room("crowded")
    api = Api(running, links)
    running.wait_for_state("crowded", "scheduled")

    async def both() -> tuple[list[tuple[int, Any]], list[float]]:
        over = asyncio.Event()
        hosting = asyncio.create_task(commands(api, "crowded", over))
        told = await crowd(running, "crowded")
        over.set()
        return told, await hosting

    (house,) = running.processes("fullhouse", "house")
    slowness = Slowness((house.pid, os.getpid()))
    told, took = asyncio.run(both())
    slowed = slowness.factor()
    took.sort()
    p95 = took[int(len(took) * 0.95)]
    print(f"{len(took)} commands: p50 {took[len(took) // 2] * 1e3:.0f} ms", end=", ")
    print(f"p95 {p95 * 1e3:.0f} ms; waiting for processors: {slowed:.1f} times slower")
    assert [status for status, _ in told].count(200) == HANDS
    assert within(P95, p95, slowed)

    queue = api.hands()
    assert queue["count"] == HANDS
    # Each place was given once, and within a batch's time of when the hand went up.
    places = [body["place"] for _, body in told]
    assert sorted(places) == list(range(HANDS))
    assert max(abs(place - number) for number, place in enumerate(places)) < HANDS / SECONDS * 3
    first = [one["hand"] for one in queue["hands"]]
    assert first == [hand_of(places.index(place)) for place in range(len(first))]

    made = api.ask("POST", "/hands/draw", {"count": 10})
    assert made["promise"] == queue["promise"]
    assert made["hands"] == sorted(map(hand_of, range(HANDS)))
    assert tuple(made["drawn"]) == drawn(made["seed"], made["hands"], 10)


def test_an_acknowledged_hand_survives_the_house(running: Running) -> None:
    """kill -9 in the middle of many hands: whoever was told that theirs is up finds it up."""
    links = running.room("sturdy")
    api = Api(running, links)
    running.wait_for_state("sturdy", "scheduled")

    async def raise_all() -> list[int]:
        taken: list[int] = []
        end = time.monotonic() + 60

        async def one(number: int) -> None:
            await asyncio.sleep(number / 100)
            while time.monotonic() < end:
                status, _body = await raise_hand(running, "sturdy", number)
                if status == 200:
                    taken.append(number)
                    return
                await asyncio.sleep(1)

        async def kill() -> None:
            await asyncio.sleep(0.8)
            assert running.kill("house")

        await asyncio.gather(kill(), *map(one, range(200)))
        return taken

    taken = asyncio.run(raise_all())
    assert len(taken) == 200
    end = time.monotonic() + 15
    while time.monotonic() < end:
        try:
            count = api.hands()["count"]
            break
        except httpx.HTTPError:
            time.sleep(0.2)
    assert count >= len(taken)
    made = api.ask("POST", "/hands/draw", {"count": 1})
    assert set(made["hands"]) >= set(map(hand_of, taken))
