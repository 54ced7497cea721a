"""All accounts over HTTP: for owners, and for the operator who has lost theirs."""

import asyncio
from pathlib import Path

import httpx

from tests.house.api.desks import ADMIN, HOUSE, new, served
from tests.house.known import PASSWORD
from tests.house.served import bearer, code_of, new_slug
from tests.house.served import served as served_house


async def test_an_owner_invites_and_switches_off(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        ana = await house.owner()
        made = (await ana.post("/api/accounts", json={"kind": "host", "name": "Ben"})).json()
        assert made["link"].startswith(f"{HOUSE}/#invitation=fhi_")
        listed = (await ana.get("/api/accounts")).json()
        assert [one["id"] for one in listed["invitations"]] == [made["id"]]
        assert "link" not in listed["invitations"][0]
        ben = await house.host()
        (account,) = [
            one for one in (await ana.get("/api/accounts")).json()["accounts"]
            if one["login"] == "ben"
        ]  # fmt: skip
        off = await ana.patch(f"/api/accounts/{account['id']}", json={"off": True})
        assert off.json()["off"]
        assert (await ben.get("/api/account")).status_code == 401
        tried = await ben.post("/api/sign-in", json={"login": "ben", "password": PASSWORD})
        assert (tried.status_code, code_of(tried)) == (401, "wrong_password")
        assert (await ana.delete(f"/api/accounts/invitations/{made['id']}")).status_code == 204
        gone = await ana.delete(f"/api/accounts/invitations/{made['id']}")
        assert (gone.status_code, code_of(gone)) == (404, "not_there")


async def test_a_host_may_none_of_that(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await house.owner()
        ben = await house.host()
        for answer in (
            await ben.get("/api/accounts"),
            await ben.post("/api/accounts", json={"kind": "owner"}),
            await ben.patch("/api/accounts/a-first", json={"off": True}),
            await ben.delete("/api/accounts/invitations/i-x"),
        ):
            assert (answer.status_code, code_of(answer)) == (403, "for_owners")
        refused = await ben.post("/api/owner-link")
        assert refused.status_code == 401


async def test_the_last_owner_cannot_be_switched_off(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        ana = await house.owner()
        answer = await ana.patch("/api/accounts/a-first", json={"off": True})
        assert (answer.status_code, code_of(answer)) == (409, "last_owner")
        nobody = await ana.patch("/api/accounts/a-nobody", json={"off": True})
        assert (nobody.status_code, code_of(nobody)) == (404, "not_there")


async def test_the_operator_gets_the_first_link_and_later_others(tmp_path: Path) -> None:
    """Also when every owner has lost their password: whoever has the machine has the house."""
    async with served(tmp_path) as house:
        operator = house.browser()
        first = (await operator.post("/api/owner-link", headers=bearer(ADMIN))).json()
        assert first == {
            "link": f"{HOUSE}/#first={house.desk.people.first_secret}",
            "ends_at": None,
        }
        assert (await operator.post("/api/owner-link", headers=bearer(ADMIN))).json() == first
        await house.owner()
        later = (await operator.post("/api/owner-link", headers=bearer(ADMIN))).json()
        secret = later["link"].partition("#invitation=")[2]
        made = await house.browser().post("/api/accounts/accept", json=new(secret, "eve"))
        assert made.json()["kind"] == "owner"
        house.clock.passes(1)
        last = (await operator.post("/api/owner-link", headers=bearer(ADMIN))).json()
        house.clock.passes(3_600_000_000)
        late = await house.browser().post(
            "/api/accounts/accept", json=new(last["link"].partition("=")[2], "zoe")
        )
        assert (late.status_code, code_of(late)) == (410, "link_used")


async def test_hosts_make_rooms_and_see_their_own_and_owners_see_all(
    tmp_path: Path, nats_url: str
) -> None:
    """In the house itself: by the cookie of a page, or by a program's token within its scopes."""
    async with served_house(tmp_path, nats_url) as house:
        page = {"Origin": f"http://127.0.0.1:{house.port}"}
        admin = house.client
        others = await house.make()
        browsers = []
        for kind in ("owner", "host"):
            link = (await admin.post("/api/accounts", json={"kind": kind})).json()["link"]
            browser = httpx.AsyncClient(base_url=admin.base_url, headers=page, timeout=15)
            asked = new(link.partition("=")[2], kind)
            assert (await browser.post("/api/accounts/accept", json=asked)).status_code == 201
            browsers.append(browser)
        ana, ben = browsers
        slug = new_slug("bens")
        made = await ben.post("/api/rooms", json={"slug": slug})
        assert made.status_code == 201
        assert [room["slug"] for room in (await ben.get("/api/rooms")).json()["rooms"]] == [slug]
        seen = {room["slug"] for room in (await ana.get("/api/rooms")).json()["rooms"]}
        assert seen >= {slug, others["slug"]}
        assert (await ben.get(f"/api/rooms/{slug}")).json()["host"] == made.json()["host"]
        assert (await ben.post(f"/api/rooms/{slug}/open")).status_code == 200
        refused = await ben.get(f"/api/rooms/{others['slug']}")
        assert (refused.status_code, code_of(refused)) == (403, "not_yours")
        elsewhere = await ben.post(f"/api/rooms/{slug}/end", headers={"Origin": "https://evil.com"})
        assert (elsewhere.status_code, code_of(elsewhere)) == (403, "wrong_origin")
        await _within_scopes(ben, slug)
        await _open_pages_end(ben, slug)
        for browser in browsers:
            await browser.aclose()
        async with httpx.AsyncClient(base_url=admin.base_url) as nobody:
            answer = await nobody.post("/api/rooms", json={"slug": new_slug()}, headers=page)
            assert answer.status_code == 401


async def _within_scopes(ben: httpx.AsyncClient, slug: str) -> None:
    asked = {"label": "Board", "scopes": ["rooms:read"]}
    token = bearer((await ben.post("/api/tokens", json=asked)).json()["token"])
    async with httpx.AsyncClient(base_url=ben.base_url, headers=token, timeout=15) as program:
        (room,) = (await program.get("/api/rooms")).json()["rooms"]
        assert room["slug"] == slug
        assert "host" not in room
        for answer in (
            await program.post("/api/rooms", json={"slug": new_slug()}),
            await program.post(f"/api/rooms/{slug}/end"),
            await program.post(f"/api/rooms/{slug}/keys/host"),
        ):
            assert (answer.status_code, code_of(answer)) == (403, "not_yours")


async def _open_pages_end(ben: httpx.AsyncClient, slug: str) -> None:
    """A sign-in that is ended ends the streams of events that it opened."""
    async with asyncio.timeout(5), ben.stream("GET", f"/api/rooms/{slug}/events") as stream:
        lines = stream.aiter_lines()
        await anext(lines)
        assert (await ben.post("/api/sign-out")).status_code == 204
        async for _ in lines:
            pass
