"""Rooms as rows."""

from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fullhouse.house import store
from fullhouse.house.database import CameSecond, Database, NotStored
from fullhouse.house.room import Room
from fullhouse.house.tables import RoomRow
from fullhouse.house.tokens import Generations
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import RoomState, Visibility

ROOM = Room.new(RoomSlug("evening"), "Evening", None, now=Micros(1_800_000_000_000_000))
MICROS = st.integers(0, 2**62).map(Micros)
# PostgreSQL keeps no NUL in a text; `names.plain` lets none through.
TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\0")

ROOMS = st.builds(
    Room,
    slug=st.just(RoomSlug("evening")),
    title=st.text(TEXT, max_size=120),
    epoch=MICROS,
    since=MICROS,
    by_voice=st.booleans(),
    starts=st.none() | MICROS,
    state=st.sampled_from(RoomState),
    reason=st.text(TEXT, max_size=50),
    session=st.integers(0, 2**40),
    revision=st.integers(1, 2**40),
    armed=st.booleans(),
    wanted=st.booleans(),
    muted=st.lists(st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True), max_size=5).map(tuple),
    gains=st.dictionaries(
        st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True), st.floats(-30, 12), max_size=5
    ),
    visibility=st.sampled_from(Visibility),
    zone=st.sampled_from(["UTC", "Asia/Jakarta"]),
    doors_before=st.integers(0, 240),
    late=st.booleans(),
    why_late=st.text(TEXT, max_size=50),
    cancelled=st.booleans(),
    missed=st.booleans(),
    schedule=st.integers(0, 2**40),
    barred=st.lists(st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True), max_size=5).map(tuple),
    invited=st.lists(st.from_regex(r"[0-9a-f]{16}", fullmatch=True), max_size=5).map(tuple),
    answer_by=st.dictionaries(st.from_regex(r"[0-9a-f]{16}", fullmatch=True), MICROS, max_size=3),
    hands_open=st.booleans(),
    hold=st.sampled_from(["", "f" * 64]),
    generations=st.builds(Generations, *[st.integers(0, 99)] * 4),
)


@pytest.fixture
def kept(database: Database) -> Database:
    """A database that has the room."""
    database.write_now(lambda session: store.add(session, ROOM))
    return database


def save(database: Database, room: Room, revision: int) -> None:
    database.write_now(lambda session: store.replace(session, room, revision))


def test_a_room_that_was_added_is_there(kept: Database) -> None:
    assert kept.read_now(store.rooms) == [ROOM]
    assert kept.read_now(lambda session: store.room(session, ROOM.slug)) == ROOM
    assert kept.read_now(lambda session: store.room(session, RoomSlug("morning"))) is None
    assert kept.read_now(store.how_many) == 1
    assert kept.read_now(store.revisions) == {ROOM.slug: 1}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROOMS)
def test_every_field_survives(kept: Database, room: Room) -> None:
    found = kept.read_now(store.revisions)[ROOM.slug]
    save(kept, room, found)
    assert kept.read_now(store.rooms) == [room]


def test_every_field_of_a_room_has_its_column() -> None:
    columns = {column.name for column in RoomRow.__table__.columns}
    kinds = {f"{one.name}_generation" for one in fields(Generations)}
    assert columns == {one.name for one in fields(Room)} - {"generations"} | kinds


def test_a_room_is_written_where_the_revision_is_that_it_replaces(kept: Database) -> None:
    """Compare and swap: who has looked at an older one writes nothing."""
    save(kept, replace(ROOM, title="Later", revision=2), 1)

    def too_late(session: object) -> None:
        store.replace(session, replace(ROOM, title="Lost", revision=2), 1)  # type: ignore[arg-type]

    with pytest.raises(NotStored) as refusal:
        kept.write_now(too_late)
    assert not isinstance(refusal.value, CameSecond)
    assert [(room.title, room.revision) for room in kept.read_now(store.rooms)] == [("Later", 2)]
