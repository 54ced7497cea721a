"""Signing in over HTTP, and what a browser may keep of it."""

from pathlib import Path
from typing import Any

import pytest

from fullhouse.house.api.cookies import KEPT_FOR
from tests.house.api.desks import new, served
from tests.house.authenticator import Authenticator
from tests.house.known import DAY, PASSWORD
from tests.house.served import bearer, code_of


async def test_the_first_link_makes_the_owner_and_signs_them_in(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        browser = house.browser()
        ways = (await browser.get("/api/sign-in")).json()
        assert ways == {"owned": False, "passkeys": "http://localhost:8001", "account": None}
        secret = house.desk.people.first_secret
        made = await browser.post("/api/first", json=new(secret))
        assert (made.status_code, made.json()["kind"]) == (201, "owner")
        assert "password" not in made.json()
        assert (await browser.get("/api/account")).json()["login"] == "ana"
        ways = (await browser.get("/api/sign-in")).json()
        assert (ways["owned"], ways["account"]) == (True, made.json())
        again = await house.browser().post("/api/first", json=new(secret, "eve"))
        assert (again.status_code, code_of(again)) == (410, "link_used")


async def test_a_sign_in_never_goes_on_with_what_the_browser_had_before(tmp_path: Path) -> None:
    """Fixation: whoever has put a cookie there learns nothing of what comes after."""
    async with served(tmp_path) as house:
        await house.owner()
        planted = (await house.host()).cookies["fullhouse"]
        victim = house.browser()
        for before in ("fhs_" + "A" * 32, planted):
            victim.cookies.set("fullhouse", before, domain="127.0.0.1")
            signed_in = await victim.post(
                "/api/sign-in", json={"login": "ana", "password": PASSWORD}
            )
            assert signed_in.status_code == 200
            given = signed_in.cookies["fullhouse"]
            assert given != before
            thief = house.browser()
            thief.cookies.set("fullhouse", before, domain="127.0.0.1")
            assert (await thief.get("/api/account")).status_code == 401
            victim.cookies.clear()


async def test_signing_out_is_so_on_the_server_too(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        ana = await house.owner()
        token = ana.cookies["fullhouse"]
        left = await ana.post("/api/sign-out")
        assert left.status_code == 204
        assert "fullhouse" not in ana.cookies
        ana.cookies.set("fullhouse", token, domain="127.0.0.1")
        gone = await ana.get("/api/account")
        assert (gone.status_code, code_of(gone)) == (401, "not_signed_in")


async def test_a_sign_in_that_is_used_goes_on_and_one_that_is_not_ends(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        ana = await house.owner()
        for _ in range(2):
            house.clock.passes(29 * DAY)
            shown = await ana.get("/api/sign-in")
            assert f"Max-Age={KEPT_FOR}" in shown.headers["set-cookie"]
        house.clock.passes(30 * DAY)
        assert (await ana.get("/api/account")).status_code == 401


async def test_a_passkey_signs_in_without_a_word(tmp_path: Path) -> None:
    async with served(tmp_path, "http://localhost:8001") as house:
        ana, device = await house.owner(), Authenticator()
        refused = await ana.post("/api/account/passkeys/options", json={"password": "wrong"})
        assert (refused.status_code, code_of(refused)) == (403, "wrong_old_password")
        asked = await ana.post("/api/account/passkeys/options", json={"password": PASSWORD})
        made = {"credential": device.make(asked.json()["options"]), "label": "My phone"}
        kept = await ana.post("/api/account/passkeys", json=made)
        assert (kept.status_code, kept.json()["label"]) == (201, "My phone")
        browser = house.browser()
        options = (await browser.post("/api/sign-in/passkey/options")).json()["options"]
        signed = {"credential": device.sign(options)}
        signed_in = await browser.post("/api/sign-in/passkey", json=signed)
        assert (signed_in.status_code, signed_in.json()["login"]) == (200, "ana")
        assert (await browser.get("/api/account")).status_code == 200
        again = await house.browser().post("/api/sign-in/passkey", json=signed)
        assert (again.status_code, code_of(again)) == (401, "bad_passkey")
        ended = await ana.delete(f"/api/account/passkeys/{kept.json()['id']}")
        assert ended.status_code == 204
        assert (await ana.get("/api/account/passkeys")).json() == {"passkeys": []}


@pytest.mark.parametrize(
    "path", ["/api/first", "/api/sign-in", "/api/sign-in/passkey", "/api/accounts/accept"]
)
async def test_what_makes_no_sense_is_refused_in_words(tmp_path: Path, path: str) -> None:
    async with served(tmp_path) as house:
        browser = house.browser()
        long = {"login": "a" * 999, "password": "b"}
        bodies: tuple[Any, ...] = ({}, [], "x", {"login": 1}, long, None)
        for body in bodies:
            answer = await browser.post(path, json=body)
            assert (answer.status_code, code_of(answer)) == (422, "invalid")


async def test_a_link_tells_what_it_is_for_before_it_is_used(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        ana = await house.owner()
        link = (await ana.post("/api/accounts", json={"name": "Ben"})).json()["link"]
        secret = link.partition("#invitation=")[2]
        browser = house.browser()
        told = await browser.get("/api/accounts/invitation", headers=bearer(secret))
        assert told.json() == {"kind": "host", "name": "Ben", "made_by": "Ana"}
        made = await browser.post("/api/accounts/accept", json=new(secret, "ben"))
        assert made.json()["kind"] == "host"
        used = await browser.get("/api/accounts/invitation", headers=bearer(secret))
        assert (used.status_code, code_of(used)) == (410, "link_used")
