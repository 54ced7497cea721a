"""One's own account over HTTP."""

from pathlib import Path

from tests.house.api.desks import ADMIN, served
from tests.house.known import PASSWORD
from tests.house.served import bearer, code_of


async def test_another_password_gives_another_cookie_and_ends_the_others(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        here = await house.owner()
        there = house.browser("203.0.113.1")
        await there.post("/api/sign-in", json={"login": "ana", "password": PASSWORD})
        before = here.cookies["fullhouse"]
        said = {"password": "another password", "old_password": "wrong", "name": "Eve"}
        refused = await here.patch("/api/account", json=said)
        assert (refused.status_code, code_of(refused)) == (403, "wrong_old_password")
        assert (await here.get("/api/account")).json()["name"] == "Ana"
        changed = await here.patch("/api/account", json=said | {"old_password": PASSWORD})
        assert (changed.status_code, changed.json()["name"]) == (200, "Eve")
        assert here.cookies["fullhouse"] != before
        assert (await here.get("/api/account")).status_code == 200
        assert (await there.get("/api/account")).status_code == 401
        thief = house.browser()
        thief.cookies.set("fullhouse", before, domain="127.0.0.1")
        assert (await thief.get("/api/account")).status_code == 401


async def test_sign_ins_are_listed_and_ended(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        here = await house.owner()
        others = [house.browser(f"203.0.{number}.1") for number in range(3)]
        for other in others:
            await other.post("/api/sign-in", json={"login": "ana", "password": PASSWORD})
        listed = (await here.get("/api/account/sign-ins")).json()["sign_ins"]
        assert len(listed) == 4
        assert [one["browser"] for one in listed] == ["Firefox, Linux"] * 4
        assert sum(one["this"] for one in listed) == 1
        theirs = (await others[0].get("/api/account/sign-ins")).json()["sign_ins"]
        (this,) = [one["id"] for one in theirs if one["this"]]
        assert (await here.delete(f"/api/account/sign-ins/{this}")).status_code == 204
        gone = await here.delete(f"/api/account/sign-ins/{this}")
        assert (gone.status_code, code_of(gone)) == (404, "not_there")
        assert (await others[0].get("/api/account")).status_code == 401
        assert (await others[1].get("/api/account")).status_code == 200
        assert (await here.delete("/api/account/sign-ins")).status_code == 204
        assert (await others[1].get("/api/account")).status_code == 401
        assert (await here.get("/api/account")).status_code == 200


async def test_nobody_ends_what_is_somebody_elses(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        ana, ben = await house.owner(), await house.host()
        asked = {"label": "Calendar", "scopes": ["rooms:read"]}
        token = (await ana.post("/api/tokens", json=asked)).json()
        (sign_in,) = (await ana.get("/api/account/sign-ins")).json()["sign_ins"]
        for path in (
            f"/api/tokens/{token['id']}", f"/api/account/sign-ins/{sign_in['id']}",
            "/api/account/passkeys/AAAA",
        ):  # fmt: skip
            answer = await ben.delete(path)
            assert (answer.status_code, code_of(answer)) == (404, "not_there")
        assert (await ana.get("/api/account")).status_code == 200
        assert len((await ana.get("/api/tokens")).json()["tokens"]) == 1


async def test_a_token_is_shown_once_and_makes_no_other(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        ana = await house.owner()
        asked = {"label": "Calendar", "scopes": ["rooms:read", "log"], "days": 30}
        made = (await ana.post("/api/tokens", json=asked)).json()
        assert made["token"].startswith("fha_")
        listed = await ana.get("/api/tokens")
        assert made["token"] not in listed.text
        assert listed.json()["tokens"][0]["scopes"] == ["rooms:read", "log"]
        program = house.browser()
        for path in ("/api/tokens", "/api/account", "/api/accounts", "/api/account/sign-ins"):
            answer = await program.get(path, headers=bearer(made["token"]))
            assert answer.status_code == 401
        assert (await ana.delete(f"/api/tokens/{made['id']}")).status_code == 204
        assert await house.desk.people.by_api_token(made["token"]) is None


async def test_what_cannot_be_a_token_is_refused(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        ana = await house.owner()
        for asked, code in (
            ({"label": "", "scopes": ["log"]}, "bad_name"),
            ({"label": "x", "scopes": []}, "unknown_scope"),
            ({"label": "x", "scopes": ["everything"]}, "unknown_scope"),
            ({"label": "x", "scopes": ["log"], "days": 0}, "invalid"),
            ({"label": "x", "scopes": ["log"], "token": "fha_mine"}, "invalid"),
        ):
            answer = await ana.post("/api/tokens", json=asked)
            assert (answer.status_code, code_of(answer)) == (422, code)


async def test_the_admins_token_is_nobodys_account(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        answer = await house.browser().get("/api/account", headers=bearer(ADMIN))
        assert (answer.status_code, code_of(answer)) == (401, "not_signed_in")
