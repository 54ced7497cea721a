"""A shell: `fullhouse room …`, a room's life from a command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import click

from fullhouse.commands import hosting, people
from fullhouse.commands.asking import asks_a_house, house_of
from fullhouse.commands.frame import SettingsCommand
from fullhouse.commands.hands import hands
from fullhouse.commands.schedule import (
    STARTS,
    call_off,
    doors_option,
    late,
    plan,
    plan_facts,
    zone_option,
)
from fullhouse.errors import Refused

if TYPE_CHECKING:
    from fullhouse.calls import Facts
    from fullhouse.settings import Settings

LINKS: Final = {
    "listen": "Listen",
    "host": "Studio",
    "whip": "WHIP",
    "whip_token": "  token",
    "whep": "WHEP",
    "source": "Icecast source",
    "source_user": "  user",
    "source_key": "  key",
}


@click.group()
def room() -> None:
    """Make a room, look at it, open its doors, end it.

    \b
    Examples:
      fullhouse room create evening --title "An evening" --starts +10m
      fullhouse room open evening
      fullhouse room live evening
      fullhouse room end evening
    """


@room.command(cls=SettingsCommand)
@click.argument("slug")
@click.option("--title", metavar="TEXT", help="What listeners see; without it the SLUG.")
@click.option(
    "--starts",
    metavar="WHEN",
    help=f"{STARTS} Without it the room needs no host: it is live when somebody speaks.",
)
@zone_option
@doors_option
@click.option(
    "--visibility", type=click.Choice(["public", "unlisted", "invited"]),
    help="Who finds it, and who gets in.",
)  # fmt: skip
@asks_a_house
def create(
    *, settings: Settings, slug: str, title: str | None, starts: str | None, zone: str | None,
    doors: int | None, visibility: str | None,
    house: str | None, token: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Make a room; print its links and keys.

    SLUG is its name in links: a-z, 0-9 and hyphens.

    \b
    Examples:
      fullhouse room create hello
      fullhouse room create evening --title "An evening" --starts "2026-12-01 20:00"
    """
    wanted: dict[str, object] = {"slug": slug}
    if title is not None:
        wanted["title"] = title
    if starts is not None:
        wanted |= plan_facts(starts, zone, doors)
    if visibility is not None:
        wanted["visibility"] = visibility
    facts = house_of(settings, house, token).ask("POST", "/api/rooms", wanted)
    links = {name: facts.get(name) for name in ("slug", *LINKS)}
    _print(links, as_json, _links)


@room.command("list", cls=SettingsCommand)
@asks_a_house
def list_(settings: Settings, house: str | None, token: str | None, as_json: bool) -> None:
    """List all rooms."""
    _print(house_of(settings, house, token).ask("GET", "/api/rooms"), as_json, _table)


@room.command(cls=SettingsCommand)
@click.argument("slug")
@asks_a_house
def show(
    settings: Settings, slug: str, house: str | None, token: str | None, as_json: bool
) -> None:
    """Show a room: its state, its links and keys."""
    _print(house_of(settings, house, token).room(slug), as_json, _all)


