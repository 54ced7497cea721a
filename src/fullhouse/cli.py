"""A shell: the command line. Commands are imported when they are named, so that help is quick."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final, NoReturn

import click

from fullhouse import __version__
from fullhouse.commands import frame

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "up": ("up", "Run all of Fullhouse on this machine, until Ctrl-C."),
    "room": ("rooms", "Make a room, look at it, open its doors, end it."),
    "owner-link": ("owner", "Print a link that makes an owner of the house, once."),
    "speak": ("sound", "Speak a sound file into a room, in real time."),
    "listen": ("sound", "Listen to a room in the terminal."),
    "doctor": ("doctor", "Find what would stop this machine, and at how many listeners."),
    "plan": ("plan", "Turn an audience into machines, by figures measured here."),
    "rehearse": ("rehearse", "Let a crowd of real listeners come, and say whether all would hear."),
    "log": ("log", "Show what people asked of the house, and check the log of it."),
    "house": ("roles", "Run the house alone (one role, for many machines)."),
    "stage": ("roles", "Run a stage node alone (one role, for many machines)."),
    "source": ("roles", "Run the port for Icecast sources alone (one role, for many machines)."),
    "edge": ("roles", "Run one edge worker alone (one role, for many machines)."),
}
"""For each command the module it is in and what it does, in the order of use."""


class Commands(click.Group):
    """The commands, each imported when it is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"fullhouse.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fullhouse")
def cli() -> None:
    """Live audio rooms of your own: a few people talk, very many listen through one link.

    \b
    Start here:
      fullhouse up --demo                  all on this machine, with a room to try
      fullhouse room create hello          make a room: prints its links and keys
      fullhouse speak hello talk.mp3       speak a file into it
      fullhouse listen http://127.0.0.1:8000/hello

    Every option can also be said in the environment: --edge-port 80 or FULLHOUSE_EDGE_PORT=80.
    Exit codes: 0 done, 1 refused (one line on stderr says why), 2 not understood.
    """


def main(words: list[str] | None = None) -> NoReturn:
    """Run what the command line asks for."""
    frame.run(cli, words)
