"""All rooms: what people ask is stored first, what the stage tells is true at once."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from fullhouse.clock import Clock
from fullhouse.errors import Refused, UnknownRoom
from fullhouse.house import store
from fullhouse.house.commands import End, GoLive, Mute, OpenDoors, VoiceHeard
from fullhouse.house.database import Database, NotStored
from fullhouse.house.logbook import lines_of, verify
from fullhouse.house.room import Room, RoomExists, TooManyRooms
from fullhouse.house.rooms import Rooms
from fullhouse.house.tables import AccountRow
from fullhouse.house.watch import SILENT_AFTER
from fullhouse.units import SECOND, Micros, PartNumber, RoomSlug
from fullhouse.wire import RoomState, StageNews
from tests.house.served import becomes_true

EVENING, MORNING = RoomSlug("evening"), RoomSlug("morning")
HEARD = StageNews(
    slug=EVENING, instance="one", pid=1, node="here", part=PartNumber(1), on_air=True,
    heard=True, silent_for=Micros(0), level_db=-20.0,
)  # fmt: skip
T = TypeVar("T")


class FullDisk(Database):
    """A database that takes nothing while it is full."""

    full = False

    def write_now(self, work: Callable[[Session], T]) -> T:
        if self.full:
            raise NotStored()
        return super().write_now(work)


class SlowDisk(FullDisk):
    """A database that has written, and says so later: but once."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.slow = threading.Event()
        self.slow.set()
        self.asked = 0

    def write_now(self, work: Callable[[Session], T]) -> T:
        done = super().write_now(work)
        if not self.slow.is_set() and not self.asked:
            self.asked += 1
            self.slow.wait(5)
        return done


@pytest.fixture
def disk(database_url: str) -> Iterator[FullDisk]:
    """A database, once of each kind."""
    one = FullDisk.open(database_url)
    yield one
    one.close()


@pytest.fixture
def two(database_url: str) -> Iterator[tuple[FullDisk, FullDisk]]:
    """The same database, as two houses have it."""
    both = FullDisk.open(database_url), FullDisk.open(database_url)
    yield both
    for one in both:
        one.close()


def house(database: Database, most: int = 10) -> Rooms:
    return Rooms(database, Clock(), most)


def stored(database: Database) -> Room:
    """Return what the database has of the room."""
    (room,) = database.read_now(store.rooms)
    return room


def whats(database: Database) -> list[tuple[str, str]]:
    """Return who has asked what of the room, oldest first."""
    found = database.read_now(lambda session: lines_of(session, EVENING, None, 100))
    assert database.read_now(verify)[1] is None
    return [(link.line.who, link.line.what) for link in reversed(found)]


async def test_rooms_are_there_again_when_the_house_is(disk: FullDisk) -> None:
    rooms = house(disk)
    await rooms.create(EVENING, "Evening", None)
    asked = await rooms.ask(EVENING, Mute("seat-1"))
    assert house(disk).all() == [asked]


async def test_what_the_disk_does_not_take_has_not_happened(disk: FullDisk) -> None:
    rooms = house(disk)
    room = await rooms.create(EVENING, "Evening", None)
    disk.full = True
    with pytest.raises(NotStored):
        await rooms.ask(EVENING, OpenDoors())
    with pytest.raises(NotStored):
        await rooms.create(MORNING, "", None)
    assert rooms.all() == [room]


async def test_a_full_disk_does_not_keep_a_room_from_going_live(disk: FullDisk) -> None:
    """The sound comes first: it is written down once that is possible."""
    rooms = house(disk)
    await rooms.create(EVENING, "Evening", None)
    disk.full = True
    await rooms.hear(HEARD)
    assert rooms.room(EVENING).state is RoomState.LIVE
    looking = asyncio.create_task(rooms.run())
    await asyncio.sleep(0.4)
    assert stored(disk).state is RoomState.SCHEDULED
    disk.full = False

    async def written() -> bool:
        return stored(disk) == rooms.room(EVENING)

    await becomes_true(written)
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking


async def test_what_is_asked_meanwhile_stands_on_what_the_stage_told(disk: FullDisk) -> None:
    """Nothing of what has become true is taken back because it was not written down yet."""
    rooms = house(disk)
    await rooms.create(EVENING, "Evening", None)
    disk.full = True
    await rooms.hear(HEARD)
    disk.full = False
    muted = await rooms.ask(EVENING, Mute("seat-1"))
    assert (muted.state, muted.muted, muted.revision) == (RoomState.LIVE, ("seat-1",), 3)
    assert stored(disk) == muted


