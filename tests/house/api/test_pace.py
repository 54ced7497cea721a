"""How often somebody may ask: what holds on the routes is tested with WHIP's; here the reply."""

from pathlib import Path

import pytest
from fastapi import Request

from fullhouse.clock import Clock
from fullhouse.errors import NotAllowed
from fullhouse.house.api.door import Door, Media
from fullhouse.house.api.events import Feeds
from fullhouse.house.api.pace import Pace, TooOften
from fullhouse.house.links import Origins
from fullhouse.house.news import Newsroom
from fullhouse.house.relays import Relays
from fullhouse.house.roles import Role
from fullhouse.house.rooms import Rooms
from fullhouse.house.store import Store
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import SourceCheck

EVENING = RoomSlug("evening")


async def admit_all(_check: SourceCheck) -> None:
    """Let every source in."""


@pytest.fixture
async def pace(tmp_path: Path) -> Pace:
    clock = Clock()
    rooms = Rooms(Store.open(tmp_path / "rooms.db"), clock, 10)
    await rooms.create(EVENING, "", None)
    newsroom = Newsroom("nats://127.0.0.1:1", rooms, clock, admit_all)
    origins = Origins("http://edge", "http://house", "http://source")
    door = Door(
        rooms, newsroom, Feeds(clock), clock, bytes(32), origins, "admin", Relays(), Media()
    )
    return Pace(door, every=Micros(60 * SECOND), burst=2)


def request_from(host: str) -> Request:
    return Request({"type": "http", "client": (host, 1), "headers": []})


async def test_each_address_has_its_own_count(pace: Pace) -> None:
    for host in ("10.0.0.1", "10.0.0.2"):
        pace.keep(request_from(host))
        pace.keep(request_from(host))
        with pytest.raises(TooOften) as refusal:
            pace.keep(request_from(host))
        assert refusal.value.retry_after == 60


async def test_a_room_has_the_share_of_four_addresses(pace: Pace) -> None:
    for _ in range(8):
        assert pace.admit("admin", EVENING, Role.OWNER).slug == EVENING
    with pytest.raises(TooOften):
        pace.admit("admin", EVENING, Role.OWNER)


async def test_who_may_not_pass_is_not_counted(pace: Pace) -> None:
    for _ in range(20):
        with pytest.raises(NotAllowed):
            pace.admit("wrong", EVENING, Role.OWNER)
    assert pace.admit("admin", EVENING, Role.OWNER).slug == EVENING