@room.command("log", cls=SettingsCommand)
@click.argument("slug")
@click.option(
    "--most", type=click.IntRange(1, 500), default=100, show_default=True, help="Lines at the most."
)
@click.option("--before", metavar="N", type=click.IntRange(1), help="Only lines before this one.")
@asks_a_house
def log(
    *, settings: Settings, slug: str, most: int, before: int | None, house: str | None,
    token: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Show who asked what of a room, and what it did by itself; the newest last."""
    path = f"/api/rooms/{quote(slug, safe='')}/log?most={most}"
    path += "" if before is None else f"&before={before}"
    _print(house_of(settings, house, token).ask("GET", path), as_json, lines_of_log)


def _move(name: str, about: str) -> None:
    @room.command(name, cls=SettingsCommand, help=about, short_help=about.partition("\n")[0])
    @click.argument("slug")
    @asks_a_house
    def move(
        settings: Settings, slug: str, house: str | None, token: str | None, as_json: bool
    ) -> None:
        path = f"/api/rooms/{quote(slug, safe='')}/{name}"
        _print(house_of(settings, house, token).ask("POST", path), as_json, _state)


@room.command(cls=SettingsCommand)
@click.argument("slug")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--default", "ours", is_flag=True, help="Play Fullhouse's own again.")
@asks_a_house
def hold(
    *, settings: Settings, slug: str, file: Path | None, ours: bool,
    house: str | None, token: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Play a file of your own while the room waits: 2 s to 10 minutes, 20 MB at the most.

    It is made as loud as it should be, and goes round without a seam. A long one takes half a
    minute to be made.

    \b
    Examples:
      fullhouse room hold evening waiting.mp3
      fullhouse room hold evening --default
    """
    if (file is None) != ours:
        raise click.UsageError("Name either a FILE or --default.")
    path = f"/api/rooms/{quote(slug, safe='')}/hold"
    if file is None:
        facts = house_of(settings, house, token).ask("DELETE", path)
    else:
        facts = house_of(settings, house, token).send("PUT", path, _bytes(file))
    _print({"slug": slug, **facts}, as_json, _hold)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}.", code="no_file") from error


def _hold(facts: Facts) -> str:
    if not facts.get("hold"):
        return f"{facts['slug']} plays Fullhouse's own hold."
    return f"{facts['slug']} plays your hold: {facts['seconds']} s, made of {facts['lufs']} LUFS."


_move("open", "Open the doors: listeners hear the hold.")
_move("live", "Go live: the hold ends at the first voice.")
_move("stand-down", "Stay with the hold after all, whoever speaks.")
_move("end", "End the session; the room stays, and can start again.")


def _print(facts: Facts, as_json: bool, show_as: Callable[[Facts], str]) -> None:
    click.echo(json.dumps(facts) if as_json else show_as(facts))


def _links(facts: Facts) -> str:
    width = max(map(len, LINKS.values())) + 2
    return "\n".join(
        f"{label.ljust(width)}{facts[name]}" for name, label in LINKS.items() if facts.get(name)
    )


def _state(facts: Facts) -> str:
    return f"{facts.get('slug')} is {facts.get('state')}."


def _all(facts: Facts) -> str:
    seats = facts.get("seats")
    on_stage = [str(seat.get("name")) for seat in seats] if isinstance(seats, list) else []
    told = {name: facts.get(name) for name in ("title", "state", "since", "reason")}
    told |= {"starts": facts.get("starts_there"), "doors": facts.get("doors")}
    told |= {"late": "yes" if facts.get("late") else None, "why": facts.get("why_late")}
    told |= {"called off": "yes" if facts.get("cancelled") else None}
    told |= {"visibility": facts.get("visibility")}
    told |= {"listeners": facts.get("listeners"), "on stage": ", ".join(on_stage)}
    lines = [f"{name.ljust(15)}{fact}" for name, fact in told.items() if fact not in (None, "")]
    return "\n".join([*lines, "", _links(facts)]).rstrip()


def lines_of_log(facts: Facts) -> str:
    """Return lines of the log for people, the newest last."""
    found = facts.get("lines")
    lines: list[Mapping[str, Any]] = found if isinstance(found, list) else []
    if not lines:
        return "Nobody has asked anything yet."
    told = []
    for line in reversed(lines):
        details = ", ".join(f"{name} {value}" for name, value in line["details"].items())
        who = line["who"] or "somebody"
        told.append(f"{line['at']}  {line['number']:>6}  {who}: {line['what']} {details}".rstrip())
    return "\n".join(told)


def _table(facts: Facts) -> str:
    rooms = facts.get("rooms")
    rows: list[Mapping[str, Any]] = rooms if isinstance(rooms, list) else []
    if not rows:
        return "No rooms yet. Make one: fullhouse room create hello"
    width = max(len(str(row["slug"])) for row in rows) + 2
    return "\n".join(
        f"{str(row['slug']).ljust(width)}{str(row['state']).ljust(13)}{row['title']}"
        for row in rows
    )


room.add_command(hands)
for schedule_command in (plan, call_off, late):
    room.add_command(schedule_command)
for people_command in (*people.COMMANDS, *hosting.COMMANDS):
    room.add_command(people_command)
