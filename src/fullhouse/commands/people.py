"""A shell: `fullhouse room invite, members, mute …`, a room's people from a command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import click

from fullhouse.commands.asking import asks_a_house, house_of
from fullhouse.commands.frame import SettingsCommand

if TYPE_CHECKING:
    from fullhouse.calls import Facts
    from fullhouse.settings import Settings

ROLES: Final = ("host", "cohost", "speaker", "listener")


def _path(slug: str, *more: str) -> str:
    return "/".join(["/api/rooms", *(quote(one, safe="") for one in (slug, *more))])


def _said(facts: Facts, as_json: bool, words: str) -> None:
    click.echo(json.dumps(facts) if as_json else words)


def _rows(facts: Facts, name: str) -> list[Mapping[str, Any]]:
    found = facts.get(name)
    return found if isinstance(found, list) else []


@click.command(cls=SettingsCommand)
@click.argument("slug")
@click.option("--role", type=click.Choice(ROLES[:3]), default="speaker", show_default=True)
@click.option("--name", metavar="TEXT", default="", help="Whom it is for.")
@click.option("--uses", metavar="N", type=click.IntRange(1, 1_000), default=1, show_default=True)
@click.option("--minutes", metavar="N", type=click.IntRange(1, 527_040), help="[a week]")
@asks_a_house
def invite(
    *, settings: Settings, slug: str, role: str, name: str, uses: int, minutes: int | None,
    house: str | None, token: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Make a link by which somebody comes into the room; print it, this once.

    \b
    Examples:
      fullhouse room invite evening --name Ana
      fullhouse room invite evening --role cohost
    """
    wanted: dict[str, object] = {"role": role, "name": name, "uses": uses}
    if minutes is not None:
        wanted["minutes"] = minutes
    facts = house_of(settings, house, token).ask("POST", _path(slug, "invitations"), wanted)
    _said(facts, as_json, str(facts.get("link")))


@click.command(cls=SettingsCommand)
@click.argument("slug")
@asks_a_house
def members(
    settings: Settings, slug: str, house: str | None, token: str | None, as_json: bool
) -> None:
    """List the room's people, and who is here."""
    facts = house_of(settings, house, token).ask("GET", _path(slug, "members"))
    lines = [_member(row) for row in _rows(facts, "members")]
    _said(facts, as_json, "\n".join(lines) or "Nobody has come in yet.")


def _member(row: Mapping[str, Any]) -> str:
    marks = [
        word
        for word, key in (
            ("on stage", "on_stage"), ("near", "near"), ("acting", "acting"), ("here", "present"),
        )
        if row.get(key)
    ]  # fmt: skip
    said = f"{row['member']}  {row['role']:<9} {row['name']}"
    return f"{said} ({', '.join(marks)})" if marks else said


def _deed(name: str, verb: str, about: str, done: str) -> click.Command:
    @click.command(name, cls=SettingsCommand, help=about, short_help=about.partition("\n")[0])
    @click.argument("slug")
    @click.argument("member")
    @asks_a_house
    def deed(
        *, settings: Settings, slug: str, member: str, house: str | None, token: str | None,
        as_json: bool,
    ) -> None:  # fmt: skip
        path = _path(slug, "members", member, verb)
        _said(house_of(settings, house, token).ask("POST", path), as_json, done.format(member))

    return deed


mute = _deed("mute", "mute", "Mute somebody; only they can take it back.", "{} is muted.")
ask = _deed("ask-to-unmute", "ask-to-unmute", "Ask somebody to unmute.", "{} is asked.")
move_back = _deed(
    "move-back", "move-back", "Move a speaker back to the listeners.", "{} listens now."
)
remove = _deed("remove", "remove", "Remove somebody from the room.", "{} is out.")


@click.command("mute-all", cls=SettingsCommand)
@click.argument("slug")
@asks_a_house
def mute_all(
    settings: Settings, slug: str, house: str | None, token: str | None, as_json: bool
) -> None:
    """Mute everybody who is here."""
    facts = house_of(settings, house, token).ask("POST", _path(slug, "mute-all"))
    muted = facts.get("muted")
    count = len(muted) if isinstance(muted, list) else 0
    _said(facts, as_json, f"Muted: {count}.")


@click.command(cls=SettingsCommand)
@click.argument("slug")
@click.argument("member")
@click.argument("role", type=click.Choice(ROLES))
@asks_a_house
def role(
    *, settings: Settings, slug: str, member: str, role: str, house: str | None,
    token: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Give somebody another role."""
    asked = house_of(settings, house, token)
    facts = asked.ask("PATCH", _path(slug, "members", member), {"role": role})
    _said(facts, as_json, f"{facts.get('name')} is {facts.get('role')} now.")


@click.command(cls=SettingsCommand)
@click.argument("slug")
@click.argument("member")
@click.option("--minutes", metavar="N", type=click.IntRange(1, 527_040), help="[for ever]")
@click.option("--network", is_flag=True, help="All who come from the same network, too.")
@asks_a_house
def ban(
    *, settings: Settings, slug: str, member: str, minutes: int | None, network: bool,
    house: str | None, token: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Remove somebody, and keep them out."""
    wanted: dict[str, object] = {"minutes": minutes, "network": network}
    asked = house_of(settings, house, token)
    facts = asked.ask("POST", _path(slug, "members", member, "ban"), wanted)
    _said(facts, as_json, f"{member} is banned.")


@click.command(cls=SettingsCommand)
@click.argument("slug")
@asks_a_house
def bans(
    settings: Settings, slug: str, house: str | None, token: str | None, as_json: bool
) -> None:
    """List who is banned from the room."""
    facts = house_of(settings, house, token).ask("GET", _path(slug, "bans"))
    _said(facts, as_json, _bans(facts))


def _bans(facts: Facts) -> str:
    lines = [
        f"{row['ban']}  until {row['ends_at'] or 'lifted'}  {row['name']}, by {row['made_by']}"
        for row in _rows(facts, "bans")
    ]
    return "\n".join(lines) or "Nobody is banned."


@click.command(cls=SettingsCommand)
@click.argument("slug")
@click.argument("ban")
@asks_a_house
def unban(
    *, settings: Settings, slug: str, ban: str, house: str | None, token: str | None, as_json: bool
) -> None:
    """Lift a ban."""
    facts = house_of(settings, house, token).ask("DELETE", _path(slug, "bans", ban))
    _said(facts, as_json, _bans(facts))


COMMANDS: Final = (
    invite, members, mute, mute_all, ask, role, move_back, remove, ban, bans, unban,
)  # fmt: skip
"""Commands of the group `room`."""
