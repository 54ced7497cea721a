"""A room's plan over HTTP: start, zone, doors; called off; late; who finds it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from fullhouse.units import PartNumber, RoomSlug
from fullhouse.wire import EdgeNews, EdgeRoom, subject_edge
from tests.house.api.test_events import events
from tests.house.served import (
    House,
    bearer,
    code_of,
    host_token,
    served,
    stage_of,
    told,
    tomorrow,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, nats_url: str) -> AsyncIterator[House]:
    """One house for all tests of this file."""
    async with served(tmp_path_factory.mktemp("house"), nats_url) as house:
        await house.on_bus()
        yield house


async def ask(
    house: House, slug: str, command: str, body: object = None, token: str = ""
) -> httpx.Response:
    headers = bearer(token) if token else {}
    return await house.client.post(f"/api/rooms/{slug}/{command}", json=body, headers=headers)


def planned(room: dict[str, Any]) -> tuple[object, ...]:
    return room["starts"], room["zone"], room["doors_before"], room["starts_there"]


async def test_a_room_is_made_with_all_of_its_plan(house: House) -> None:
    links = await house.make(
        starts="2029-07-01T20:00", zone="Europe/Berlin", doors_before=30, visibility="unlisted"
    )
    room = await house.room(links["slug"])
    there = "Sunday 1 July 2029, 20:00 (Europe/Berlin)"
    assert planned(room) == ("2029-07-01T18:00:00.000Z", "Europe/Berlin", 30, there)
    assert (room["doors"], room["visibility"]) == ("2029-07-01T17:30:00.000Z", "unlisted")
    assert not room["listed"]


async def test_the_host_plans_and_moves_and_keeps_zone_and_doors(house: House) -> None:
    links = await house.make()
    slug, token = links["slug"], host_token(links)
    body = {"starts": "2029-12-01T20:00", "zone": "Asia/Jakarta", "doors_before": 15}
    first = await ask(house, slug, "plan", body, token)
    assert planned(first.json())[3] == "Saturday 1 December 2029, 20:00 (Asia/Jakarta)"
    second = await ask(house, slug, "plan", {"starts": "2029-12-02T21:00"}, token)
    assert planned(second.json()) == (
        "2029-12-02T14:00:00.000Z", "Asia/Jakarta", 15,
        "Sunday 2 December 2029, 21:00 (Asia/Jakarta)",
    )  # fmt: skip
    third = await ask(house, slug, "plan", {"starts": "2029-12-02T21:00:00+01:00"}, token)
    assert third.json()["starts"] == "2029-12-02T20:00:00.000Z"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"starts": "2029-03-25T02:30", "zone": "Europe/Berlin"}, 400, "no_such_time"),
        ({"starts": "2029-10-28T02:30", "zone": "Europe/Berlin"}, 400, "time_comes_twice"),
        ({"starts": "2029-10-28T02:30", "zone": "Mars/Olympus"}, 400, "unknown_zone"),
        ({"starts": "2020-10-28T02:30", "zone": "UTC"}, 400, "start_over"),
        ({"starts": "2090-10-28T02:30", "zone": "UTC"}, 400, "start_too_far"),
        ({"starts": "tomorrow"}, 400, "bad_start"),
        ({"starts": "2029-10-28T02:30", "doors_before": -1}, 422, "invalid"),
        ({"starts": "2029-10-28T02:30", "doors_before": 1441}, 422, "invalid"),
        ({"starts": "2029-10-28T02:30" + " " * 30}, 422, "invalid"),
        ({}, 422, "invalid"),
    ],
)
async def test_what_is_no_plan_is_refused_and_changes_nothing(
    house: House, body: dict[str, object], status: int, code: str
) -> None:
    links = await house.make(starts="2029-07-01T20:00", zone="Europe/Berlin")
    before = await house.room(links["slug"])
    answer = await ask(house, links["slug"], "plan", body)
    assert (answer.status_code, code_of(answer)) == (status, code)
    made = await house.client.post("/api/rooms", json={"slug": "never-made", "zone": "UTC"} | body)
    assert made.status_code == status or not body
    assert (await house.room(links["slug"]))["revision"] == before["revision"]


async def test_what_is_called_off_is_off_and_may_be_planned_again(house: House) -> None:
    links = await house.make(starts=tomorrow())
    for _ in range(2):
        answer = await ask(house, links["slug"], "call-off")
        assert (answer.status_code, answer.json()["state"]) == (200, "ended")
        assert answer.json()["cancelled"]
    again = await ask(house, links["slug"], "plan", {"starts": tomorrow()})
    assert (again.json()["state"], again.json()["cancelled"]) == ("scheduled", False)


async def test_doors_open_by_themselves_and_a_start_that_moves_keeps_them_open(
    house: House, nats_url: str
) -> None:
    """The whole of it, as edges hear it."""
    links = await house.make(starts=tomorrow())
    slug = links["slug"]
    async with told(nats_url, slug) as heard, asyncio.timeout(10):
        soon = (datetime.now(UTC) + timedelta(seconds=61)).isoformat()
        await ask(house, slug, "plan", {"starts": soon, "doors_before": 1})
        while (news := await heard.get()).state != "doors":
            pass
        assert news.starts is not None
        assert news.doors == news.starts - 60_000_000
        assert news.listen == links["listen"]
        later = (datetime.now(UTC) + timedelta(seconds=50)).isoformat()
        moved = await ask(house, slug, "plan", {"starts": later})
        assert moved.json()["state"] == "doors"


async def test_a_host_says_why_and_listeners_read_it_as_text(house: House) -> None:
    links = await house.make(starts=tomorrow())
    answer = await ask(house, links["slug"], "why", {"why": " The\ttrain \u202estands. "})
    assert answer.json()["why_late"] == "The train stands."
    too_long = await ask(house, links["slug"], "why", {"why": "x" * 141})
    assert too_long.status_code == 422


async def test_who_finds_a_room_can_be_changed(house: House) -> None:
    links = await house.make()
    for name, listed in (("unlisted", False), ("invited", False), ("public", True)):
        room = (await ask(house, links["slug"], "visibility", {"visibility": name})).json()
        assert (room["visibility"], room["listed"]) == (name, listed)
    wrong = await ask(house, links["slug"], "visibility", {"visibility": "secret"})
    assert wrong.status_code == 422


async def test_only_who_may_plan_plans(house: House) -> None:
    links = await house.make(starts=tomorrow())
    bodies: dict[str, dict[str, str] | None] = {
        "plan": {"starts": tomorrow()}, "call-off": None, "why": {"why": "x"},
        "visibility": {"visibility": "public"}, "stand-down": None,
    }  # fmt: skip
    for command, body in bodies.items():
        answer = await ask(house, links["slug"], command, body, links["whip_token"])
        assert (answer.status_code, code_of(answer)) == (403, "not_yours")


async def test_hosts_see_how_many_wait_and_how_many_leave(house: House, nats_url: str) -> None:
    links = await house.make(starts=tomorrow())
    slug = links["slug"]
    path = f"/api/rooms/{slug}/events"
    async with (
        stage_of(nats_url, slug) as anyone,
        house.client.stream("GET", path, headers=bearer(host_token(links))) as answer,
        asyncio.timeout(8),
    ):
        for left in (10, 14):
            room = EdgeRoom(listeners=20, part=PartNumber(1), playing="hold", left=left)
            news = EdgeNews(edge="leaving", rooms={RoomSlug(slug): room})
            await anyone.bus.publish(subject_edge("leaving"), news.pack())
        heard = events(answer)
        expected = {"listeners": 20, "waiting": 20, "leaving_per_minute": 4}
        while (await anext(heard)) != ("listeners", expected):
            pass
