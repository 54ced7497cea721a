"""The command line is understood by a stranger, and quick."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from fullhouse.cli import COMMANDS, cli

SLOW = ("aiortc", "asyncio", "av", "fastapi", "httpx", "nats", "numpy", "pydantic", "structlog")


def help_of(*words: str) -> str:
    done = CliRunner().invoke(cli, [*words, "--help"])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_says_what_it_does(name: str) -> None:
    assert COMMANDS[name][1].rstrip(".").split(" (")[0] in " ".join(help_of().split())
    assert name in help_of(name)


@pytest.mark.parametrize(
    "words", [(), ("up",), ("room",), ("room", "create"), ("speak",), ("listen",), ("rehearse",)]
)
def test_help_shows_by_example(words: tuple[str, ...]) -> None:
    assert f"  fullhouse {' '.join(words)}".rstrip() in help_of(*words)


def test_the_list_says_what_the_commands_say_themselves() -> None:
    context = click.Context(cli)
    for name, (_, about) in COMMANDS.items():
        command = cli.get_command(context, name)
        assert command is not None
        assert command.help is not None
        assert command.help.startswith(about.split(" (")[0].rstrip(".,")), name


def test_help_imports_nothing_that_is_slow() -> None:
    """Measured: 0.05 s, of which Python itself takes 0.02."""
    program = (
        "import sys; from fullhouse.cli import main\n"
        "try: main(['--help'])\n"
        f"except SystemExit: print([name for name in sys.modules if name in {SLOW}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("words", [["sing"], ["--loud"], ["up", "--workers"], ["room", "create"]])
def test_what_is_not_understood_is_said_with_code_2(words: list[str]) -> None:
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2
    assert "Error:" in done.output
