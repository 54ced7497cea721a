"""A span of time on a command line becomes seconds, or one clear line."""

import click
import pytest
from click.testing import CliRunner

from fullhouse.commands.spans import seconds


@click.command()
@click.option("--hold", callback=seconds, default="1m")
def hold(hold: float) -> None:
    click.echo(f"{hold:g}")


@pytest.mark.parametrize(("text", "says"), [("90s", "90"), ("2m", "120"), ("45", "45")])
def test_a_span_becomes_seconds(text: str, says: str) -> None:
    assert CliRunner().invoke(hold, ["--hold", text]).output.strip() == says


def test_the_default_is_a_span_too() -> None:
    assert CliRunner().invoke(hold).output.strip() == "60"


@pytest.mark.parametrize("text", ["", "soon", "-1s", "0s", "nan", "1y"])
def test_what_is_no_span_is_said_with_code_2(text: str) -> None:
    done = CliRunner().invoke(hold, ["--hold", text])
    assert done.exit_code == 2
    assert "--hold" in done.output
