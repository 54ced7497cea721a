"""All accounts over HTTP: for owners, and for the operator who has lost theirs."""

from pathlib import Path

from tests.house.api.desks import ADMIN, HOUSE, new, served
from tests.house.known import PASSWORD
from tests.house.served import bearer, code_of


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
