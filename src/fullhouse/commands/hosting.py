"""A shell: `fullhouse room title, visibility, near, reports …`: the rest of what a host may."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import click

from fullhouse.commands.asking import asks_a_house, house_of
from fullhouse.commands.frame import SettingsCommand

if TYPE_CHECKING:
    from fullhouse.calls import Facts
    from fullhouse.settings import Settings

KEYS: Final = ("host", "whip", "source", "listen")
VISIBILITIES: Final = ("public", "unlisted", "invited")
LEAST_DB, MOST_DB = -30.0, 12.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a room, and how the answer is said.

    Attributes:
        path: behind the room's.
        body: empty: none is sent.
    """

    method: str
    path: tuple[str, ...]
    say: Callable[[Facts], str]
    body: Mapping[str, object] = field(default_factory=dict)


def _command(
    name: str, about: str, *parameters: Callable[[Any], Any]
) -> Callable[[Callable[..., Asked]], click.Command]:
    """Make a command of what is asked of the house and how its answer is said."""

    def made(asks: Callable[..., Asked]) -> click.Command:
        def run(
            *, settings: Settings, slug: str, house: str | None, token: str | None, as_json: bool,
            **more: Any,
        ) -> None:  # fmt: skip
            asked = asks(**more)
            path = "/".join(["/api/rooms", *(quote(one, safe="") for one in (slug, *asked.path))])
            body = dict(asked.body) or None
            facts = house_of(settings, house, token).ask(asked.method, path, body)
            click.echo(json.dumps(facts) if as_json else asked.say(facts))

        command = asks_a_house(run)
        for parameter in reversed((click.argument("slug"), *parameters)):
            command = parameter(command)
        short = about.partition("\n")[0]
        return click.command(name, cls=SettingsCommand, help=about, short_help=short)(command)

    return made


def _rows(facts: Facts, name: str) -> list[Mapping[str, Any]]:
    found = facts.get(name)
    return found if isinstance(found, list) else []


@_command("title", "Call a room something else.", click.argument("title"))
def title(title: str) -> Asked:
    """Return what is asked."""
    return Asked(
        "PATCH", (), lambda facts: f"{facts.get('slug')} is called {facts.get('title')!r}.",
        {"title": title},
    )  # fmt: skip


@_command(
    "visibility",
    "Set who finds a room and who gets in: public, unlisted or invited.",
    click.argument("visibility", type=click.Choice(VISIBILITIES)),
)
def visibility(visibility: str) -> Asked:
    """Return what is asked."""

    def say(facts: Facts) -> str:
        return f"{facts.get('slug')} is {facts.get('visibility')}. Listen: {facts.get('listen')}"

    return Asked("POST", ("visibility",), say, {"visibility": visibility})


@_command(
    "renew",
    "Renew one of a room's keys; the old one opens nothing any more. Prints the links.",
    click.argument("key", type=click.Choice(KEYS)),
)
def renew(key: str) -> Asked:
    """Return what is asked."""

    def say(facts: Facts) -> str:
        return "\n".join(f"{name.ljust(13)}{fact}" for name, fact in facts.items() if fact)

    return Asked("POST", ("keys", key), say)


@_command(
    "remind",
    "Have a mail address asked whether it wants to be reminded of a room's start.",
    click.argument("address"),
    click.option("--language", type=click.Choice(["en", "id"]), default="en", show_default=True),
)
def remind(address: str, language: str) -> Asked:
    """Return what is asked."""
    body = {"address": address, "language": language}
    return Asked("POST", ("reminders",), lambda facts: str(facts.get("message")), body)


@_command(
    "near",
    "Let a listener hear the stage from near, or --off: no longer.",
    click.argument("member"),
    click.option("--off", is_flag=True, help="Take the near seat back."),
)
def near(member: str, off: bool) -> Asked:
    """Return what is asked."""
    words = "does not hear the stage from near any more." if off else "hears the stage from near."
    path = ("members", member)
    return Asked("PATCH", path, lambda facts: f"{facts.get('name')} {words}", {"near": not off})


