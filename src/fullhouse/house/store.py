"""A shell: the rooms on disk. What `save` has returned from survives the process and the power.

SQLite, its log written ahead and synced on each commit. One table; a room is its row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Engine,
    String,
    create_engine,
    event,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fullhouse.errors import NotReady, Refused
from fullhouse.house.room import Room
from fullhouse.house.tokens import Generations
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import RoomState

SCHEMA: Final = 2
"""The form of the tables. Counted up when they change; older files are brought up to it."""


class NotStored(NotReady):
    """The disk is full, gone or slow: what was asked for has not happened."""

    code = "not_stored"
    message = "The house cannot write to its disk now, so nothing was changed."


class _Table(DeclarativeBase):
    type_annotation_map = {int: BigInteger, list[str]: JSON, dict[str, float]: JSON}  # noqa: RUF012 - SQLAlchemy's form


class RoomRow(_Table):
    """A room's row. The fields are those of `Room`."""

    __tablename__ = "rooms"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    epoch: Mapped[int]
    since: Mapped[int]
    by_voice: Mapped[bool]
    starts: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(200))
    session: Mapped[int]
    revision: Mapped[int]
    armed: Mapped[bool]
    wanted: Mapped[bool]
    muted: Mapped[list[str]]
    gains: Mapped[dict[str, float]]
    listed: Mapped[bool]
    host_generation: Mapped[int]
    whip_generation: Mapped[int]
    source_generation: Mapped[int]


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
        listed=room.listed,
        host_generation=room.generations.host,
        whip_generation=room.generations.whip,
        source_generation=room.generations.source,
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
        listed=row.listed,
        generations=Generations(row.host_generation, row.whip_generation, row.source_generation),
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
                _Table.metadata.create_all(connection)
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
    if columns and "gains" not in columns:
        connection.execute(text("ALTER TABLE rooms ADD COLUMN gains JSON NOT NULL DEFAULT '{}'"))


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
