"""A room's people over HTTP: what each may do to whom, and who is told."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from fullhouse.house.roles import May
from fullhouse.wire import RoomNews
from tests.house.api.people import Person, enter, hosting, invited
from tests.house.served import OFFER, House, bearer, code_of, served, stage_of, told

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, nats_url: str) -> AsyncIterator[House]:
    """One house for all tests of this file."""
    async with served(tmp_path_factory.mktemp("house"), nats_url) as house:
        await house.on_bus()
        yield house


async def trio(house: House) -> tuple[Person, Person, Person]:
    """Return a host, a co-host and a speaker of one room."""
    host = await hosting(house)
    return host, await invited(host, "cohost", "Ken"), await invited(host, "speaker", "Sol")


async def test_pages_see_who_is_here_and_what_they_may(house: House) -> None:
    host, cohost, speaker = await trio(house)
    async with host.page():
        assert host.told["me"]["role"] == "host"
        assert set(host.told["me"]["may"]) == set(May)
        assert [one["name"] for one in host.told["people"]["members"]] == ["Hana", "Ken", "Sol"]
        assert not host.sees(speaker)["present"]
        async with speaker.page():
            await host.until(lambda: host.sees(speaker)["present"])
            assert "mute" not in speaker.told["me"]["may"]
            await host.ask("PATCH", f"/members/{speaker.id}", role="cohost")
            await speaker.until(lambda: "mute" in speaker.told["me"]["may"])
            assert speaker.notices == ["role_changed"]
    everybody = (await cohost.ask("GET", "/members")).json()["members"]
    assert [(one["name"], one["role"]) for one in everybody] == [
        ("Hana", "host"), ("Ken", "cohost"), ("Sol", "cohost"),
    ]  # fmt: skip


async def test_a_mute_is_ones_own_to_take_back(house: House) -> None:
    host, cohost, speaker = await trio(house)
    seat = f"/seats/{speaker.id}/mute"
    async with speaker.page():
        assert (await cohost.ask("POST", f"/members/{speaker.id}/mute")).status_code == 200
        await speaker.until(lambda: speaker.told["room"]["muted"] == [speaker.id])
        for one in (host, cohost):
            refused = await one.ask("POST", seat, muted=False)
            assert (refused.status_code, code_of(refused)) == (403, "not_yours")
            assert "ask them" in refused.json()["message"]
        admin = await house.client.post(f"/api/rooms/{host.slug}{seat}", json={"muted": False})
        assert (admin.status_code, code_of(admin)) == (403, "not_yours")
        await host.ask("POST", f"/members/{speaker.id}/ask-to-unmute")
        await speaker.until(lambda: speaker.notices == ["muted_by", "asked_to_unmute"])
        assert (await speaker.ask("POST", seat, muted=False)).json()["muted"] == []
        assert (await speaker.ask("POST", f"/seats/{host.id}/mute", muted=True)).status_code == 403


async def test_mute_all_mutes_everybody_here_but_whoever_says_so(house: House) -> None:
    host, cohost, speaker = await trio(house)
    async with host.page(), cohost.page(), speaker.page():
        answer = await host.ask("POST", "/mute-all")
        assert set(answer.json()["muted"]) == {cohost.id, speaker.id}
        await speaker.until(lambda: speaker.notices == ["muted_by"])
        assert (await speaker.ask("POST", "/mute-all")).status_code == 403
        assert host.notices == []


async def test_whoever_is_moved_back_is_barred_and_comes_back_muted(
    house: House, nats_url: str
) -> None:
    host, cohost, speaker = await trio(house)
    async with told(nats_url, host.slug) as news, speaker.page():
        moved = await cohost.ask("POST", f"/members/{speaker.id}/move-back")
        assert moved.status_code == 200
        await speaker.until(lambda: speaker.ended)
        assert speaker.notices == ["moved_back"]
        while speaker.id not in (one := await news.get()).barred:
            pass
    refused = await speaker.ask("GET", "")
    assert (refused.status_code, code_of(refused)) == (403, "not_yours")
    back = await cohost.ask("PATCH", f"/members/{speaker.id}", role="speaker")
    assert back.json()["role"] == "speaker"
    room = (await speaker.ask("GET", "")).json()
    assert room["muted"] == [speaker.id]
    assert isinstance(one, RoomNews)


async def test_a_speaker_may_leave_the_stage_by_themselves(house: House) -> None:
    _, _, speaker = await trio(house)
    assert (await speaker.ask("POST", f"/members/{speaker.id}/move-back")).status_code == 200
    assert (await speaker.ask("GET", "")).status_code == 403


async def test_whoever_is_removed_is_out(house: House) -> None:
    host, cohost, speaker = await trio(house)
    async with speaker.page():
        assert (await cohost.ask("POST", f"/members/{speaker.id}/remove")).status_code == 200
        await speaker.until(lambda: speaker.ended)
        assert speaker.notices == ["removed"]
    assert (await speaker.ask("GET", "")).status_code == 401
    assert (await enter(house, host.slug, speaker.facts["token"])).status_code == 401
    names = [one["name"] for one in (await host.ask("GET", "/members")).json()["members"]]
    assert names == ["Hana", "Ken"]


async def test_roles_are_the_hosts_to_give_and_the_last_host_stays(house: House) -> None:
    host, cohost, speaker = await trio(house)
    for one, whom, role in (
        (cohost, speaker, "cohost"), (speaker, speaker, "host"), (cohost, host, "speaker"),
        (host, speaker, "owner"),
    ):  # fmt: skip
        refused = await one.ask("PATCH", f"/members/{whom.id}", role=role)
        assert refused.status_code == 403, (one.facts["name"], role)
    for path in (f"/members/{host.id}/move-back", f"/members/{host.id}/remove"):
        refused = await host.ask("POST", path)
        assert (refused.status_code, code_of(refused)) == (409, "last_host")
        assert (await cohost.ask("POST", path)).status_code == 403
    assert (await host.ask("PATCH", f"/members/{cohost.id}", role="host")).status_code == 200
    assert (await host.ask("POST", f"/members/{host.id}/move-back")).status_code == 200


async def members_of(host: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await host.ask("GET", "/members")).json()["members"]
    return found


async def test_near_seats_are_for_listeners_and_few(house: House) -> None:
    host, cohost, _ = await trio(house)
    speakers = [await invited(host, "speaker", str(number)) for number in range(9)]
    refused = await host.ask("PATCH", f"/members/{cohost.id}", near=True)
    assert (refused.status_code, code_of(refused)) == (403, "not_yours")
    answers = [
        await cohost.ask("PATCH", f"/members/{one.id}", role="listener", near=True)
        for one in speakers
    ]
    assert [answer.status_code for answer in answers] == [200] * 8 + [409]
    assert code_of(answers[-1]) == "near_taken"
    (last,) = [one for one in await members_of(host) if one["member"] == speakers[-1].id]
    assert (last["role"], last["near"]) == ("speaker", False), "nothing is half done"
    assert set((await speakers[0].ask("GET", "")).json()["muted"]) >= {speakers[0].id}
    refused = await speakers[0].ask("POST", f"/seats/{speakers[0].id}/mute", muted=False)
    assert (refused.status_code, code_of(refused)) == (403, "not_yours")
    first = await host.ask("PATCH", f"/members/{speakers[0].id}", near=False)
    assert (first.json()["near"], first.json()["role"]) == (False, "listener")
    again = await host.ask("PATCH", f"/members/{speakers[-1].id}", role="listener", near=True)
    assert (again.status_code, again.json()["near"]) == (200, True), "a seat given back is free"
    both = await host.ask("PATCH", f"/members/{speakers[-1].id}", role="listener", near=False)
    assert both.json()["near"] is False


async def test_people_choose_their_own_names(house: House) -> None:
    host, _, speaker = await trio(house)
    assert (await speaker.ask("PATCH", f"/members/{speaker.id}", name="So")).json()["name"] == "So"
    assert (await speaker.ask("PATCH", f"/members/{host.id}", name="No")).status_code == 403
    assert (await host.ask("PATCH", f"/members/{speaker.id}", name="Sol")).status_code == 200


async def test_a_member_speaks_from_their_own_seat_alone(house: House) -> None:
    host, _, speaker = await trio(house)
    path, sdp = f"/whip/{host.slug}", {"Content-Type": "application/sdp"}
    for token in (host.facts["token"], (await house.room(host.slug))["whip_token"]):
        refused = await house.client.post(
            path, content="v=0\r\n", headers=bearer(token) | sdp | {"Fullhouse-Seat": speaker.id}
        )
        assert (refused.status_code, code_of(refused)) == (403, "not_yours")


@pytest.mark.parametrize("what", ["mute", "ask-to-unmute", "move-back", "remove", "ban"])
async def test_nobody_can_be_done_anything_to_who_is_not_there(house: House, what: str) -> None:
    host = await hosting(house)
    answer = await host.ask("POST", f"/members/m-aaaaaaaaaa/{what}")
    assert (answer.status_code, code_of(answer)) == (404, "unknown_member")
    assert (await host.ask("POST", f"/members/somebody/{what}")).status_code == 422


async def test_a_near_listener_hears_the_stage_and_does_not_speak(
    house: House, nats_url: str
) -> None:
    host, _, speaker = await trio(house)
    await host.ask("PATCH", f"/members/{speaker.id}", role="listener", near=True)
    await host.ask("POST", "/open")
    headers = bearer(speaker.facts["token"]) | {"Content-Type": "application/sdp"}

    async def offer(endpoint: str) -> int:
        path = f"/{endpoint}/{host.slug}"
        return (await house.client.post(path, content=OFFER, headers=headers)).status_code

    async with stage_of(nats_url, host.slug) as stage:
        await stage.listen()
        assert [await offer("whep"), await offer("whip")] == [201, 403]
        assert [(call.endpoint, call.seat) for call in stage.calls] == [("whep", speaker.id)]
        async with speaker.page():
            await host.ask("PATCH", f"/members/{speaker.id}", near=False)
            await speaker.until(lambda: speaker.notices == ["moved_back"])
        assert await offer("whep") == 403
        assert speaker.id in (await house.client.get(f"/api/rooms/{host.slug}")).json()["muted"]
