"""A shell: `fullhouse room hands`, listeners' raised hands from a command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from fullhouse.commands.asking import asks_a_house, house_of
from fullhouse.commands.frame import SettingsCommand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fullhouse.calls import Facts
    from fullhouse.settings import Settings


@click.command(cls=SettingsCommand)
@click.argument("slug")
@click.option("--open/--close", "open_", default=None, help="Take hands, or take none.")
@click.option("--draw", metavar="N", type=click.IntRange(1, 64), help="Draw N, and invite them.")
@click.option("--invite", metavar="HAND", help="Invite one, by its hand.")
@click.option("--lower", metavar="HAND", help="Take one down, by its hand.")
@click.option("--near", is_flag=True, help="With --invite: to hear from near, not to speak.")
@asks_a_house
def hands(
    *, settings: Settings, slug: str, open_: bool | None, draw: int | None, invite: str | None,
    lower: str | None, near: bool, house: str | None, token: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Show the raised hands; take them, draw among them, invite one, take one down.

    \b
    Examples:
      fullhouse room hands evening
      fullhouse room hands evening --draw 3
      fullhouse room hands evening --invite 5f0e0f3f9a41c2d7
    """
    if sum(one is not None for one in (open_, draw, invite, lower)) > 1:
        raise click.UsageError("One at a time: --open, --close, --draw, --invite or --lower.")
    if near and invite is None:
        raise click.UsageError("--near needs --invite.")
    path = f"/api/rooms/{quote(slug, safe='')}/hands"
    asked = house_of(settings, house, token)
    if draw is not None:
        facts, show = asked.ask("POST", f"{path}/draw", {"count": draw}), _drawn
    elif invite is not None:
        wanted = f"{path}/{quote(invite, safe='')}/invite"
        facts, show = asked.ask("POST", wanted, {"near": near}), _invited
    elif lower is not None:
        facts = asked.ask("POST", f"{path}/{quote(lower, safe='')}/lower")
        show = _lowered
    elif open_ is not None:
        facts, show = asked.ask("PATCH", path, {"open": open_}), _waiting
    else:
        facts, show = asked.ask("GET", path), _waiting
    click.echo(json.dumps(facts) if as_json else show(facts))


def _waiting(facts: Facts) -> str:
    found = facts.get("hands")
    rows: list[Mapping[str, Any]] = found if isinstance(found, list) else []
    taken = "Hands are taken" if facts.get("open") else "No hands are taken"
    lines = [f"{taken}; {facts.get('count')} up."]
    lines += [
        f"{row['number']:>6}  {row['hand']}  {row['state']:<10} {row['name']}".rstrip()
        for row in rows
    ]
    if facts.get("promise"):
        lines.append(f"The next draw is promised as {facts['promise']}.")
    return "\n".join(lines)


def _drawn(facts: Facts) -> str:
    found = facts.get("drawn")
    names = found if isinstance(found, list) else []
    return "\n".join(
        [
            f"Drawn and invited: {' '.join(map(str, names))}",
            f"The seed was {facts.get('seed')}, promised as {facts.get('promise')}.",
        ]
    )


def _invited(facts: Facts) -> str:
    return f"{facts.get('name') or facts.get('hand')} is invited."


def _lowered(facts: Facts) -> str:
    return f"{facts.get('name') or facts.get('hand')} is taken down."
