"""A shell: bans and reports in the database. One ban is as many rows as things it knows them by."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from fullhouse.errors import Refused
from fullhouse.house.bans import MOST_BANS, Ban, BanKind, Known, TooManyBans, UnknownBan
from fullhouse.house.tables import BanRow, ReportRow
from fullhouse.units import Micros, RoomSlug

MOST_REPORTS: Final = 500
"""Of one room; older ones are forgotten."""


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody finds that somebody else does harm."""

    id: str
    whom: str
    why: str
    made_by: str
    made_at: Micros


class UnknownReport(Refused):
    code = "unknown_report"
    status = 404
    message = "There is no such report in this room."


def ban(session: Session, slug: RoomSlug, wanted: Ban, known: Iterable[Known]) -> None:
    """Ban somebody by all that they are known by; forget what has run out.

    Args:
        wanted: its kind and `whom` are not looked at.

    Raises:
        TooManyBans: the room has too many already.
    """
    session.execute(delete(BanRow).where(BanRow.room == slug, BanRow.ends_at <= wanted.made_at))
    here = select(func.count()).select_from(BanRow).where(BanRow.room == slug)
    if (session.scalar(here) or 0) >= MOST_BANS:
        raise TooManyBans()
    for number, (kind, whom) in enumerate(known):
        session.add(
            BanRow(
                id=f"{wanted.id}.{number}",
                room=slug,
                kind=kind.value,
                whom=whom,
                name=wanted.name,
                made_by=wanted.made_by[:60],
                made_at=wanted.made_at,
                ends_at=wanted.ends_at,
            )
        )


def bans_of(session: Session, slug: RoomSlug, now: Micros) -> list[Ban]:
    """Return the bans of a room that stand, the newest first: one for each thing known."""
    found = session.scalars(
        select(BanRow)
        .where(BanRow.room == slug, BanRow.ends_at.is_(None) | (BanRow.ends_at > now))
        .order_by(BanRow.made_at.desc(), BanRow.id)
    )
    return [_ban(row) for row in found]


def bans_by(session: Session, slug: RoomSlug, known: Iterable[Known], now: Micros) -> list[Ban]:
    """Return the bans of a room that stand against something that somebody is known by."""
    found = list[BanRow]()
    for kind, whom in known:
        found += session.scalars(
            select(BanRow).where(
                BanRow.room == slug,
                BanRow.kind == kind.value,
                BanRow.whom == whom,
                BanRow.ends_at.is_(None) | (BanRow.ends_at > now),
            )
        )
    return [_ban(row) for row in found]


def lift(session: Session, slug: RoomSlug, one: str) -> str:
    """Lift a ban with all that it knows them by; return whose it was.

    Raises:
        UnknownBan: there is none.
    """
    rows = session.scalars(
        select(BanRow).where(BanRow.room == slug, BanRow.id.startswith(f"{one}.", autoescape=True))
    ).all()
    if not rows:
        raise UnknownBan()
    for row in rows:
        session.delete(row)
    return rows[0].name


def add_report(session: Session, slug: RoomSlug, report: Report) -> None:
    """Write a report down; of too many the oldest are forgotten."""
    old = (
        select(ReportRow.id)
        .where(ReportRow.room == slug)
        .order_by(ReportRow.made_at.desc(), ReportRow.id)
        .offset(MOST_REPORTS - 1)
    )
    session.execute(delete(ReportRow).where(ReportRow.id.in_(session.scalars(old).all())))
    session.add(
        ReportRow(
            id=report.id,
            room=slug,
            whom=report.whom,
            why=report.why,
            made_by=report.made_by[:60],
            made_at=report.made_at,
            done_at=None,
        )
    )


def reports_of(session: Session, slug: RoomSlug) -> list[Report]:
    """Return the reports of a room that nobody has dealt with, the newest first."""
    found = session.scalars(
        select(ReportRow)
        .where(ReportRow.room == slug, ReportRow.done_at.is_(None))
        .order_by(ReportRow.made_at.desc(), ReportRow.id)
    )
    return [Report(row.id, row.whom, row.why, row.made_by, Micros(row.made_at)) for row in found]


def close_report(session: Session, slug: RoomSlug, report: str, now: Micros) -> None:
    """Note that somebody has dealt with a report.

    Raises:
        UnknownReport: there is none.
    """
    row = session.get(ReportRow, report)
    if row is None or row.room != slug:
        raise UnknownReport()
    row.done_at = row.done_at or now


def _ban(row: BanRow) -> Ban:
    return Ban(
        id=row.id.partition(".")[0],
        kind=BanKind(row.kind),
        whom=row.whom,
        name=row.name,
        made_by=row.made_by,
        made_at=Micros(row.made_at),
        ends_at=None if row.ends_at is None else Micros(row.ends_at),
    )
