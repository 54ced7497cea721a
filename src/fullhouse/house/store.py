"""A shell: the rooms on disk. What `save` has returned from survives the process and the power.

SQLite, its log written ahead and synced on each commit. One table; a room is its row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fullhouse.errors import Refused
from fullhouse.house.database import NotStored
from fullhouse.house.room import Room
from fullhouse.house.tables import RoomRow, Table
from fullhouse.house.tokens import Generations
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import RoomState, Visibility

SCHEMA: Final = 2
"""The form of the tables. Counted up when they change; older files are brought up to it."""


def _row(room: Room) -> RoomRow:
    return RoomRow(
        slug=room.slug,
        title=room.title,
        epoch=room.epoch,
        since=room.since,
        by_voice=room.by_voice,
        starts=room.starts,
        state=room.state.value,
        reason=room.reason,
        session=room.session,
        revision=room.revision,
        armed=room.armed,
        wanted=room.wanted,
        muted=list(room.muted),
        gains=dict(room.gains),
        visibility=room.visibility.value,
        zone=room.zone,
        doors_before=room.doors_before,
        late=room.late,
        why_late=room.why_late,
        cancelled=room.cancelled,
        schedule=room.schedule,
        barred=list(room.barred),
        invited=list(room.invited),
        hands_open=room.hands_open,
        hold=room.hold,
        host_generation=room.generations.host,
        whip_generation=room.generations.whip,
        source_generation=room.generations.source,
        listen_generation=room.generations.listen,
    )


def _room(row: RoomRow) -> Room:
    return Room(
        slug=RoomSlug(row.slug),
        title=row.title,
        epoch=Micros(row.epoch),
        since=Micros(row.since),
        by_voice=row.by_voice,
        starts=None if row.starts is None else Micros(row.starts),
        state=RoomState(row.state),
        reason=row.reason,
        session=row.session,
        revision=row.revision,
        armed=row.armed,
        wanted=row.wanted,
        muted=tuple(row.muted),
        gains=dict(row.gains),
        visibility=Visibility(row.visibility),
        zone=row.zone,
        doors_before=row.doors_before,
        late=row.late,
        why_late=row.why_late,
        cancelled=row.cancelled,
        schedule=row.schedule,
        barred=tuple(row.barred),
        invited=tuple(row.invited),
        hands_open=row.hands_open,
        hold=row.hold,
        generations=Generations(
            row.host_generation,
            row.whip_generation,
            row.source_generation,
            row.listen_generation,
        ),
    )


class Store:
    """The file of rooms. Its methods wait for the disk: call them in a thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the file, or make it.

        Raises:
            Refused: it cannot be used, or a newer Fullhouse has written it.
        """
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 5})
        event.listen(engine, "connect", _make_durable)
        try:
            with engine.begin() as connection:
                found = connection.scalar(text("PRAGMA user_version")) or 0
                if found > SCHEMA:
                    raise Refused(
                        f"{path} was written by a newer Fullhouse (form {found}, this one knows "
                        f"{SCHEMA}): please start that one.",
                        code="newer_store",
                    )
                _bring_up(connection)
                Table.metadata.create_all(connection)
                connection.execute(text(f"PRAGMA user_version = {SCHEMA}"))
        except DBAPIError as error:
            raise Refused(f"{path} cannot be used: {error.orig}.", code="no_store") from error
        return cls(engine)

    def rooms(self) -> list[Room]:
        """Return all rooms."""
        with _reported(), Session(self._engine) as session:
            return [_room(row) for row in session.scalars(select(RoomRow))]

    def save(self, room: Room) -> None:
        """Write a room down. When this returns, it is safe.

        Raises:
            NotStored: it could not be written, and is as it was.
        """
        with _reported(), Session(self._engine) as session:
            session.merge(_row(room))
            session.commit()

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def _bring_up(connection: Connection) -> None:
    """Give a file of form 1 what has come since; twice does no harm, should it be cut short."""
    columns = {row[1] for row in connection.execute(text("PRAGMA table_info(rooms)"))}
    for name, form in _SINCE.items():
        if columns and name not in columns:
            connection.execute(text(f"ALTER TABLE rooms ADD COLUMN {name} {form}"))
    if "listed" in columns:
        connection.execute(text("ALTER TABLE rooms DROP COLUMN listed"))


_SINCE: Final = {
    "gains": "JSON NOT NULL DEFAULT '{}'",
    "visibility": "VARCHAR(20) NOT NULL DEFAULT 'public'",
    "zone": "VARCHAR(64) NOT NULL DEFAULT 'UTC'",
    "doors_before": "BIGINT NOT NULL DEFAULT 0",
    "late": "BOOLEAN NOT NULL DEFAULT 0",
    "why_late": "VARCHAR(200) NOT NULL DEFAULT ''",
    "cancelled": "BOOLEAN NOT NULL DEFAULT 0",
    "schedule": "BIGINT NOT NULL DEFAULT 0",
    "barred": "JSON NOT NULL DEFAULT '[]'",
    "invited": "JSON NOT NULL DEFAULT '[]'",
    "hands_open": "BOOLEAN NOT NULL DEFAULT 1",
    "hold": "VARCHAR(64) NOT NULL DEFAULT ''",
    "listen_generation": "BIGINT NOT NULL DEFAULT 0",
}


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise NotStored() from error


def _make_durable(connection: Any, _record: object) -> None:
    # An acknowledged change must survive the power, so each commit waits for the disk.
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
