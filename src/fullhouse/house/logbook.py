"""A shell: the log in the database: lines are added in the transaction of what they tell.

Writers of the database take turns, so that the chain is one chain however many houses write.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from fullhouse.house.deeds import Deed
from fullhouse.house.log import Line, Link, broken_at, linked
from fullhouse.house.tables import LogRow
from fullhouse.units import Micros

MOST_OF_WHO: Final = 200
AT_ONCE: Final = 1_000
HOUSE: Final = "house"
"""Who did what nobody has asked for."""
SUCCESSION: Final = "succession"


def add_line(
    session: Session,
    *,
    at: Micros,
    who: str,
    room: str,
    what: str,
    details: Mapping[str, Any],
) -> None:
    """Add a line, within the write that it tells of.

    Args:
        who: a name; empty: somebody who came with a room's link.
        room: the room's name; empty: it is about the whole house.
        what: one word, such as `go_live`.
        details: what JSON can say. No secrets, no addresses.
    """
    newest = newest_link(session)
    number = 1 if newest is None else newest.line.number + 1
    one = linked(newest, Line(number, at, who[:MOST_OF_WHO], room, what, dict(details)))
    session.add(
        LogRow(
            number=one.line.number,
            at=one.line.at,
            who=one.line.who,
            room=one.line.room,
            what=one.line.what,
            details=one.line.details,
            before=one.before,
            hash=one.hash,
        )
    )
    session.flush()


def add_deeds(session: Session, room: str, deeds: Iterable[Deed]) -> None:
    """Add what a room has done by itself, within the write that makes it so."""
    for one in deeds:
        add_line(session, at=one.at, who=HOUSE, room=room, what=one.what, details=one.details)


def note_succession(session: Session, room: str, acting: str, name: str, *, at: Micros) -> bool:
    """Add who acts for a room's host now, unless that is what the log says; tell whether.

    Houses that share the database see the same, and each may note it: once is enough.

    Args:
        acting: the member; empty: nobody acts.
        name: theirs, for people to read.
    """
    newest = session.scalar(
        select(LogRow)
        .where(LogRow.room == room, LogRow.what == SUCCESSION)
        .order_by(LogRow.number.desc())
        .limit(1)
    )
    if acting == ("" if newest is None else newest.details.get("acting")):
        return False
    details = {"acting": acting, "name": name}
    add_line(session, at=at, who=HOUSE, room=room, what=SUCCESSION, details=details)
    return True


def newest_link(session: Session) -> Link | None:
    """Return the last line, or None: nothing has been logged."""
    row = session.scalar(select(LogRow).order_by(LogRow.number.desc()).limit(1))
    return None if row is None else _link(row)


def lines_of(session: Session, room: str, before: int | None, most: int) -> list[Link]:
    """Return a room's newest lines, newest first.

    Args:
        before: only lines with lower numbers.
    """
    asked = select(LogRow).where(LogRow.room == room).order_by(LogRow.number.desc()).limit(most)
    if before is not None:
        asked = asked.where(LogRow.number < before)
    return [_link(row) for row in session.scalars(asked)]


def verify(session: Session) -> tuple[Link | None, int | None]:
    """Return the last line of a chain that holds, and the number at which it is broken or None."""
    newest: Link | None = None
    while True:
        after = 0 if newest is None else newest.line.number
        asked = select(LogRow).where(LogRow.number > after).order_by(LogRow.number).limit(AT_ONCE)
        links = [_link(row) for row in session.scalars(asked)]
        session.expunge_all()
        if not links:
            return newest, None
        broken = broken_at(links, newest)
        if broken is not None:
            good = [link for link in links if link.line.number < broken]
            return (good[-1] if good else newest), broken
        newest = links[-1]


def _link(row: LogRow) -> Link:
    line = Line(row.number, Micros(row.at), row.who, row.room, row.what, row.details)
    return Link(line, row.before, row.hash)
