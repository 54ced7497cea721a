"""Bans and reports in the database."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from fullhouse.house import ban_rows
from fullhouse.house.api.door import Door
from fullhouse.house.ban_rows import (
    MOST_REPORTS,
    Report,
    UnknownReport,
    add_report,
    bans_by,
    bans_of,
    close_report,
    lift,
    reports_of,
)
from fullhouse.house.bans import Ban, BanKind, UnknownBan, known_by
from fullhouse.units import Micros, RoomSlug
from tests.house.doors import EVENING, a_door

NOW = Micros(1_000)
KNOWN = known_by(hand="0" * 16, member="m-a", prefix="f" * 64)


@pytest.fixture
async def door(tmp_path: Path) -> Door:
    return await a_door(tmp_path)


def ban(name: str, ends_at: int | None = None) -> Ban:
    until = None if ends_at is None else Micros(ends_at)
    return Ban(name, BanKind.MEMBER, "", "Sol", "Hana", NOW, until)


async def test_one_ban_knows_somebody_by_several_things(door: Door) -> None:
    def work(session: Session) -> None:
        ban_rows.ban(session, EVENING, ban("one"), KNOWN)
        assert {(one.id, one.kind) for one in bans_of(session, EVENING, NOW)} == {
            ("one", BanKind.HAND), ("one", BanKind.MEMBER), ("one", BanKind.PREFIX),
        }  # fmt: skip
        for one in KNOWN:
            assert bans_by(session, EVENING, [one], NOW)
        assert not bans_by(session, RoomSlug("morning"), KNOWN, NOW)
        assert not bans_by(session, EVENING, known_by(account="m-a"), NOW)
        assert lift(session, EVENING, "one") == "Sol"
        assert bans_of(session, EVENING, NOW) == []
        with pytest.raises(UnknownBan):
            lift(session, EVENING, "one")

    await door.rooms.database.write(work)


async def test_a_ban_that_has_run_out_bans_nobody_and_is_forgotten(door: Door) -> None:
    def work(session: Session) -> None:
        ban_rows.ban(session, EVENING, ban("one", 2_000), KNOWN)
        assert bans_by(session, EVENING, KNOWN, Micros(1_999))
        assert not bans_by(session, EVENING, KNOWN, Micros(2_000))
        assert not bans_of(session, EVENING, Micros(2_000))

    await door.rooms.database.write(work)


@pytest.mark.parametrize("name", ["", "%", "on", "one.0"])
async def test_only_a_whole_name_lifts_a_ban(door: Door, name: str) -> None:
    def work(session: Session) -> None:
        ban_rows.ban(session, EVENING, ban("one"), KNOWN)
        with pytest.raises(UnknownBan):
            lift(session, EVENING, name)

    await door.rooms.database.write(work)


async def test_reports_are_bounded_and_closed(door: Door) -> None:
    def work(session: Session) -> None:
        for number in range(MOST_REPORTS + 3):
            one = Report(f"{number:04}", "Sol", "Shouts.", "Ana", Micros(number))
            add_report(session, EVENING, one)
        left = reports_of(session, EVENING)
        assert (len(left), left[0].id, left[-1].id) == (MOST_REPORTS, "0502", "0003")
        close_report(session, EVENING, "0502", NOW)
        assert reports_of(session, EVENING)[0].id == "0501"
        with pytest.raises(UnknownReport):
            close_report(session, RoomSlug("morning"), "0501", NOW)

    await door.rooms.database.write(work)