async def test_a_slow_disk_takes_nothing_back(database_url: str) -> None:
    """What the stage and people say while something is being written stands on all before it."""
    disk = SlowDisk.open(database_url)
    rooms = house(disk)
    await rooms.create(EVENING, "Evening", None)
    disk.full = True
    await rooms.hear(HEARD)
    disk.full = False
    disk.slow.clear()
    looking = asyncio.create_task(rooms.run())

    async def written() -> bool:
        return stored(disk).state is RoomState.LIVE

    await becomes_true(written)
    await rooms.hear(HEARD.model_copy(update={"heard": False, "silent_for": SILENT_AFTER}))
    muted = await rooms.ask(EVENING, Mute("seat-1"))
    assert (muted.state, muted.muted, muted.revision) == (RoomState.SILENT, ("seat-1",), 4)
    disk.slow.set()
    await asyncio.sleep(0.1)
    assert stored(disk) == rooms.room(EVENING) == muted
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking
    disk.close()


async def test_each_change_is_told_once_and_counted_up(disk: FullDisk) -> None:
    rooms = house(disk)
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


async def test_changes_that_come_at_once_are_made_one_after_the_other(disk: FullDisk) -> None:
    rooms = house(disk)
    await rooms.create(EVENING, "", None)
    await asyncio.gather(*(rooms.ask(EVENING, Mute(f"seat-{number}")) for number in range(20)))
    room = rooms.room(EVENING)
    assert (len(room.muted), room.revision) == (20, 21)
    assert stored(disk) == room


async def test_each_change_that_people_make_has_its_line_in_the_log(disk: FullDisk) -> None:
    """What changes nothing has none, nor what is refused. What the stage tells is the house's."""
    rooms = house(disk)
    await rooms.create(EVENING, "", None, by="Ana")
    await rooms.ask(EVENING, OpenDoors(), by="Bob")
    await rooms.ask(EVENING, OpenDoors(), by="Eve")
    await rooms.hear(HEARD)
    await rooms.ask(EVENING, End())
    with pytest.raises(Refused):
        await rooms.ask(EVENING, VoiceHeard(), by="Eve")
    assert whats(disk) == [
        ("Ana", "create"), ("Bob", "open_doors"), ("house", "voice_heard"), ("", "end"),
    ]  # fmt: skip


async def test_what_a_room_does_by_itself_is_in_the_log_once_the_disk_takes_it(
    disk: FullDisk,
) -> None:
    """In the transaction that stores it, and in the order in which it happened."""
    rooms = house(disk)
    await rooms.create(EVENING, "", None, by="Ana")
    await rooms.ask(EVENING, OpenDoors(), by="Bob")
    disk.full = True
    await rooms.hear(HEARD)
    await rooms.hear(HEARD.model_copy(update={"silent_for": SILENT_AFTER}))
    assert rooms.room(EVENING).state is RoomState.SILENT
    before = whats(disk)
    running = asyncio.create_task(rooms.run())
    await asyncio.sleep(0)
    disk.full = False

    async def is_stored() -> bool:
        return stored(disk) == rooms.room(EVENING)

    await becomes_true(is_stored)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert whats(disk)[: len(before) + 2] == [
        *before, ("house", "voice_heard"), ("house", "fall_silent"),
    ]  # fmt: skip


class Later(Clock):
    """A clock that a test may put forward."""

    ahead = 0

    def now(self) -> Micros:
        return Micros(super().now() + self.ahead)


async def looked_after(rooms: Rooms, until: Callable[[], bool]) -> None:
    """Let the house look after its rooms until something is so, and for a moment more."""
    running = asyncio.create_task(rooms.run())

    async def is_so() -> bool:
        return until()

    await becomes_true(is_so, 15)
    await asyncio.sleep(0.3)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@pytest.mark.parametrize("attended", [False, True])
