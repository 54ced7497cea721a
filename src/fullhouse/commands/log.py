"""A shell: `fullhouse log …`: what was asked of the house, and whether the log is whole.

The latter is asked of the database itself: whoever doubts would not believe a house that runs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from fullhouse.commands.asking import asks_a_house, house_of
from fullhouse.commands.frame import SettingsCommand
from fullhouse.commands.rooms import lines_of_log
from fullhouse.errors import Refused

if TYPE_CHECKING:
    from fullhouse.settings import Settings


@click.group()
def log() -> None:
    """Show what people asked of the house, and check the log of it."""


@log.command(cls=SettingsCommand)
@click.option(
    "--most", type=click.IntRange(1, 500), default=100, show_default=True, help="Lines at the most."
)
@asks_a_house
def show(
    settings: Settings, most: int, house: str | None, token: str | None, as_json: bool
) -> None:
    """Show who asked what of the house: accounts, tokens, sign-ins. The newest is last.

    What was asked of a room is shown by fullhouse room log.
    """
    facts = house_of(settings, house, token).ask("GET", f"/api/log?most={most}")
    click.echo(json.dumps(facts) if as_json else lines_of_log(facts))


@log.command(cls=SettingsCommand)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(settings: Settings, as_json: bool) -> None:
    """Check that no line of the log was changed, left out or put in.

    Reads the database of the data folder, or FULLHOUSE_DATABASE, whether or not a house runs.
    Keep the number and the hash that it prints somewhere else: a log that later has another hash
    at that number, or no such line, is not the one that you have checked.

    \b
    Examples:
      fullhouse log verify
      fullhouse log verify --data /var/lib/fullhouse
    """
    from fullhouse.house.database import Database, NotStored, file_in, open_engine
    from fullhouse.house.logbook import verify as verified

    data = settings.data.expanduser()
    if not settings.database and not (data / "rooms.db").exists():
        raise Refused(f"There is no rooms.db in {data}. Name its folder with --data.")
    # As it is: whoever checks a database does not change its tables.
    database = Database(open_engine(settings.database or file_in(data)))
    try:
        newest, broken = database.read_now(verified)
    except NotStored as error:
        raise Refused("There is no log to be read in that database.", code="no_log") from error
    finally:
        database.close()
    if broken is not None:
        raise Refused(f"The log is broken at line {broken}: it is not what was written.")
    number, hash_ = (0, "") if newest is None else (newest.line.number, newest.hash)
    if as_json:
        click.echo(json.dumps({"lines": number, "hash": hash_}))
    else:
        click.echo(f"The log is whole: {number} lines, the newest {hash_ or 'none'}.")
