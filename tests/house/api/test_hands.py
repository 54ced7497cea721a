"""Raised hands at a served house: noted, invited, answered, drawn, forgotten."""

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from fullhouse.bus import Bus, connect
from fullhouse.house.hands import drawn
from fullhouse.units import RoomSlug
from fullhouse.wire import SUBJECT_HANDS, Hands, HandsTaken, RaisedHand
from tests.house.served import House, bearer, becomes_true, served

ANA, BEN = "the-secret-of-ana", "the-secret-of-ben"


def hand(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


@pytest.fixture
async def house(nats_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with served(tmp_path, nats_url) as one:
        await one.on_bus()
        yield one


@asynccontextmanager
async def edge(url: str) -> AsyncIterator[Bus]:
    async with connect(url, "edge") as bus:
        yield bus


async def put_up(bus: Bus, slug: str, *secrets: str, up: bool = True) -> HandsTaken:
    """Raise hands as an edge does."""
    hands = tuple(
        RaisedHand(slug=RoomSlug(slug), hand=hand(one), name=one[-3:].title(), up=up)
        for one in secrets
    )
    raw = await bus.request(SUBJECT_HANDS, Hands(edge="edge", hands=hands).pack(), 5)
    return HandsTaken.unpack(raw)


async def waiting(house: House, slug: str) -> dict[str, Any]:
    answer = await house.client.get(f"/api/rooms/{slug}/hands")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def post(house: House, slug: str, path: str, body: object = None) -> httpx.Response:
    return await house.client.post(f"/api/rooms/{slug}/hands/{path}", json=body)


async def answer(house: House, slug: str, secret: str, *, accept: bool) -> httpx.Response:
    """Answer as a listener's page does: from another origin, with nothing but the secret."""
    async with httpx.AsyncClient(base_url=str(house.client.base_url)) as page:
        path = f"/api/rooms/{slug}/hands/{hand(secret)}/answer"
        return await page.post(path, json={"secret": secret, "accept": accept})


async def test_a_listener_is_called_up_and_becomes_a_speaker(house: House, nats_url: str) -> None:
    slug = (await house.make())["slug"]
    async with edge(nats_url) as bus:
        assert (await put_up(bus, slug, ANA, BEN)).places == (0, 1)
        listed = await waiting(house, slug)
        assert (listed["count"], listed["open"]) == (2, True)
        assert [one["name"] for one in listed["hands"]] == ["Ana", "Ben"]

        assert (await answer(house, slug, BEN, accept=True)).json()["code"] == "wrong_hand"
        invited = await post(house, slug, f"{hand(BEN)}/invite")
        assert invited.json()["state"] == "called"
        assert (await post(house, slug, f"{hand(BEN)}/invite", {})).status_code == 200
        accepted = await answer(house, slug, BEN, accept=True)
        assert accepted.status_code == 200, accepted.text
        entered = accepted.json()
        assert (entered["name"], entered["role"], entered["acting"]) == ("Ben", "speaker", False)
        assert entered["member"] == entered["seat"]
        assert entered["token"].startswith("fhm_")
        assert entered["seat"] in (await house.room(slug))["muted"]  # they arrive muted
        seen = await house.client.get(f"/api/rooms/{slug}", headers=bearer(entered["token"]))
        assert seen.status_code == 200
        again = (await answer(house, slug, BEN, accept=True)).json()
        assert again == entered  # a page that lost the answer asks again
        assert [one["name"] for one in (await waiting(house, slug))["hands"]] == ["Ana"]


async def test_nobody_answers_for_another(house: House, nats_url: str) -> None:
    slug = (await house.make())["slug"]
    async with edge(nats_url) as bus:
        await put_up(bus, slug, ANA)
    await post(house, slug, f"{hand(ANA)}/invite")
    path = f"/api/rooms/{slug}/hands/{hand(ANA)}/answer"
    stolen = await house.client.post(path, json={"secret": BEN, "accept": True})
    assert (stolen.status_code, stolen.json()["code"]) == (403, "not_your_hand")


async def test_who_declines_or_is_lowered_is_asked_no_more(house: House, nats_url: str) -> None:
    slug = (await house.make())["slug"]
    async with edge(nats_url) as bus:
        await put_up(bus, slug, ANA, BEN)
        for one in (ANA, BEN):
            await post(house, slug, f"{hand(one)}/invite")
        assert (await answer(house, slug, ANA, accept=False)).status_code == 204
        lowered = await post(house, slug, f"{hand(BEN)}/lower")
        assert lowered.json()["state"] == "down"
        for one in (ANA, BEN):
            assert (await answer(house, slug, one, accept=True)).status_code == 409
        assert (await put_up(bus, slug, ANA)).places == (0,)


async def test_near_is_a_seat_to_hear_from(house: House, nats_url: str) -> None:
    slug = (await house.make())["slug"]
    async with edge(nats_url) as bus:
        await put_up(bus, slug, ANA)
    await post(house, slug, f"{hand(ANA)}/invite", {"near": True})
    entered = (await answer(house, slug, ANA, accept=True)).json()
    assert entered["role"] == "listener"
    whip = await house.client.post(
        f"/whip/{slug}",
        content="v=0\r\n",
        headers=bearer(entered["token"]) | {"Content-Type": "application/sdp"},
    )
    assert whip.status_code == 403


async def test_a_draw_can_be_repeated_by_everybody(house: House, nats_url: str) -> None:
    slug = (await house.make())["slug"]
    assert (await post(house, slug, "draw", {"count": 1})).json()["code"] == "nothing_to_draw"
    async with edge(nats_url) as bus:
        await put_up(bus, slug, *[f"secret-number-{number}" for number in range(20)])
    async with httpx.AsyncClient(base_url=str(house.client.base_url)) as anybody:
        promised = (await anybody.get(f"/api/rooms/{slug}/hands/draws")).json()["promise"]
        made = (await post(house, slug, "draw", {"count": 3})).json()
        told = (await anybody.get(f"/api/rooms/{slug}/hands/draws")).json()
    assert told["draws"] == [made]
    assert hashlib.sha256(made["seed"].encode()).hexdigest() == made["promise"] == promised
    assert tuple(made["drawn"]) == drawn(made["seed"], made["hands"], 3)
    assert told["promise"] not in ("", promised)
    states = [one["state"] for one in (await waiting(house, slug))["hands"]]
    assert states.count("called") == 3
    assert (await post(house, slug, "draw", {"count": 65})).status_code == 422


async def test_while_hands_are_not_taken_none_go_up(house: House, nats_url: str) -> None:
    slug = (await house.make())["slug"]
    shut = await house.client.patch(f"/api/rooms/{slug}/hands", json={"open": False})
    assert shut.json()["open"] is False
    async with edge(nats_url) as bus:
        assert (await put_up(bus, slug, ANA)).verdicts == ("hands_closed",)
        assert (await put_up(bus, slug, ANA, up=False)).verdicts == ("taken",)
        assert (await put_up(bus, "no-such-room", ANA)).verdicts == ("unknown_room",)


async def test_the_end_of_a_session_leaves_no_hands_behind(house: House, nats_url: str) -> None:
    slug = (await house.make())["slug"]
    async with edge(nats_url) as bus:
        await put_up(bus, slug, ANA, BEN)
        await post(house, slug, f"{hand(ANA)}/invite")
        await house.client.post(f"/api/rooms/{slug}/open")
        await house.client.post(f"/api/rooms/{slug}/end")

        async def gone() -> bool:
            found = await waiting(house, slug)
            return bool(found["hands"] == [] and found["count"] == 0)

        await becomes_true(gone)
        assert (await put_up(bus, slug, ANA)).verdicts == ("hands_closed",)
        assert (await answer(house, slug, ANA, accept=True)).status_code == 404


async def test_pages_of_hosts_hear_of_hands_and_those_of_speakers_do_not(
    house: House, nats_url: str
) -> None:
    links = await house.make()
    slug = links["slug"]
    async with (
        edge(nats_url) as bus,
        house.client.stream("GET", f"/api/rooms/{slug}/events") as host,
        house.client.stream(
            "GET", f"/api/rooms/{slug}/events", headers=bearer(links["whip_token"])
        ) as speaker,
    ):
        await put_up(bus, slug, ANA)
        lines = host.aiter_lines()
        async for line in lines:
            if line == "event: hands":
                told = json.loads((await anext(lines)).removeprefix("data: "))
                if told["count"]:
                    break
        assert [one["name"] for one in told["hands"]] == ["Ana"]
        heard = []
        async for line in speaker.aiter_lines():
            heard.append(line)
            if line == "event: listeners" and heard.count(line) > 2:
                break
        assert "event: hands" not in heard


async def test_pages_of_the_edge_may_ask(house: House) -> None:
    """Another origin: with a token in a header, never with a cookie."""
    slug = (await house.make())["slug"]
    path = f"/api/rooms/{slug}/hands/{hand(ANA)}/answer"
    asked = {
        "Origin": "https://listen.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    preflight = await house.client.options(path, headers=asked)
    assert preflight.status_code == 204
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]
    for answered in (preflight, await answer(house, slug, ANA, accept=True)):
        assert answered.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answered.headers
    other = await house.client.get("/healthz")
    assert "Access-Control-Allow-Origin" not in other.headers