async def test_doors_close_by_themselves_where_nobody_comes(disk: FullDisk, attended: bool) -> None:
    """And say so, in the room and in the log; not while somebody who has a seat is here."""
    clock, hour = Later(), 3_600 * SECOND
    rooms = Rooms(disk, clock, 10, given_up_after=Micros(2 * hour))
    await rooms.create(EVENING, "", Micros(clock.now() + hour), by="Ana", doors_before=15)
    clock.ahead = hour
    await looked_after(rooms, lambda: stored(disk).state is RoomState.DOORS)
    clock.ahead = 3 * hour + 60 * SECOND
    if attended:
        rooms.attended(EVENING)
    await looked_after(rooms, lambda: stored(disk).late or stored(disk).missed)
    clock.ahead += SECOND
    await looked_after(rooms, lambda: attended or stored(disk).missed)
    room = rooms.room(EVENING)
    assert room == stored(disk)
    assert room.state is (RoomState.DOORS if attended else RoomState.ENDED)
    assert (room.missed, room.cancelled, room.late) == (not attended, not attended, attended)
    told = [("Ana", "create"), ("house", "doors_due"), ("house", "start_passed")]
    assert whats(disk) == told + ([] if attended else [("house", "nobody_came")])


async def test_a_change_of_other_rows_belongs_to_the_same_transaction(disk: FullDisk) -> None:
    """All of it, with its line, or nothing."""
    rooms = house(disk)
    await rooms.create(EVENING, "", None, by="Ana")

    def account(session: Session) -> None:
        session.add(AccountRow(id="a", login="a", name="A", kind="host", password=None, made_at=1))
        session.flush()

    def fails(session: Session, room: Room) -> Room:
        account(session)
        raise Refused("No.")

    def works(session: Session, room: Room) -> None:
        account(session)

    with pytest.raises(Refused):
        await rooms.write(EVENING, fails, "appoint", "Ana")
    assert disk.read_now(lambda session: session.get(AccountRow, "a")) is None
    room = await rooms.write(EVENING, works, "appoint", "Ana", {"whom": "a"})
    assert room.revision == 1
    assert disk.read_now(lambda session: session.get(AccountRow, "a")) is not None
    assert whats(disk) == [("Ana", "create"), ("Ana", "appoint")]


async def test_two_houses_press_at_once_and_one_outcome_stands(
    two: tuple[FullDisk, FullDisk],
) -> None:
    """Nothing that was acknowledged to either is lost; each sees what the other has done."""
    ours = house(two[0])
    await ours.create(EVENING, "", None)
    theirs = house(two[1])
    asked = [Mute(f"seat-{number}") for number in range(10)]
    await asyncio.gather(
        *((ours, theirs)[number % 2].ask(EVENING, one) for number, one in enumerate(asked)),
        ours.ask(EVENING, GoLive()), theirs.ask(EVENING, GoLive()),
    )  # fmt: skip
    room = stored(two[0])
    assert len(room.muted) == 10
    assert (room.state, room.revision) == (RoomState.DOORS, 12)
    for rooms in (ours, theirs):
        await rooms.reconcile(room.news())
        assert rooms.room(EVENING) == room


async def test_who_comes_second_gets_what_came_of_the_first(two: tuple[FullDisk, FullDisk]) -> None:
    """Though its own house has not heard of it yet: done already, or the right refusal."""
    ours = house(two[0])
    await ours.create(EVENING, "", None)
    theirs = house(two[1])
    await ours.ask(EVENING, GoLive())
    await ours.hear(HEARD)
    again = await theirs.ask(EVENING, GoLive())
    assert again == theirs.room(EVENING)
    if two[0].shared:
        assert again.state is RoomState.LIVE
        with pytest.raises(Refused, match="is live"):
            await theirs.ask(EVENING, OpenDoors())


async def test_what_the_stage_tells_two_houses_happens_once(two: tuple[FullDisk, FullDisk]) -> None:
    """One wins, the other sees no change: each revision is one room, the same to all."""
    ours = house(two[0])
    await ours.create(EVENING, "", None)
    theirs = house(two[1])
    await asyncio.gather(ours.hear(HEARD), theirs.hear(HEARD))
    assert ours.room(EVENING).state is theirs.room(EVENING).state is RoomState.LIVE
    assert ours.room(EVENING).revision == theirs.room(EVENING).revision == 2
    if two[0].shared:
        assert ours.room(EVENING) == theirs.room(EVENING) == stored(two[0])


