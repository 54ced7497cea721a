"""A shell: rooms as rows of the database, within a transaction that somebody else has begun."""

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from fullhouse.house.database import CameSecond
from fullhouse.house.room import Room
from fullhouse.house.tables import RoomRow
from fullhouse.house.tokens import Generations
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import RoomState, Visibility


def rooms(session: Session) -> list[Room]:
    """Return all rooms."""
    return [_room(row) for row in session.scalars(select(RoomRow))]


def room(session: Session, slug: RoomSlug) -> Room | None:
    """Return a room, or None: there is none of that name."""
    row = session.get(RoomRow, slug)
    return None if row is None else _room(row)


def how_many(session: Session) -> int:
    """Return how many rooms there are."""
    return session.scalar(select(func.count()).select_from(RoomRow)) or 0


def revisions(session: Session) -> dict[RoomSlug, int]:
    """Return the revision of every room."""
    found = session.execute(select(RoomRow.slug, RoomRow.revision))
    return {RoomSlug(slug): revision for slug, revision in found}


def add(session: Session, one: Room) -> None:
    """Write a room down that was not there before."""
    session.add(RoomRow(**_columns(one)))
    session.flush()


def replace(session: Session, one: Room, revision: int) -> None:
    """Write a room down where that revision of it is.

    Raises:
        CameSecond: it is at another one.
    """
    found = session.execute(
        update(RoomRow)
        .where(RoomRow.slug == one.slug, RoomRow.revision == revision)
        .values(**_columns(one))
        .execution_options(synchronize_session=False)
        .returning(RoomRow.slug)
    )
    if found.first() is None:
        raise CameSecond()


def _columns(one: Room) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "title": one.title,
        "epoch": one.epoch,
        "since": one.since,
        "by_voice": one.by_voice,
        "starts": one.starts,
        "state": one.state.value,
        "reason": one.reason,
        "session": one.session,
        "revision": one.revision,
        "armed": one.armed,
        "wanted": one.wanted,
        "muted": list(one.muted),
        "gains": dict(one.gains),
        "visibility": one.visibility.value,
        "zone": one.zone,
        "doors_before": one.doors_before,
        "late": one.late,
        "why_late": one.why_late,
        "cancelled": one.cancelled,
        "missed": one.missed,
        "schedule": one.schedule,
        "barred": list(one.barred),
        "invited": list(one.invited),
        "answer_by": dict(one.answer_by),
        "hands_open": one.hands_open,
        "hold": one.hold,
        "host_generation": one.generations.host,
        "whip_generation": one.generations.whip,
        "source_generation": one.generations.source,
        "listen_generation": one.generations.listen,
    }


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
        missed=row.missed,
        schedule=row.schedule,
        barred=tuple(row.barred),
        invited=tuple(row.invited),
        answer_by={hand: Micros(at) for hand, at in row.answer_by.items()},
        hands_open=row.hands_open,
        hold=row.hold,
        generations=Generations(
            row.host_generation,
            row.whip_generation,
            row.source_generation,
            row.listen_generation,
        ),
    )
