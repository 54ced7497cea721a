"""The rooms on disk."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fullhouse.errors import Refused
from fullhouse.house.database import NotStored
from fullhouse.house.room import Room
from fullhouse.house.store import SCHEMA, Store
from fullhouse.house.tokens import Generations
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import RoomState, Visibility

ROOM = Room.new(RoomSlug("evening"), "Evening", None, now=Micros(1_800_000_000_000_000))
MICROS = st.integers(0, 2**62).map(Micros)


def test_a_room_that_was_saved_is_there_again(tmp_path: Path) -> None:
    Store.open(tmp_path / "rooms.db").save(ROOM)
    assert Store.open(tmp_path / "rooms.db").rooms() == [ROOM]


ROOMS = st.builds(
    Room,
    slug=st.just(RoomSlug("evening")),
    title=st.text(st.characters(exclude_categories=["Cs"]), max_size=120),
    epoch=MICROS,
    since=MICROS,
    by_voice=st.booleans(),
    starts=st.none() | MICROS,
    state=st.sampled_from(RoomState),
    reason=st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
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
    why_late=st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
    cancelled=st.booleans(),
    schedule=st.integers(0, 2**40),
    barred=st.lists(st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True), max_size=5).map(tuple),
    invited=st.lists(st.from_regex(r"[0-9a-f]{16}", fullmatch=True), max_size=5).map(tuple),
    hands_open=st.booleans(),
    hold=st.sampled_from(["", "f" * 64]),
    generations=st.builds(Generations, *[st.integers(0, 99)] * 4),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROOMS)
def test_every_field_survives(tmp_path: Path, room: Room) -> None:
    store = Store.open(tmp_path / "rooms.db")
    store.save(room)
    assert store.rooms() == [room]
    store.close()


def test_the_newest_save_is_the_one_that_holds(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "rooms.db")
    store.save(ROOM)
    store.save(replace(ROOM, title="Later", revision=2))
    assert [(room.title, room.revision) for room in store.rooms()] == [("Later", 2)]


def test_commits_wait_for_the_disk(tmp_path: Path) -> None:
    """What was acknowledged must survive the power, not only the process."""
    store = Store.open(tmp_path / "rooms.db")
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_file_of_an_older_fullhouse_is_brought_up(tmp_path: Path) -> None:
    """Form 1 knew no gains. Cut short between the two steps, the next start does the rest."""
    path = tmp_path / "rooms.db"
    Store.open(path).save(replace(ROOM, gains={"seat-1": 3.0}))
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE rooms DROP COLUMN gains")
        connection.execute("PRAGMA user_version = 1")
    assert Store.open(path).rooms() == [ROOM]
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
        connection.execute("PRAGMA user_version = 1")
    store = Store.open(path)
    store.save(replace(ROOM, gains={"seat-1": -3.0}))
    assert store.rooms()[0].gains == {"seat-1": -3.0}


def test_a_file_of_a_newer_fullhouse_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "rooms.db"
    Store.open(path).save(ROOM)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(Refused, match="newer Fullhouse"):
        Store.open(path)


def test_a_file_that_holds_no_rooms_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "rooms.db"
    path.write_bytes(b"this is not a database, is it? " * 100)
    with pytest.raises(Refused, match="cannot be used: file is not a database"):
        Store.open(path)


def test_a_disk_that_does_not_take_it_is_said(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "rooms.db")
    with sqlite3.connect(tmp_path / "rooms.db") as connection:
        connection.execute("DROP TABLE rooms")
    with pytest.raises(NotStored) as refusal:
        store.save(ROOM)
    assert refusal.value.status == 503
