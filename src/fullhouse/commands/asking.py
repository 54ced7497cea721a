"""A shell: the options of commands that ask a house, and which house they mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fullhouse.calls import House
    from fullhouse.settings import Settings


def asks_a_house(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say which house it asks, and how it prints."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object."),
        click.option("--token", metavar="TOKEN", help="What opens the house at --house."),
        click.option("--house", metavar="URL", help="A house elsewhere, with --token."),
    ):
        command = option(command)
    return command


def house_of(settings: Settings, url: str | None, token: str | None, patience: float = 0) -> House:
    """Return the house that is meant: the one named, or the one that `up` runs on this data."""
    from fullhouse.calls import House, running_house

    if url is None:
        return running_house(settings.data.expanduser(), patience=patience)
    if token is None and not settings.admin_token:
        raise click.UsageError("--house needs --token, or FULLHOUSE_ADMIN_TOKEN.")
    return House(url, token or settings.admin_token)
