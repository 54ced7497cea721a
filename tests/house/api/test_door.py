"""Who somebody is in a room, told from what their request shows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fullhouse.errors import BadSlug, NotAllowed, UnknownRoom
from fullhouse.house.api.door import Door, Shown, SignedIn, address
from fullhouse.house.membership import Member
from fullhouse.house.roles import May, NotYours, Role
from fullhouse.house.tokens import Kind, derive
from fullhouse.units import Micros
from tests.house.doors import EVENING, a_door


@dataclass(frozen=True, slots=True)
class Ana:
    """An account."""

    id: str = "a-1"
    name: str = "Ana"
    is_owner: bool = False


class OneAccount:
    """A house in which Ana signs in."""

    def __init__(self, ana: Ana) -> None:
        self.ana = ana

    async def by_cookie(self, cookie: str) -> SignedIn | None:
        return self.ana if cookie == "fhs_ana" else None

    async def by_api_token(self, token: str) -> tuple[SignedIn, frozenset[May]] | None:
        return (self.ana, frozenset({May.SEE})) if token == "fha_ana" else None


@pytest.fixture
async def door(tmp_path: Path) -> Door:
    return await a_door(tmp_path)


def member(role: Role, account: str = "") -> Member:
    return Member("m-aaaaaaaaaa", EVENING, "Ana", role, Micros(0), account=account)


async def test_a_key_passes_where_its_role_may(door: Door) -> None:
    links = door.links(door.rooms.room(EVENING))
    room, caller = await door.caller(Shown(links.whip_token), "evening", May.SEE, May.SPEAK)
    assert (room.slug, caller.role, caller.member) == (EVENING, Role.SPEAKER, "")
    with pytest.raises(NotYours):
        await door.caller(Shown(links.whip_token), "evening", May.OPEN)
    _, host = await door.caller(Shown(derive(door.key, Kind.HOST, EVENING, 0)), "evening", *May)
    assert host.role is Role.HOST


@pytest.mark.parametrize(
    ("token", "slug", "refusal"),
    [
        ("", "evening", NotAllowed),
        ("wrong", "evening", NotAllowed),
        ("fhm_wrong", "evening", NotAllowed),
        ("fha_wrong", "evening", NotAllowed),
        ("admin", "morning", UnknownRoom),
        ("admin", "../evening", BadSlug),
    ],
)
async def test_who_may_not_pass_is_told_why(
    door: Door, token: str, slug: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await door.caller(Shown(token), slug)


async def test_a_member_is_known_by_their_secret_in_their_room_alone(door: Door) -> None:
    here = await door.members.enter(member(Role.COHOST))
    secret = door.members.secret(here)
    assert secret.startswith("fhm_")
    _, caller = await door.caller(Shown(secret), "evening", May.MUTE)
    assert (caller.role, caller.member, caller.name) == (Role.COHOST, here.id, "Ana")
    await door.rooms.create(type(EVENING)("morning"), "", None)
    with pytest.raises(NotAllowed):
        await door.caller(Shown(secret), "morning")


async def test_an_owner_owns_every_room_and_a_host_is_in_their_own(tmp_path: Path) -> None:
    owner = await a_door(tmp_path, OneAccount(Ana(is_owner=True)))
    _, caller = await owner.caller(Shown(cookie="fhs_ana"), "evening", *May)
    assert (caller.role, caller.account, caller.member) == (Role.OWNER, "a-1", "")


async def test_an_account_without_a_membership_is_nobody_in_a_room(tmp_path: Path) -> None:
    door = await a_door(tmp_path, OneAccount(Ana()))
    with pytest.raises(NotYours):
        await door.caller(Shown(cookie="fhs_ana"), "evening")
    with pytest.raises(NotAllowed):
        await door.caller(Shown(cookie="fhs_bob"), "evening")


async def test_a_program_may_no_more_than_its_token_says(tmp_path: Path) -> None:
    door = await a_door(tmp_path, OneAccount(Ana(is_owner=True)))
    await door.caller(Shown("fha_ana"), "evening", May.SEE)
    with pytest.raises(NotYours):
        await door.caller(Shown("fha_ana"), "evening", May.END)


async def test_a_key_counts_before_a_cookie(tmp_path: Path) -> None:
    door = await a_door(tmp_path, OneAccount(Ana(is_owner=True)))
    with pytest.raises(NotAllowed):
        await door.caller(Shown("wrong", "fhs_ana"), "evening")


async def test_only_the_admin_makes_rooms(door: Door) -> None:
    door.admit_admin("admin")
    with pytest.raises(NotAllowed):
        door.admit_admin(door.links(door.rooms.room(EVENING)).whip_token)


def test_a_request_from_nowhere_is_counted_too() -> None:
    from starlette.requests import Request

    scope: dict[str, Any] = {"type": "http", "client": None, "headers": []}
    assert address(Request(scope)) == "nowhere"
    assert address(Request(scope | {"client": ("10.0.0.1", 5)})) == "10.0.0.1"
