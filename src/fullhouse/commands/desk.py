"""A shell: `fullhouse room title, visibility, near, reports …`: the rest of what a host may."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import click

from fullhouse.commands.asking import asks_a_house, house_of
from fullhouse.commands.frame import SettingsCommand

if TYPE_CHECKING:
    from collections.abc import Callable

    from fullhouse.calls import Facts
    from fullhouse.settings import Settings

KEYS: Final = ("host", "whip", "source", "listen")
VISIBILITIES: Final = ("public", "unlisted", "invited")
LEAST_DB, MOST_DB = -30.0, 12.0

Ask = tuple[str, tuple[str, ...], dict[str, object] | None]
"""What is asked of a room: the method, the path behind the room's, the body."""


def _command(
    name: str, about: str, *parameters: Callable[[Any], Any]
) -> Callable[[Callable[..., tuple[Ask, Callable[[Facts], str]]]], click.Command]:
    """Make a command of what is asked of the house and how its answer is said."""

    def made(asks: Callable[..., tuple[Ask, Callable[[Facts], str]]]) -> click.Command:
        def run(
            *, settings: Settings, slug: str, house: str | None, token: str | None, as_json: bool,
            **more: Any,
        ) -> None:  # fmt: skip
            (method, path, body), say = asks(**more)
            whole = "/".join(["/api/rooms", *(quote(one, safe="") for one in (slug, *path))])
            facts = house_of(settings, house, token).ask(method, whole, body)
            click.echo(json.dumps(facts) if as_json else say(facts))

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
def title(title: str) -> tuple[Ask, Callable[[Facts], str]]:
    """Return what is asked."""
    return (
        "PATCH",
        (),
        {"title": title},
    ), lambda facts: f"{facts.get('slug')} is called {facts.get('title')!r}."


@_command(
    "visibility",
    "Set who finds a room and who gets in: public, unlisted or invited.",
    click.argument("visibility", type=click.Choice(VISIBILITIES)),
)
def visibility(visibility: str) -> tuple[Ask, Callable[[Facts], str]]:
    """Return what is asked."""
    return (
        ("POST", ("visibility",), {"visibility": visibility}),
        lambda facts: (
            f"{facts.get('slug')} is {facts.get('visibility')}. Listen: {facts.get('listen')}"
        ),
    )


@_command(
    "renew",
    "Renew one of a room's keys; the old one opens nothing any more. Prints the links.",
    click.argument("key", type=click.Choice(KEYS)),
)
def renew(key: str) -> tuple[Ask, Callable[[Facts], str]]:
    """Return what is asked."""
    return ("POST", ("keys", key), None), lambda facts: "\n".join(
        f"{name.ljust(13)}{fact}" for name, fact in facts.items() if fact
    )


@_command(
    "remind",
    "Have a mail address asked whether it wants to be reminded of a room's start.",
    click.argument("address"),
    click.option("--language", type=click.Choice(["en", "id"]), default="en", show_default=True),
)
def remind(address: str, language: str) -> tuple[Ask, Callable[[Facts], str]]:
    """Return what is asked."""
    body: dict[str, object] = {"address": address, "language": language}
    return ("POST", ("reminders",), body), lambda facts: str(facts.get("message"))


@_command(
    "near",
    "Let a listener hear the stage from near, or --off: no longer.",
    click.argument("member"),
    click.option("--off", is_flag=True, help="Take the near seat back."),
)
def near(member: str, off: bool) -> tuple[Ask, Callable[[Facts], str]]:
    """Return what is asked."""
    words = "does not hear the stage from near any more." if off else "hears the stage from near."
    return (
        "PATCH",
        ("members", member),
        {"near": not off},
    ), lambda facts: f"{facts.get('name')} {words}"


@_command(
    "rename", "Call somebody something else.", click.argument("member"), click.argument("name")
)
def rename(member: str, name: str) -> tuple[Ask, Callable[[Facts], str]]:
    """Return what is asked."""
    return (
        "PATCH",
        ("members", member),
        {"name": name},
    ), lambda facts: f"{member} is called {facts.get('name')!r}."


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
def seat(seat: str, muted: bool | None, gain: float | None) -> tuple[Ask, Callable[[Facts], str]]:
    """Return what is asked."""
    if (muted is None) == (gain is None):
        raise click.UsageError("One at a time: --mute, --unmute or --gain.")
    if gain is not None and math.isnan(gain):
        raise click.UsageError("A gain is a number of dB.")
    if gain is not None:
        body: dict[str, object] = {"gain_db": gain}
        return ("POST", ("seats", seat, "gain"), body), lambda _: f"{seat} is at {gain:+g} dB."
    words = "muted" if muted else "not muted any more"
    return ("POST", ("seats", seat, "mute"), {"muted": muted}), lambda _: f"{seat} is {words}."


def _invitations(facts: Facts) -> str:
    lines = [
        f"{row['invitation']}  {row['role']:<8} {row['uses_left']} left until {row['ends_at']}"
        f"  {row['name']}".rstrip()
        for row in _rows(facts, "invitations")
    ]
    return "\n".join(lines) or "No link lets anybody in."


@_command("invitations", "List the links by which somebody may still come into a room.")
def invitations() -> tuple[Ask, Callable[[Facts], str]]:
    """Return what is asked."""
    return ("GET", ("invitations",), None), _invitations


@_command("uninvite", "Take a link back.", click.argument("invitation"))
def uninvite(invitation: str) -> tuple[Ask, Callable[[Facts], str]]:
    """Return what is asked."""
    return ("DELETE", ("invitations", invitation), None), _invitations


def _reports(facts: Facts) -> str:
    lines = [
        f"{row['report']}  {row['made_at']}  {row['whom']}: {row['why']} (by {row['made_by']})"
        for row in _rows(facts, "reports")
    ]
    return "\n".join(lines) or "Nobody has reported anybody."


@_command("reports", "List what people have reported to the hosts of a room.")
def reports() -> tuple[Ask, Callable[[Facts], str]]:
    """Return what is asked."""
    return ("GET", ("reports",), None), _reports


@_command(
    "report",
    "Report somebody to the hosts of a room.",
    click.argument("whom"),
    click.option("--why", metavar="TEXT", default="", help="What they did."),
)
def report(whom: str, why: str) -> tuple[Ask, Callable[[Facts], str]]:
    """Return what is asked."""
    body: dict[str, object] = {"whom": whom, "why": why}
    return ("POST", ("reports",), body), lambda _: f"{whom} is reported."


@_command("close-report", "Put a report aside.", click.argument("report"))
def close_report(report: str) -> tuple[Ask, Callable[[Facts], str]]:
    """Return what is asked."""
    return ("DELETE", ("reports", report), None), _reports


@_command("draws", "List the draws among raised hands, with all that it takes to repeat them.")
def draws() -> tuple[Ask, Callable[[Facts], str]]:
    """Return what is asked."""
    return ("GET", ("hands", "draws"), None), _draws


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
