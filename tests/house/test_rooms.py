"""All rooms: what people ask is stored first, what the stage tells is true at once."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from fullhouse.clock import Clock
from fullhouse.errors import UnknownRoom
from fullhouse.house.commands import GoLive, Mute, OpenDoors
from fullhouse.house.database import NotStored
from fullhouse.house.room import Room
from fullhouse.house.rooms import RoomExists, Rooms, TooManyRooms
from fullhouse.house.store import Store
from fullhouse.units import Micros, PartNumber, RoomSlug
from fullhouse.wire import RoomState, StageNews
from tests.house.served import becomes_true

EVENING, MORNING = RoomSlug("evening"), RoomSlug("morning")
HEARD = StageNews(
    slug=EVENING, instance="one", pid=1, node="here", part=PartNumber(1), on_air=True,
    heard=True, silent_for=Micros(0), level_db=-20.0,
)  # fmt: skip


class FullDisk(Store):
    """A store that takes nothing while it is full."""

    full = False

    def save(self, room: Room) -> None:
        if self.full:
            raise NotStored()
        super().save(room)


@pytest.fixture
def store(tmp_path: Path) -> FullDisk:
    return FullDisk.open(tmp_path / "rooms.db")


async def test_rooms_are_there_again_when_the_house_is(store: FullDisk) -> None:
    rooms = Rooms(store, Clock(), 10)
    await rooms.create(EVENING, "Evening", None)
    asked = await rooms.ask(EVENING, Mute("seat-1"))
    assert Rooms(store, Clock(), 10).all() == [asked]


async def test_what_the_disk_does_not_take_has_not_happened(store: FullDisk) -> None:
    rooms = Rooms(store, Clock(), 10)
    room = await rooms.create(EVENING, "Evening", None)
    store.full = True
    with pytest.raises(NotStored):
        await rooms.ask(EVENING, OpenDoors())
    with pytest.raises(NotStored):
        await rooms.create(MORNING, "", None)
    assert rooms.all() == [room]


async def test_a_full_disk_does_not_keep_a_room_from_going_live(store: FullDisk) -> None:
    """The sound comes first: it is written down once that is possible."""
    rooms = Rooms(store, Clock(), 10)
    await rooms.create(EVENING, "Evening", None)
    store.full = True
    await rooms.hear(HEARD)
    assert rooms.room(EVENING).state is RoomState.LIVE
    looking = asyncio.create_task(rooms.run())
    await asyncio.sleep(0.4)
    assert store.rooms()[0].state is RoomState.SCHEDULED
    store.full = False

    async def written() -> bool:
        return store.rooms()[0].state is RoomState.LIVE

    await becomes_true(written)
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking


async def test_each_change_is_told_once_and_counted_up(store: FullDisk) -> None:
    rooms = Rooms(store, Clock(), 10)
    told: list[Room] = []

    async def tell(room: Room) -> None:
        told.append(room)

    rooms.on_change.append(tell)
    await rooms.create(EVENING, "", None)
    await rooms.ask(EVENING, OpenDoors())
    await rooms.ask(EVENING, OpenDoors())
    await rooms.ask(EVENING, GoLive())
    await rooms.hear(HEARD)
    assert [room.revision for room in told] == [1, 2, 3]
    assert [room.state.value for room in told] == ["scheduled", "doors", "live"]


async def test_changes_that_come_at_once_are_made_one_after_the_other(store: FullDisk) -> None:
    rooms = Rooms(store, Clock(), 10)
    await rooms.create(EVENING, "", None)
    await asyncio.gather(*(rooms.ask(EVENING, Mute(f"seat-{number}")) for number in range(20)))
    room = rooms.room(EVENING)
    assert (len(room.muted), room.revision) == (20, 21)
    assert store.rooms() == [room]


async def test_a_revision_that_others_have_seen_is_passed(store: FullDisk) -> None:
    """A file from a copy is behind the bus: edges would believe nothing that it says."""
    rooms = Rooms(store, Clock(), 10)
    room = await rooms.create(EVENING, "", None)
    ahead = room.news().model_copy(update={"revision": 41, "title": "Lost"})
    await rooms.reconcile(ahead)
    assert rooms.room(EVENING) == replace(room, revision=42)
    await rooms.reconcile(rooms.room(EVENING).news())
    assert rooms.room(EVENING).revision == 42


async def test_a_room_that_is_made_anew_counts_on_from_the_lost_one(store: FullDisk) -> None:
    rooms = Rooms(store, Clock(), 10)
    lost = Room.new(EVENING, "Lost", None, now=Micros(0))
    await rooms.reconcile(replace(lost, revision=7).news())
    assert rooms.all() == []
    assert (await rooms.create(EVENING, "", None)).revision == 8


async def test_a_name_is_given_once_and_rooms_are_bounded(store: FullDisk) -> None:
    rooms = Rooms(store, Clock(), 1)
    await rooms.create(EVENING, "", None)
    with pytest.raises(RoomExists):
        await rooms.create(EVENING, "", None)
    with pytest.raises(TooManyRooms):
        await rooms.create(MORNING, "", None)
    with pytest.raises(UnknownRoom):
        rooms.room(MORNING)


async def test_a_stage_of_no_room_is_not_heard(store: FullDisk) -> None:
    rooms = Rooms(store, Clock(), 1)
    await rooms.hear(HEARD)
    assert rooms.all() == []
    assert rooms.stage(EVENING) is None
