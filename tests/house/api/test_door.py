"""Who may pass, told from the token that they bring."""

from pathlib import Path
from typing import Any

import pytest

from fullhouse.clock import Clock
from fullhouse.errors import BadSlug, NotAllowed, UnknownRoom
from fullhouse.house.api.door import Door, Media, address
from fullhouse.house.api.events import Feeds
from fullhouse.house.links import Origins
from fullhouse.house.news import Newsroom
from fullhouse.house.relays import Relays
from fullhouse.house.roles import NotYours, Role
from fullhouse.house.rooms import Rooms
from fullhouse.house.store import Store
from fullhouse.units import RoomSlug

EVENING = RoomSlug("evening")


async def admit_all(_check: object) -> None:
    """Let every source in."""


@pytest.fixture
async def door(tmp_path: Path) -> Door:
    clock = Clock()
    rooms = Rooms(Store.open(tmp_path / "rooms.db"), clock, 10)
    await rooms.create(EVENING, "", None)
    newsroom = Newsroom("nats://127.0.0.1:1", rooms, clock, admit_all)
    origins = Origins("http://edge", "http://house", "http://source")
    return Door(
        rooms, newsroom, Feeds(clock), clock, bytes(32), origins, "admin", Relays(), Media()
    )


async def test_a_token_passes_where_its_role_may(door: Door) -> None:
    links = door.links(door.rooms.room(EVENING))
    room, role = door.admit(links.whip_token, "evening", Role.HOST, Role.SPEAKER)
    assert (room.slug, role) == (EVENING, Role.SPEAKER)
    with pytest.raises(NotYours):
        door.admit(links.whip_token, "evening", Role.HOST)


@pytest.mark.parametrize(
    ("token", "slug", "refusal"),
    [
        ("", "evening", NotAllowed),
        ("wrong", "evening", NotAllowed),
        ("admin", "morning", UnknownRoom),
        ("admin", "../evening", BadSlug),
    ],
)
async def test_who_may_not_pass_is_told_why(
    door: Door, token: str, slug: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        door.admit(token, slug, *Role)


async def test_only_the_admin_makes_rooms(door: Door) -> None:
    door.admit_admin("admin")
    with pytest.raises(NotAllowed):
        door.admit_admin(door.links(door.rooms.room(EVENING)).whip_token)


def test_a_request_from_nowhere_is_counted_too() -> None:
    from starlette.requests import Request

    scope: dict[str, Any] = {"type": "http", "client": None, "headers": []}
    assert address(Request(scope)) == "nowhere"
    assert address(Request(scope | {"client": ("10.0.0.1", 5)})) == "10.0.0.1"
