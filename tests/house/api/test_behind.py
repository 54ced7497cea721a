"""Whom a request comes from where a proxy stands before the house."""

from pathlib import Path

from fullhouse.networks import proxies_of
from tests.house.served import House, code_of, served

WRONG = {"login": "ana", "password": "correct horse battery"}


async def tries(house: House, **headers: str) -> int:
    """Try a password; return the answer's status."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return (await house.client.post("/api/sign-in", json=WRONG, headers=said)).status_code


async def test_who_tries_too_often_is_not_everybody_behind_the_proxy(
    tmp_path: Path, nats_url: str
) -> None:
    """Each network has its own attempts; what its people write themselves changes nothing."""
    async with served(tmp_path, nats_url) as house:
        for number in range(10):
            forged = f"198.51.{number}.1, 192.0.2.7"
            assert await tries(house, x_forwarded_for=forged) == 401
        assert await tries(house, x_forwarded_for="8.8.8.8, 192.0.2.9") == 429
        assert await tries(house, forwarded="for=192.0.2.9") == 429
        assert await tries(house, x_forwarded_for="198.51.100.7") == 401


async def test_a_house_that_has_no_proxy_believes_nobody(tmp_path: Path, nats_url: str) -> None:
    async with served(tmp_path, nats_url, proxies=proxies_of("none")) as house:
        for number in range(10):
            assert await tries(house, x_forwarded_for=f"198.51.{number}.1") == 401
        answer = await house.client.post(
            "/api/sign-in", json=WRONG, headers={"X-Forwarded-For": "192.0.2.1"}
        )
        assert (answer.status_code, code_of(answer)) == (429, "too_often")
