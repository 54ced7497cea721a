"""Who asks, and how often they may."""

from pathlib import Path

from fullhouse.units import SECOND
from tests.house.api.desks import ADMIN, served
from tests.house.known import PASSWORD
from tests.house.served import bearer, code_of


async def test_guessing_a_password_is_slow_and_locks_nobody_else_out(tmp_path: Path) -> None:
    """Ten tries from one network, then one every half minute; other networks go on."""
    async with served(tmp_path) as house:
        await house.owner()
        thief = house.browser("198.51.100.7")
        for _ in range(10):
            tried = await thief.post("/api/sign-in", json={"login": "ana", "password": "guess"})
            assert tried.status_code == 401
        tried = await thief.post("/api/sign-in", json={"login": " ANA", "password": PASSWORD})
        assert (tried.status_code, code_of(tried)) == (429, "too_often")
        assert tried.headers["Retry-After"] == "31"
        neighbour = house.browser("198.51.100.8")
        tried = await neighbour.post("/api/sign-in", json={"login": "ana", "password": PASSWORD})
        assert tried.status_code == 429
        ana = house.browser("192.0.2.1")
        tried = await ana.post("/api/sign-in", json={"login": "ana", "password": PASSWORD})
        assert tried.status_code == 200
        house.clock.passes(30 * SECOND)
        tried = await thief.post("/api/sign-in", json={"login": "ana", "password": PASSWORD})
        assert tried.status_code == 200


async def test_a_login_that_is_not_there_is_slow_in_the_same_way(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await house.owner()
        answers: list[list[tuple[int, str, dict[str, str]]]] = []
        for login in ("ana", "nobody"):
            thief = house.browser(f"198.51.{len(answers)}.7")
            said = {"login": login, "password": "guess"}
            tries = [await thief.post("/api/sign-in", json=said) for _ in range(11)]
            answers.append([(one.status_code, one.text, dict(one.headers)) for one in tries])
        assert answers[0] == answers[1]


async def test_a_network_tries_many_logins_slowly(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        thief = house.browser("2001:db8::7")
        for number in range(30):
            said = {"login": f"a{number}", "password": "guess"}
            assert (await thief.post("/api/sign-in", json=said)).status_code == 401
        said = {"login": "another", "password": "guess"}
        assert (await thief.post("/api/sign-in", json=said)).status_code == 429
        assert (await thief.post("/api/sign-in/passkey/options")).status_code == 429
        assert (await thief.post("/api/first", json={
            "secret": "x", "login": "x", "name": "x", "password": PASSWORD,
        })).status_code == 429  # fmt: skip


async def test_owners_and_the_admin_pass_and_hosts_do_not(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        ana, ben = await house.owner(), await house.host()
        nobody = house.browser()
        assert (await ana.get("/api/accounts")).status_code == 200
        refused = await ben.get("/api/accounts")
        assert (refused.status_code, code_of(refused)) == (403, "for_owners")
        refused = await nobody.get("/api/accounts")
        assert (refused.status_code, code_of(refused)) == (401, "not_signed_in")
        assert (await nobody.get("/api/accounts", headers=bearer(ADMIN))).status_code == 200
        refused = await ana.get("/api/accounts", headers=bearer("wrong"))
        assert (refused.status_code, code_of(refused)) == (401, "not_allowed")
