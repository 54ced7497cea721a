"""Holds lie in the data folder and in the bus's store; each fills the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from fullhouse.bus import Bus, connect
from fullhouse.clock import Clock
from fullhouse.house.commands import PlayHold
from fullhouse.house.database import Database
from fullhouse.house.hold_making import Made
from fullhouse.house.holds import Holds
from fullhouse.house.rooms import Rooms
from fullhouse.programme.hold_file import MOST_BYTES, HoldFile, pack_hold
from fullhouse.units import SECOND, Micros, RoomSlug
from tests.house.served import becomes_true, new_slug
from tests.programme.test_hold_file import loop


def made(parts: int) -> Made:
    raw = pack_hold(loop(parts))
    return Made(raw, HoldFile(raw), -20.0)


@asynccontextmanager
async def keeping(folder: Path, rooms: Rooms, bus: Bus | None) -> AsyncIterator[Holds]:
    holds = Holds(folder, rooms, Clock(), lambda: bus)
    running = asyncio.create_task(holds.run())
    try:
        yield holds
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@asynccontextmanager
async def one_room(folder: Path) -> AsyncIterator[tuple[Rooms, RoomSlug]]:
    folder.mkdir()
    database = Database.in_folder(folder)
    rooms = Rooms(database, Clock(), 10)
    slug = RoomSlug(new_slug("hold"))
    await rooms.create(slug, "", None)
    yield rooms, slug
    database.close()


async def stored(bus: Bus, name: str) -> bool:
    return name in await bus.kept_holds()


async def test_what_a_room_names_is_put_into_a_store_that_has_lost_it(
    nats_url: str, tmp_path: Path
) -> None:
    """The bus was away while it was made, or lost its disk later."""
    one = made(6)
    async with one_room(tmp_path / "a") as (rooms, slug), connect(nats_url, "house") as bus:
        async with keeping(tmp_path / "holds", rooms, None) as holds:
            name = await holds.keep(one)
            await rooms.ask(slug, PlayHold(name))
        assert not await stored(bus, name)
        async with keeping(tmp_path / "holds", rooms, bus):
            await becomes_true(lambda: stored(bus, name), 8)
        assert b"".join([p async for p in bus.read_hold(name, MOST_BYTES)]) == one.raw


async def test_another_house_has_it_in_its_folder_too(nats_url: str, tmp_path: Path) -> None:
    """And one that is broken there is taken from the store again."""
    one = made(7)
    async with one_room(tmp_path / "a") as (rooms, slug), connect(nats_url, "house") as bus:
        async with keeping(tmp_path / "first", rooms, bus) as holds:
            name = await holds.keep(one)
            await rooms.ask(slug, PlayHold(name))
        (tmp_path / "other").mkdir()
        async with keeping(tmp_path / "other", rooms, bus) as other:

            async def there() -> bool:
                file = other.folder / f"{name}.hold"
                return file.exists() and file.read_bytes() == one.raw

            await becomes_true(there, 8)


async def test_what_no_room_names_any_more_is_let_go_in_time(nats_url: str, tmp_path: Path) -> None:
    one = made(8)
    async with one_room(tmp_path / "a") as (rooms, _), connect(nats_url, "house") as bus:
        holds = Holds(tmp_path / "holds", rooms, Clock(), lambda: bus)
        name = await holds.keep(one)
        await holds._tidy(bus)
        assert await stored(bus, name)
        await bus.keep_hold(name, one.raw, Micros(Clock().now() - 3600 * SECOND))
        await holds._tidy(bus)
        assert not await stored(bus, name)


async def test_a_disk_that_takes_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with one_room(tmp_path / "a") as (rooms, _):
        holds = Holds(tmp_path / "file" / "holds", rooms, Clock(), lambda: None)
        with pytest.raises(Exception, match="cannot write to its disk"):
            await holds.keep(made(5))
