"""Bans and reports over HTTP."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.house.api.people import enter, hosting, invited
from tests.house.served import House, code_of, served

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, nats_url: str) -> AsyncIterator[House]:
    """One house for all tests of this file."""
    async with served(tmp_path_factory.mktemp("house"), nats_url) as house:
        await house.on_bus()
        yield house


async def test_whoever_is_banned_is_out_and_the_ban_is_listed_and_lifted(house: House) -> None:
    host = await hosting(house)
    speaker = await invited(host, "speaker", "Sol")
    async with speaker.page():
        banned = await host.ask("POST", f"/members/{speaker.id}/ban", minutes=10)
        assert banned.status_code == 200
        await speaker.until(lambda: speaker.ended)
        assert speaker.notices == ["banned"]
    (ban,) = (await host.ask("GET", "/bans")).json()["bans"]
    assert (ban["name"], ban["by"], ban["made_by"]) == ("Sol", ["member"], "Hana")
    assert ban["ends_at"] is not None
    assert (await host.ask("DELETE", f"/bans/{ban['ban']}")).json() == {"bans": []}
    again = await host.ask("DELETE", f"/bans/{ban['ban']}")
    assert (again.status_code, code_of(again)) == (404, "unknown_ban")


async def test_a_banned_network_stays_out_whatever_link_it_brings(house: House) -> None:
    """All come from one address here; so a new speaker is kept out, and the host is not."""
    host = await hosting(house)
    speaker = await invited(host, "speaker", "Sol")
    await host.ask("POST", f"/members/{speaker.id}/ban", network=True)
    (ban,) = (await host.ask("GET", "/bans")).json()["bans"]
    assert (ban["by"], ban["ends_at"]) == (["member", "prefix"], None)
    link = (await host.ask("POST", "/invitations", uses=2)).json()["link"]
    refused = await enter(house, host.slug, link.partition("#")[2], "Sol again")
    assert (refused.status_code, code_of(refused)) == (403, "banned")
    assert (await enter(house, host.slug, host.facts["token"])).status_code == 200
    await host.ask("DELETE", f"/bans/{ban['ban']}")
    assert (await enter(house, host.slug, link.partition("#")[2], "Ann")).status_code == 200


async def test_a_refused_newcomer_has_used_nothing_up(house: House) -> None:
    host = await hosting(house)
    speaker = await invited(host, "speaker", "Sol")
    await host.ask("POST", f"/members/{speaker.id}/ban", network=True, minutes=5)
    made = (await host.ask("POST", "/invitations")).json()
    refused = await enter(house, host.slug, made["link"].partition("#")[2])
    assert int(refused.headers["retry-after"]) <= 300
    (left,) = (await host.ask("GET", "/invitations")).json()["invitations"]
    assert left["uses_left"] == 1


async def test_who_is_not_a_host_bans_nobody(house: House) -> None:
    host = await hosting(house)
    speaker, other = await invited(host, "speaker", "A"), await invited(host, "speaker", "B")
    for method, path in (
        ("POST", f"/members/{other.id}/ban"), ("GET", "/bans"), ("DELETE", "/bans/x"),
        ("GET", "/reports"), ("DELETE", "/reports/x"),
    ):  # fmt: skip
        assert (await speaker.ask(method, path)).status_code == 403


@pytest.mark.parametrize("minutes", [0, -1, 366 * 24 * 60 + 1, "10", 1.5])
async def test_a_ban_lasts_a_minute_to_a_year(house: House, minutes: object) -> None:
    host = await hosting(house)
    answer = await host.ask("POST", "/members/m-aaaaaaaaaa/ban", minutes=minutes)
    assert (answer.status_code, code_of(answer)) == (422, "invalid")


async def test_reports_reach_those_who_can_do_something(house: House) -> None:
    host = await hosting(house)
    speaker, other = await invited(host, "speaker", "A"), await invited(host, "speaker", "B")
    async with host.page(), speaker.page():
        said = await speaker.ask("POST", "/reports", whom=other.id, why="Shouts \u202e a lot.")
        assert said.status_code == 204
        await host.until(lambda: host.notices == ["reported"])
        assert speaker.notices == []
    (report,) = (await host.ask("GET", "/reports")).json()["reports"]
    assert (report["whom"], report["why"], report["made_by"]) == ("B", "Shouts a lot.", "A")
    left = await host.ask("DELETE", f"/reports/{report['report']}")
    assert left.json() == {"reports": []}
    again = await host.ask("DELETE", "/reports/nothing")
    assert (again.status_code, code_of(again)) == (404, "unknown_report")
