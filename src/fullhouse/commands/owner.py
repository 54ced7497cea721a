"""A shell: `fullhouse owner-link`, for whoever runs the machine and has no way in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from fullhouse.commands.asking import asks_a_house, house_of
from fullhouse.commands.frame import SettingsCommand

if TYPE_CHECKING:
    from fullhouse.calls import Facts
    from fullhouse.settings import Settings


@click.command("owner-link", cls=SettingsCommand)
@asks_a_house
def owner_link(settings: Settings, house: str | None, token: str | None, as_json: bool) -> None:
    """Print a link that makes an owner of the house, once.

    While the house has no owner it is always the same link. Later each is a new one, for another
    owner, and holds for an hour: also the way back for an owner who cannot sign in any more.

    \b
    Examples:
      fullhouse owner-link
      fullhouse owner-link --house https://house.example --token TOKEN
    """
    facts = house_of(settings, house, token).ask("POST", "/api/owner-link")
    click.echo(json.dumps(facts) if as_json else _sentence(facts))


def _sentence(facts: Facts) -> str:
    until = facts.get("ends_at")
    how_long = f"Until {until}, and once." if until else "It works once."
    return (
        f"{facts.get('link')}\n{how_long} Whoever opens it owns the house: give it to nobody else."
    )
