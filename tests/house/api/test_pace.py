"""How often somebody may ask: what holds on the routes is tested with WHIP's; here the reply."""

from pathlib import Path

import pytest
from fastapi import Request

from fullhouse.errors import NotAllowed
from fullhouse.house.api.door import Shown
from fullhouse.house.api.pace import Pace, TooOften
from fullhouse.units import SECOND, Micros
from tests.house.doors import ADMIN, EVENING, a_door


@pytest.fixture
async def pace(tmp_path: Path) -> Pace:
    return Pace(await a_door(tmp_path), every=Micros(60 * SECOND), burst=2)


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
        room, _caller = await pace.admit(Shown(ADMIN), EVENING)
        assert room.slug == EVENING
    with pytest.raises(TooOften):
        await pace.admit(Shown(ADMIN), EVENING)


async def test_who_may_not_pass_is_not_counted(pace: Pace) -> None:
    for _ in range(20):
        with pytest.raises(NotAllowed):
            await pace.admit(Shown("wrong"), EVENING)
    assert (await pace.admit(Shown(ADMIN), EVENING))[0].slug == EVENING
