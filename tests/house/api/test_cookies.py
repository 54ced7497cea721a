"""The sign-in's cookie: who may read it, where it goes, and which pages may use it."""

from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from fastapi import Response

from fullhouse.house.api.cookies import Cookie, cookie_of
from tests.house.api.desks import HOUSE, served
from tests.house.served import code_of


def test_the_cookie_is_for_us_alone() -> None:
    """No script reads it; it goes to this host only; by https only, where the house is there."""
    for house, name in ((HOUSE, "fullhouse"), ("https://house.example", "__Host-fullhouse")):
        response = Response()
        cookie_of(house).give(response, "fhs_secret")
        (kept,) = SimpleCookie(response.headers["set-cookie"]).values()
        assert (kept.key, kept.value, kept["path"]) == (name, "fhs_secret", "/")
        assert (kept["httponly"], kept["samesite"], kept["domain"]) == (True, "lax", "")
        assert bool(kept["secure"]) is house.startswith("https")


def test_a_secure_house_reads_no_cookie_that_another_host_may_have_put_there() -> None:
    secure = Cookie(secure=True)
    assert secure.found("fullhouse=evil; __Host-fullhouse=ours") == "ours"
    assert secure.found("fullhouse=evil") == ""
    assert secure.found(";;=;__Host-fullhouse") == ""
    assert Cookie(secure=False).found("a=b; fullhouse=" + "x" * 5_000) == "x" * 100


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": HOUSE}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": HOUSE, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": ""}, 403),
    ],
)
async def test_only_our_own_pages_change_something_by_the_cookie(
    tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    async with served(tmp_path) as house:
        ana = await house.owner()
        answer = await ana.patch("/api/account", json={"name": "Eve"}, headers=headers)
        assert answer.status_code == status
        if status == 403:
            assert code_of(answer) == "wrong_origin"
        name = (await ana.get("/api/account", headers=headers)).json()["name"]
        assert name == ("Eve" if status == 200 else "Ana")


async def test_no_route_that_changes_something_is_open_to_other_pages(tmp_path: Path) -> None:
    """Whatever the route: the guard is before all of them."""
    async with served(tmp_path) as house:
        ana = await house.owner()
        for method, path in (
            ("POST", "/api/tokens"), ("DELETE", "/api/account/sign-ins"), ("POST", "/api/accounts"),
            ("POST", "/api/sign-out"), ("POST", "/api/rooms"), ("PUT", "/anything"),
        ):  # fmt: skip
            answer = await ana.request(method, path, headers={"Origin": "https://evil.example"})
            assert (answer.status_code, code_of(answer)) == (403, "wrong_origin")


async def test_no_other_page_signs_its_visitors_in(tmp_path: Path) -> None:
    """Or they would work in a stranger's account without knowing."""
    async with served(tmp_path) as house:
        await house.owner()
        evil = house.browser(origin="https://evil.example")
        said = {"login": "ana", "password": "correct horse battery"}
        answer = await evil.post("/api/sign-in", json=said)
        assert (answer.status_code, code_of(answer)) == (403, "wrong_origin")
        assert "set-cookie" not in answer.headers
