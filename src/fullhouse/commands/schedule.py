"""A shell: when a room starts, from a command line: `fullhouse room plan`, `call-off`, `late`."""

from __future__ import annotations

import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import click

from fullhouse.commands.asking import asks_a_house, house_of
from fullhouse.commands.frame import SettingsCommand
from fullhouse.errors import Refused
from fullhouse.when import parse_when

if TYPE_CHECKING:
    from fullhouse.calls import Facts
    from fullhouse.settings import Settings

STARTS: Final = "+10m, '2026-12-01 20:00' or 2026-12-01T20:00:00Z."
_LOCAL: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d)?", re.ASCII)
LOCALTIME: Final = Path("/etc/localtime")


def zone_option(command: click.decorators.FC) -> click.decorators.FC:
    """Give a command the option that names a time zone."""
    about = "IANA time zone in which people read it, such as Asia/Jakarta; this machine's without."
    return click.option("--zone", metavar="ZONE", help=about)(command)


def doors_option(command: click.decorators.FC) -> click.decorators.FC:
    """Give a command the option that says when the doors open."""
    about = "Open the doors by themselves so many minutes before."
    return click.option("--doors", type=click.IntRange(0, 1440), help=about)(command)


def plan_facts(starts: str, zone: str | None, doors: int | None) -> dict[str, object]:
    """Return a plan as the house takes it.

    Raises:
        Refused: `starts` is no time.
    """
    zone = zone or this_zone()
    local = zone is not None and _LOCAL.fullmatch(starts.strip()) is not None
    facts: dict[str, object] = {"starts": starts.strip() if local else _rfc3339(starts)}
    if zone is not None:
        facts["zone"] = zone
    if doors is not None:
        facts["doors_before"] = doors
    return facts


def this_zone() -> str | None:
    """Return the name of this machine's time zone, or None: it has none that others know."""
    from fullhouse.zones import UnknownZone, zone_named

    named = os.environ.get("TZ", "").removeprefix(":")
    if not named:
        try:
            _, _, named = str(LOCALTIME.readlink()).partition("/zoneinfo/")
        except OSError:
            return None
    try:
        return zone_named(named).key
    except UnknownZone:
        return None


def _rfc3339(text: str) -> str:
    from fullhouse.units import Micros

    here = datetime.now().astimezone().tzinfo or UTC
    micros = parse_when(text, now=Micros(time.time_ns() // 1000), here=here)
    try:
        return datetime.fromtimestamp(micros // 1_000_000, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError) as error:
        raise Refused(f"{text!r} is too far away.", code="bad_time") from error


@click.command(cls=SettingsCommand)
@click.argument("slug")
@click.option("--starts", metavar="WHEN", required=True, help=STARTS)
@zone_option
@doors_option
@asks_a_house
def plan(
    *, settings: Settings, slug: str, starts: str, zone: str | None, doors: int | None,
    house: str | None, token: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Set when a room starts, or move it.

    \b
    Example:
      fullhouse room plan evening --starts "2026-12-01 20:00" --zone Asia/Jakarta --doors 15
    """
    facts = house_of(settings, house, token).ask(
        "POST", _path(slug, "plan"), plan_facts(starts, zone, doors)
    )
    _print(facts, as_json)


@click.command("call-off", cls=SettingsCommand)
@click.argument("slug")
@asks_a_house
def call_off(
    *, settings: Settings, slug: str, house: str | None, token: str | None, as_json: bool
) -> None:
    """Call off what was planned; the room stays, and can be planned again."""
    _print(house_of(settings, house, token).ask("POST", _path(slug, "call-off")), as_json)


@click.command(cls=SettingsCommand)
@click.argument("slug")
@click.option("--why", metavar="TEXT", required=True, help="What listeners read; empty: nothing.")
@asks_a_house
def late(
    *, settings: Settings, slug: str, why: str, house: str | None, token: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Say why a room is late, or has moved.

    \b
    Example:
      fullhouse room late evening --why "Our train stands still."
    """
    house_there = house_of(settings, house, token)
    _print(house_there.ask("POST", _path(slug, "why"), {"why": why}), as_json)


def _path(slug: str, command: str) -> str:
    return f"/api/rooms/{quote(slug, safe='')}/{command}"


def _print(facts: Facts, as_json: bool) -> None:
    import json

    click.echo(json.dumps(facts) if as_json else said(facts))


def said(facts: Facts) -> str:
    """Return what is planned in a room, in a sentence or two."""
    slug, there = facts.get("slug"), facts.get("starts_there")
    if there is None:
        return f"{slug} has no start: it is live when somebody speaks."
    if facts.get("cancelled"):
        return f"{slug} is called off. It was to start on {there}."
    before = facts.get("doors_before")
    doors = f" Its doors open {before} minutes before." if before else ""
    late = " It is late." if facts.get("late") else ""
    why = f" {facts['why_late']}" if facts.get("why_late") else ""
    return f"{slug} starts on {there}.{doors}{late}{why}"
