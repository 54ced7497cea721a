"""Rooms over HTTP: making, showing, commanding; who may, and what is refused."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from fullhouse.units import PartNumber, RoomSlug
from fullhouse.wire import EdgeNews, EdgeRoom, subject_edge
from tests.house.served import (
    EDGE,
    House,
    bearer,
    becomes_true,
    code_of,
    host_token,
    new_slug,
    served,
    stage_of,
    tomorrow,
)

LINKS = {
    "slug", "listen", "host", "whip", "whip_token", "whep", "source", "source_user", "source_key",
}  # fmt: skip


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, nats_url: str) -> AsyncIterator[House]:
    """One house for all tests of this file."""
    async with served(tmp_path_factory.mktemp("house"), nats_url) as house:
        await house.on_bus()
        yield house


async def test_a_new_room_answers_with_its_links(house: House) -> None:
    slug = new_slug()
    answer = await house.client.post("/api/rooms", json={"slug": slug})
    assert answer.status_code == 201
    assert set(answer.json()) == LINKS
    assert answer.json()["listen"] == f"{EDGE}/{slug}"


async def test_a_room_shows_what_it_is(house: House) -> None:
    links = await house.make(title="  Evening \u202e talk ")
    room = await house.room(links["slug"])
    assert room["title"] == "Evening talk"
    assert (room["state"], room["listeners"], room["seats"]) == ("scheduled", 0, [])
    assert room["since"].endswith("Z")
    assert room["next"] is None
    assert room["edge"] == EDGE
    assert {name: room[name] for name in LINKS} == links


async def test_a_start_is_said_again_in_utc(house: House) -> None:
    links = await house.make(starts="2029-05-01T20:00:00+02:00")
    room = await house.room(links["slug"])
    assert (room["next"], room["armed"]) == ("2029-05-01T18:00:00.000Z", False)


async def test_the_host_leads_the_room(house: House) -> None:
    links = await house.make(starts=tomorrow())
    path, headers = f"/api/rooms/{links['slug']}", bearer(host_token(links))
    states = []
    for command in ("open", "live", "live", "end", "end", "open"):
        answer = await house.client.post(f"{path}/{command}", headers=headers)
        states.append((answer.json()["state"], answer.json()["armed"]))
    assert states == [
        ("doors", False), ("doors", True), ("doors", True), ("ended", False), ("ended", False),
        ("doors", False),
    ]  # fmt: skip


async def test_the_title_can_be_changed(house: House) -> None:
    links = await house.make(title="One")
    answer = await house.client.patch(f"/api/rooms/{links['slug']}", json={"title": "Two"})
    assert answer.json()["title"] == "Two"


async def test_all_rooms_are_listed_for_the_admin_alone(house: House) -> None:
    one, two = await house.make(), await house.make()
    answer = await house.client.get("/api/rooms")
    assert {one["slug"], two["slug"]} <= {room["slug"] for room in answer.json()["rooms"]}
    refused = await house.client.get("/api/rooms", headers=bearer(host_token(one)))
    assert (refused.status_code, code_of(refused)) == (401, "not_allowed")


async def test_a_speaker_sees_the_room_but_no_secret(house: House) -> None:
    links = await house.make()
    answer = await house.client.get(
        f"/api/rooms/{links['slug']}", headers=bearer(links["whip_token"])
    )
    assert answer.status_code == 200
    assert answer.json()["listen"] == links["listen"]
    assert not set(answer.json()) & (LINKS - {"slug", "listen"})
    for secret in ("whip_token", "source_key"):
        assert links[secret] not in answer.text


async def test_a_speaker_may_not_lead_the_room(house: House) -> None:
    links = await house.make()
    for command in ("open", "live", "end", "keys/host"):
        answer = await house.client.post(
            f"/api/rooms/{links['slug']}/{command}", headers=bearer(links["whip_token"])
        )
        assert (answer.status_code, code_of(answer)) == (403, "not_yours")


async def test_without_a_token_nothing_but_a_refusal_is_said(house: House) -> None:
    slug = (await house.make())["slug"]
    for method, path in (
        ("GET", "/api/rooms"), ("GET", f"/api/rooms/{slug}"), ("POST", f"/api/rooms/{slug}/end"),
        ("GET", f"/api/rooms/{slug}/events"), ("POST", f"/api/rooms/{slug}/keys/whip"),
    ):  # fmt: skip
        for headers in ({"Authorization": ""}, {"Authorization": "Basic YTpi"}, bearer("wrong")):
            answer = await house.client.request(method, path, headers=headers)
            assert answer.status_code == 401, path
            assert answer.headers["www-authenticate"] == "Bearer"
            assert code_of(answer) in ("token_missing", "not_allowed")


async def test_a_secret_in_the_address_opens_nothing(house: House) -> None:
    """Addresses end up in logs and histories: tokens are only taken from the header."""
    links = await house.make()
    answer = await house.client.get(
        f"/api/rooms/{links['slug']}?token={host_token(links)}&access_token={host_token(links)}",
        headers={"Authorization": ""},
    )
    assert answer.status_code == 401


async def test_muting_is_for_people_on_stage(house: House, nats_url: str) -> None:
    links = await house.make()
    path = f"/api/rooms/{links['slug']}/seats/seat-1/mute"
    await house.on_bus()
    async with stage_of(nats_url, links["slug"]) as stage:
        await stage.say()
        await house.until(links["slug"], "live")
        for token in (host_token(links), links["whip_token"]):
            for muted, seats in ((True, ["seat-1"]), (False, [])):
                answer = await house.client.post(path, json={"muted": muted}, headers=bearer(token))
                assert answer.json()["muted"] == seats
        await stage.say()
        other = await house.client.post(
            f"/api/rooms/{links['slug']}/seats/seat-9/mute", json={"muted": True}
        )
        assert (other.status_code, code_of(other)) == (404, "unknown_seat")


async def test_gains_are_for_the_host(house: House, nats_url: str) -> None:
    links = await house.make()
    path = f"/api/rooms/{links['slug']}/seats/seat-1/gain"
    await house.on_bus()
    async with stage_of(nats_url, links["slug"]) as stage:
        await stage.say()
        await house.until(links["slug"], "live")
        host = bearer(host_token(links))
        for gain, gains in ((-6, {"seat-1": -6.0}), (12.0, {"seat-1": 12.0}), (0, {})):
            answer = await house.client.post(path, json={"gain_db": gain}, headers=host)
            assert answer.json()["gains"] == gains
        refused = await house.client.post(
            path, json={"gain_db": 3}, headers=bearer(links["whip_token"])
        )
        assert (refused.status_code, code_of(refused)) == (403, "not_yours")
        await stage.say()
        other = await house.client.post(
            f"/api/rooms/{links['slug']}/seats/seat-9/gain", json={"gain_db": 3}
        )
        assert (other.status_code, code_of(other)) == (404, "unknown_seat")


@pytest.mark.parametrize("gain", ["-30.1", "12.5", '"3"', "NaN", "-Infinity", "1e999", "null"])
async def test_what_is_no_gain_is_refused(house: House, gain: str) -> None:
    slug = (await house.make())["slug"]
    answer = await house.client.post(
        f"/api/rooms/{slug}/seats/seat-1/gain",
        content=f'{{"gain_db": {gain}}}',
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, code_of(answer)) == (422, "invalid")
    assert (await house.room(slug))["gains"] == {}


async def test_a_renewed_key_shuts_the_old_one_out(house: House) -> None:
    links = await house.make()
    path = f"/api/rooms/{links['slug']}"
    renewed = await house.client.post(f"{path}/keys/host")
    assert renewed.json()["host"] != links["host"]
    assert renewed.json()["whip_token"] == links["whip_token"]
    old = await house.client.get(path, headers=bearer(host_token(links)))
    new = await house.client.get(path, headers=bearer(host_token(renewed.json())))
    assert (old.status_code, new.status_code) == (401, 200)


async def test_listeners_of_all_edges_are_added_up(house: House, nats_url: str) -> None:
    slug = (await house.make())["slug"]
    await house.on_bus()
    async with stage_of(nats_url, slug) as anyone:
        for edge, count in (("a", 3), ("b", 4)):
            room = EdgeRoom(listeners=count, part=PartNumber(1), playing="sound")
            news = EdgeNews(edge=edge, rooms={RoomSlug(slug): room})
            await anyone.bus.publish(subject_edge(edge), news.pack())

        async def counted() -> bool:
            return bool((await house.room(slug))["listeners"] == 7)

        await becomes_true(counted)


async def test_a_taken_name_is_refused(house: House) -> None:
    slug = (await house.make())["slug"]
    answer = await house.client.post("/api/rooms", json={"slug": slug})
    assert (answer.status_code, code_of(answer)) == (409, "room_exists")


async def test_a_house_has_only_so_many_rooms(tmp_path: Path, nats_url: str) -> None:
    async with served(tmp_path, nats_url, most_rooms=2) as house:
        await house.make()
        await house.make()
        answer = await house.client.post("/api/rooms", json={"slug": new_slug()})
    assert (answer.status_code, code_of(answer)) == (409, "too_many_rooms")


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"slug": "Evening"}, 400, "bad_slug"),
        ({"slug": "../etc/passwd"}, 400, "bad_slug"),
        ({"slug": "fête"}, 400, "bad_slug"),
        ({"slug": "a" * 300}, 400, "bad_slug"),
        ({"slug": "studio"}, 400, "bad_slug"),
        ({"slug": ""}, 400, "bad_slug"),
        ({"slug": "a\u0000b"}, 400, "bad_slug"),
        ({"slug": 7}, 422, "invalid"),
        ({}, 422, "invalid"),
        ([], 422, "invalid"),
        ({"slug": "ok", "titel": "x"}, 422, "invalid"),
        ({"slug": "ok", "title": "x" * 121}, 422, "invalid"),
        ({"slug": "ok", "starts": "tomorrow"}, 400, "bad_start"),
        ({"slug": "ok", "starts": "2001-01-01T00:00:00Z"}, 400, "start_over"),
        ({"slug": "ok", "starts": "2099-01-01T20:00:00Z"}, 400, "start_too_far"),
        ({"slug": "ok", "starts": "2099-01-01T20:00:00"}, 400, "bad_start"),
        ({"slug": "ok", "starts": 1893456000}, 422, "invalid"),
    ],
)
async def test_a_room_that_cannot_be_is_refused_in_plain_words(
    house: House, asked: Any, status: int, code: str
) -> None:
    answer = await house.client.post("/api/rooms", json=asked)
    assert (answer.status_code, code_of(answer)) == (status, code), answer.text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/rooms/nowhere", 404, "unknown_room"),
        ("/api/rooms/%C3%BC", 400, "bad_slug"),
        ("/api/rooms/..%2f..%2fetc", 404, "no_such_page"),
        ("/api/rooms/" + "a" * 300, 400, "bad_slug"),
        ("/api/rooms/a%00b", 400, "bad_slug"),
        ("/api/nothing", 404, "no_such_page"),
        ("/api/rooms/", 404, "no_such_page"),
    ],
)
async def test_an_address_of_nothing_is_refused_in_plain_words(
    house: House, path: str, status: int, code: str
) -> None:
    answer = await house.client.get(path)
    assert (answer.status_code, code_of(answer)) == (status, code), answer.text


async def test_what_the_room_cannot_do_now_is_refused(house: House, nats_url: str) -> None:
    slug = (await house.make())["slug"]
    await house.on_bus()
    async with stage_of(nats_url, slug) as stage:
        await stage.say()
        await house.until(slug, "live")
    answer = await house.client.post(f"/api/rooms/{slug}/open")
    assert (answer.status_code, code_of(answer)) == (409, "wrong_state")
    assert answer.json()["message"] == "A room that is live cannot open its doors."


async def test_the_interface_describes_itself(house: House) -> None:
    described = (await house.client.get("/api/openapi.json")).json()
    assert "/api/rooms/{slug}/end" in described["paths"]
    assert "/whip/{slug}/{session}" in described["paths"]
