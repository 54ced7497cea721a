"""A shell: `fullhouse log …`: whether the log is whole, asked of the database itself.

Not of a running house: whoever doubts the one would not believe the other.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from fullhouse.commands.frame import SettingsCommand
from fullhouse.errors import Refused

if TYPE_CHECKING:
    from fullhouse.settings import Settings


@click.group()
def log() -> None:
    """Check the log of what people asked."""


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