@_command(
    "rename", "Call somebody something else.", click.argument("member"), click.argument("name")
)
def rename(member: str, name: str) -> Asked:
    """Return what is asked."""
    return Asked(
        "PATCH", ("members", member), lambda facts: f"{member} is called {facts.get('name')!r}.",
        {"name": name},
    )  # fmt: skip


@_command(
    "seat",
    "Mute or unmute a seat, or turn it up or down. Only people themselves unmute theirs.",
    click.argument("seat"),
    click.option("--mute/--unmute", "muted", default=None, help="Whether its sound is dropped."),
    click.option(
        "--gain",
        metavar="DB",
        type=click.FloatRange(LEAST_DB, MOST_DB),
        help="How much it is turned up, or down.",
    ),
)
def seat(seat: str, muted: bool | None, gain: float | None) -> Asked:
    """Return what is asked."""
    if (muted is None) == (gain is None):
        raise click.UsageError("One at a time: --mute, --unmute or --gain.")
    if gain is not None and math.isnan(gain):
        raise click.UsageError("A gain is a number of dB.")
    if gain is not None:
        said = f"{seat} is at {gain:+g} dB."
        return Asked("POST", ("seats", seat, "gain"), lambda _: said, {"gain_db": gain})
    said = f"{seat} is {'muted' if muted else 'not muted any more'}."
    return Asked("POST", ("seats", seat, "mute"), lambda _: said, {"muted": muted})


def _invitations(facts: Facts) -> str:
    lines = [
        f"{row['invitation']}  {row['role']:<8} {row['uses_left']} left until {row['ends_at']}"
        f"  {row['name']}".rstrip()
        for row in _rows(facts, "invitations")
    ]
    return "\n".join(lines) or "No link lets anybody in."


@_command("invitations", "List the links by which somebody may still come into a room.")
def invitations() -> Asked:
    """Return what is asked."""
    return Asked("GET", ("invitations",), _invitations)


@_command("uninvite", "Take a link back.", click.argument("invitation"))
def uninvite(invitation: str) -> Asked:
    """Return what is asked."""
    return Asked("DELETE", ("invitations", invitation), _invitations)


def _reports(facts: Facts) -> str:
    lines = [
        f"{row['report']}  {row['made_at']}  {row['whom']}: {row['why']} (by {row['made_by']})"
        for row in _rows(facts, "reports")
    ]
    return "\n".join(lines) or "Nobody has reported anybody."


@_command("reports", "List what people have reported to the hosts of a room.")
def reports() -> Asked:
    """Return what is asked."""
    return Asked("GET", ("reports",), _reports)


@_command(
    "report",
    "Report somebody to the hosts of a room.",
    click.argument("whom"),
    click.option("--why", metavar="TEXT", default="", help="What they did."),
)
def report(whom: str, why: str) -> Asked:
    """Return what is asked."""
    body = {"whom": whom, "why": why}
    return Asked("POST", ("reports",), lambda _: f"{whom} is reported.", body)


@_command("close-report", "Put a report aside.", click.argument("report"))
def close_report(report: str) -> Asked:
    """Return what is asked."""
    return Asked("DELETE", ("reports", report), _reports)


@_command("draws", "List the draws among raised hands, with all that it takes to repeat them.")
def draws() -> Asked:
    """Return what is asked."""
    return Asked("GET", ("hands", "draws"), _draws)


def _draws(facts: Facts) -> str:
    lines = [
        f"{row['number']:>6}  {row['at']}  seed {row['seed']}, of {len(row['hands'])} hands: "
        + " ".join(row["drawn"])
        for row in _rows(facts, "draws")
    ]
    promise = facts.get("promise")
    return "\n".join([*lines, *([f"The next is promised as {promise}."] if promise else [])]) or (
        "Nothing was drawn yet."
    )


COMMANDS: Final = (
    title, visibility, renew, remind, near, rename, seat, invitations, uninvite, reports, report,
    close_report, draws,
)  # fmt: skip
"""Commands of the group `room`."""
