"""When a room starts, from a command line."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fullhouse.commands import schedule
from fullhouse.commands.schedule import plan_facts, said, this_zone
from tests.commands.test_rooms import asked

ROOM: dict[str, Any] = {
    "slug": "evening", "starts_there": "Tuesday 1 December 2026, 20:00 (Asia/Jakarta)",
    "doors_before": 15, "late": False, "why_late": "", "cancelled": False,
}  # fmt: skip


def test_a_start_is_sent_as_clocks_in_the_zone_show_it() -> None:
    words = ["plan", "evening", "--starts", "2026-12-01 20:00", "--zone", "Asia/Jakarta"]
    result, requests = asked([*words, "--doors", "15"], ROOM)
    assert requests == [
        'POST /api/rooms/evening/plan Bearer t {"starts": "2026-12-01 20:00", '
        '"zone": "Asia/Jakarta", "doors_before": 15}'
    ]
    assert result.output == (
        "evening starts on Tuesday 1 December 2026, 20:00 (Asia/Jakarta)."
        " Its doors open 15 minutes before.\n"
    )


def test_a_start_from_now_is_sent_as_a_moment_with_the_zone_to_read_it_in() -> None:
    facts = plan_facts("+10m", "Asia/Jakarta", None)
    starts = datetime.fromisoformat(str(facts["starts"]))
    assert 590 < (starts - datetime.now(UTC)).total_seconds() <= 600
    assert facts["zone"] == "Asia/Jakarta"


def test_without_a_zone_it_is_this_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a start in summer, planned in winter, is meant as clocks show it then."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    assert plan_facts("2026-07-01 20:00", None, None) == {
        "starts": "2026-07-01 20:00",
        "zone": "Europe/Berlin",
    }


def test_a_machines_zone_is_found_where_it_has_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TZ", raising=False)
    link = tmp_path / "localtime"
    monkeypatch.setattr(schedule, "LOCALTIME", link)
    assert this_zone() is None
    link.symlink_to("/usr/share/zoneinfo/Asia/Jakarta")
    assert this_zone() == "Asia/Jakarta"
    monkeypatch.setenv("TZ", ":Europe/Berlin")
    assert this_zone() == "Europe/Berlin"
    monkeypatch.setenv("TZ", "<+07>-7")
    assert this_zone() is None
    assert plan_facts("2026-07-01 20:00", None, None).keys() == {"starts"}


def test_what_is_planned_is_called_off_and_explained() -> None:
    result, requests = asked(["call-off", "evening"], ROOM | {"cancelled": True})
    assert requests == ["POST /api/rooms/evening/call-off Bearer t"]
    assert result.output.startswith("evening is called off. It was to start on Tuesday")
    words = ["late", "evening", "--why", "The train."]
    result, requests = asked(words, ROOM | {"late": True, "why_late": "The train."})
    assert requests == ['POST /api/rooms/evening/why Bearer t {"why": "The train."}']
    assert result.output.endswith("It is late. The train.\n")


def test_what_is_planned_is_shown_with_the_room() -> None:
    room = ROOM | {"late": True, "why_late": "The train.", "doors": "2026-12-01T12:45:00.000Z"}
    result, _ = asked(["show", "evening"], room)
    for piece in ("Tuesday 1 December 2026, 20:00 (Asia/Jakarta)", "The train.", "12:45"):
        assert piece in result.output
    assert said({"slug": "hello"}) == "hello has no start: it is live when somebody speaks."


def test_for_programs_it_is_one_object() -> None:
    result, _ = asked(["call-off", "evening", "--json"], ROOM)
    assert json.loads(result.stdout) == ROOM
