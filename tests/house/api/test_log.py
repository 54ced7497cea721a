"""A room's log over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.house.databases import BOTH, PostgreSQL
from tests.house.served import House, bearer, code_of, host_token, served

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BOTH)
async def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, nats_url: str
) -> AsyncIterator[House]:
    """One house for all tests of this file, on each kind of database."""
    data: Path = tmp_path_factory.mktemp("house")
    if request.param == "sqlite":
        async with served(data, nats_url) as house:
            yield house
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    with server.database() as url:
        async with served(data, nats_url, database=url) as house:
            yield house
        assert not (data / "rooms.db").exists()


async def test_a_host_reads_who_asked_what_the_newest_first(house: House) -> None:
    links = await house.make(title="Evening")
    path, headers = f"/api/rooms/{links['slug']}", bearer(host_token(links))
    for command in ("open", "live", "live", "end"):
        assert (await house.client.post(f"{path}/{command}", headers=headers)).status_code == 200
    answer = await house.client.get(f"{path}/log", headers=headers)
    lines = answer.json()["lines"]
    assert [line["what"] for line in lines] == ["end", "open_doors", "create"]
    assert all(line["at"].endswith("Z") and len(line["hash"]) == 64 for line in lines)
    numbers = [line["number"] for line in lines]
    assert numbers == sorted(numbers, reverse=True)
    older = await house.client.get(
        f"{path}/log", headers=headers, params={"before": numbers[0], "most": 1}
    )
    assert [line["number"] for line in older.json()["lines"]] == numbers[1:2]


async def test_no_secret_is_in_the_log(house: House) -> None:
    links = await house.make()
    path = f"/api/rooms/{links['slug']}"
    renewed = (await house.client.post(f"{path}/keys/whip")).json()
    said = (await house.client.get(f"{path}/log")).text
    assert "renew" in said
    for secret in (links["whip_token"], renewed["whip_token"], host_token(links)):
        assert secret not in said


async def test_a_speaker_does_not_read_it(house: House) -> None:
    links = await house.make()
    answer = await house.client.get(
        f"/api/rooms/{links['slug']}/log", headers=bearer(links["whip_token"])
    )
    assert (answer.status_code, code_of(answer)) == (403, "not_yours")


async def test_what_was_asked_of_the_house_is_shown_to_its_owners_alone(house: House) -> None:
    links = await house.make()
    found = await house.client.get("/api/log", params={"most": 5})
    assert found.status_code == 200
    assert not any(line["what"] == "create" for line in found.json()["lines"])
    refused = await house.client.get("/api/log", headers=bearer(host_token(links)))
    assert refused.status_code in (401, 403)


@pytest.mark.parametrize("asked", ["before=0", "before=x", "most=501", "most=0", f"before={2**63}"])
async def test_numbers_that_are_none_are_refused(house: House, asked: str) -> None:
    links = await house.make()
    answer = await house.client.get(f"/api/rooms/{links['slug']}/log?{asked}")
    assert 400 <= answer.status_code < 500
