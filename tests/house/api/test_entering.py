"""Coming into a room: by the host's link, by an invitation, by a sign-in; and what is refused."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.house.api.people import Person, enter, hosting, invited
from tests.house.served import House, bearer, code_of, host_token, served

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, nats_url: str) -> AsyncIterator[House]:
    """One house for all tests of this file."""
    async with served(tmp_path_factory.mktemp("house"), nats_url) as house:
        await house.on_bus()
        yield house


async def test_the_hosts_link_makes_a_host_who_has_a_seat_for_ever(house: House) -> None:
    host = await hosting(house, " Hana \u202e ")
    facts = host.facts
    assert (facts["name"], facts["role"], facts["acting"]) == ("Hana", "host", False)
    assert facts["seat"] == facts["member"]
    assert facts["token"].startswith("fhm_")
    again = await enter(house, host.slug, facts["token"], "Hannah")
    assert again.json() == facts | {"name": "Hannah"}


async def test_an_invitation_makes_what_it_says_and_runs_out(house: House) -> None:
    host = await hosting(house)
    made = await host.ask("POST", "/invitations", role="cohost", name="Ken", uses=2)
    secret = made.json()["link"].partition("#")[2]
    names = []
    for name in ("", "Lu"):
        came = await enter(house, host.slug, secret, name)
        names.append((came.json()["name"], came.json()["role"]))
    assert names == [("Ken", "cohost"), ("Lu", "cohost")]
    third = await enter(house, host.slug, secret)
    assert (third.status_code, code_of(third)) == (401, "invitation_over")


async def test_one_is_told_as_what_one_would_come_and_nothing_is_used_up(house: House) -> None:
    """So that a page asks nobody for a name that is known, and proposes the link's."""
    host = await hosting(house, "Hana")
    made = (await host.ask("POST", "/invitations", role="cohost", name="Ken")).json()
    secret = made["link"].partition("#")[2]
    path = f"/api/rooms/{host.slug}/enter"

    async def told(token: str) -> httpx.Response:
        return await house.client.get(path, headers=bearer(token))

    for _ in range(2):
        answer = await told(secret)
        assert answer.json() == {"name": "Ken", "role": "cohost", "known": False}
    assert (await told(host.facts["token"])).json() == {
        "name": "Hana", "role": "host", "known": True,
    }  # fmt: skip
    assert (await enter(house, host.slug, secret)).json()["name"] == "Ken"
    assert code_of(await told(secret)) == "invitation_over"
    links = await house.make()
    path = f"/api/rooms/{links['slug']}/enter"
    assert (await told(host_token(links))).json() == {"name": "", "role": "host", "known": False}
    assert (await told(links["whip_token"])).status_code == 403
    assert (await told("wrong")).status_code == 401


async def test_an_invitation_that_was_taken_back_lets_nobody_in(house: House) -> None:
    host = await hosting(house)
    made = (await host.ask("POST", "/invitations", uses=5)).json()
    listed = (await host.ask("GET", "/invitations")).json()["invitations"]
    assert [one["invitation"] for one in listed] == [made["invitation"]]
    assert "link" not in listed[0]
    left = await host.ask("DELETE", f"/invitations/{made['invitation']}")
    assert left.json() == {"invitations": []}
    came = await enter(house, host.slug, made["link"].partition("#")[2])
    assert (came.status_code, code_of(came)) == (401, "invitation_over")
    again = await host.ask("DELETE", f"/invitations/{made['invitation']}")
    assert (again.status_code, code_of(again)) == (404, "unknown_invitation")


async def test_another_rooms_invitation_and_equipments_key_let_nobody_in(house: House) -> None:
    host, other = await hosting(house), await house.make()
    made = (await host.ask("POST", "/invitations")).json()
    came = await enter(house, other["slug"], made["link"].partition("#")[2])
    assert came.status_code == 401
    assert (await enter(house, other["slug"], other["whip_token"])).status_code == 403
    assert (await enter(house, other["slug"], other["source_key"])).status_code == 401
    assert (await enter(house, other["slug"], "wrong")).status_code == 401


@pytest.mark.parametrize(("role", "may"), [("speaker", 201), ("cohost", 403), ("host", 403)])
async def test_a_co_host_invites_speakers_alone(house: House, role: str, may: int) -> None:
    cohost = await invited(await hosting(house), "cohost", "Ken")
    made = await cohost.ask("POST", "/invitations", role=role)
    assert made.status_code == may


async def test_a_speaker_invites_nobody(house: House) -> None:
    speaker = await invited(await hosting(house), "speaker", "Sol")
    for method, path in (("POST", "/invitations"), ("GET", "/invitations"), ("GET", "/bans")):
        assert (await speaker.ask(method, path)).status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        {"role": "owner"},
        {"role": "listener"},
        {"uses": 0},
        {"uses": 1_001},
        {"minutes": 0},
        {"name": "n" * 61},
        {"more": 1},
    ],
)
async def test_what_cannot_be_invited_is_refused(house: House, asked: dict[str, Any]) -> None:
    host = await hosting(house)
    refused = await host.ask("POST", "/invitations", **asked)
    assert (refused.status_code, code_of(refused)) == (422, "invalid")


async def test_a_renewed_host_key_leaves_those_in_who_have_come(house: House) -> None:
    links = await house.make()
    key = host_token(links)
    host = Person(house, links["slug"], (await enter(house, links["slug"], key, "Hana")).json())
    await house.client.post(f"/api/rooms/{links['slug']}/keys/host", headers=bearer(key))
    assert (await enter(house, links["slug"], key, "Thief")).status_code == 401
    assert (await host.ask("POST", "/open")).status_code == 200