async def test_a_house_that_could_not_write_takes_over_what_others_wrote(
    two: tuple[FullDisk, FullDisk],
) -> None:
    """A person's mute, stored by the other house, is not undone by what the stage told this one."""
    ours = house(two[0])
    await ours.create(EVENING, "", None)
    theirs = house(two[1])
    two[0].full = True
    await ours.hear(HEARD)
    assert (ours.room(EVENING).state, ours.room(EVENING).revision) == (RoomState.LIVE, 2)
    muted = await theirs.ask(EVENING, Mute("seat-1"))
    assert muted.revision == 2
    two[0].full = False
    await ours.reconcile(muted.news())
    # Edges and stages that believed what this one said believe this.
    assert ours.room(EVENING) == replace(muted, revision=3)
    await ours.hear(HEARD)
    room = ours.room(EVENING)
    assert (room.state, room.muted, room.revision) == (RoomState.LIVE, ("seat-1",), 4)


async def test_a_house_that_says_otherwise_is_outvoted(two: tuple[FullDisk, FullDisk]) -> None:
    """Who has stored it counts on, so that edges and stages believe that and not the other."""
    ours = house(two[0])
    await ours.create(EVENING, "", None)
    theirs = house(two[1])
    two[0].full = True
    await ours.hear(HEARD)
    await theirs.ask(EVENING, Mute("seat-1"))
    await theirs.reconcile(ours.room(EVENING).news())
    assert (theirs.room(EVENING).revision, theirs.room(EVENING).muted) == (3, ("seat-1",))


async def test_rooms_of_another_house_appear(two: tuple[FullDisk, FullDisk]) -> None:
    ours, theirs = house(two[0]), house(two[1])
    told: list[Room] = []

    async def tell(room: Room) -> None:
        told.append(room)

    theirs.on_change.append(tell)
    room = await ours.create(EVENING, "Evening", None)
    await theirs.reconcile(room.news())
    assert theirs.all() == told == [room]
    with pytest.raises(RoomExists):
        await theirs.create(EVENING, "", None)


async def test_without_a_bus_houses_find_each_others_changes(
    two: tuple[FullDisk, FullDisk], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not two[0].shared:
        return
    monkeypatch.setattr("fullhouse.house.rooms.COMPARE_EVERY", 0.02)
    ours, theirs = house(two[0]), house(two[1])
    looking = asyncio.create_task(theirs.run())
    await ours.create(EVENING, "Evening", None)
    asked = await ours.ask(EVENING, Mute("seat-1"))

    async def there() -> bool:
        return theirs.all() == [asked]

    await becomes_true(there)
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking


async def test_a_revision_that_others_have_seen_is_passed(disk: FullDisk) -> None:
    """A database from a copy is behind the bus: edges would believe nothing that it says."""
    rooms = house(disk)
    room = await rooms.create(EVENING, "", None)
    ahead = room.news().model_copy(update={"revision": 41, "title": "Lost"})
    await rooms.reconcile(ahead)
    assert rooms.room(EVENING) == replace(room, revision=42)
    await rooms.reconcile(rooms.room(EVENING).news())
    assert rooms.room(EVENING).revision == 42


async def test_what_we_have_said_ourselves_changes_nothing(disk: FullDisk) -> None:
    """A house hears itself on the bus, perhaps when it has gone on already."""
    rooms = house(disk)
    first = await rooms.create(EVENING, "", None)
    second = await rooms.ask(EVENING, Mute("seat-1"))
    disk.full = True
    for said in (first, second):
        await rooms.reconcile(said.news(house="http://another"))
    assert rooms.all() == [second]


async def test_a_room_that_is_made_anew_counts_on_from_the_lost_one(disk: FullDisk) -> None:
    rooms = house(disk)
    lost = Room.new(EVENING, "Lost", None, now=Micros(0))
    await rooms.reconcile(replace(lost, revision=7).news())
    assert rooms.all() == []
    assert (await rooms.create(EVENING, "", None)).revision == 8


async def test_a_name_is_given_once_and_rooms_are_bounded(disk: FullDisk) -> None:
    rooms = house(disk, most=1)
    await rooms.create(EVENING, "", None)
    with pytest.raises(RoomExists):
        await rooms.create(EVENING, "", None)
    with pytest.raises(TooManyRooms):
        await rooms.create(MORNING, "", None)
    with pytest.raises(UnknownRoom):
        rooms.room(MORNING)


async def test_a_stage_of_no_room_is_not_heard(tmp_path: Path) -> None:
    rooms = house(Database.in_folder(tmp_path), most=1)
    await rooms.hear(HEARD)
    assert rooms.all() == []
    assert rooms.stage(EVENING) is None
