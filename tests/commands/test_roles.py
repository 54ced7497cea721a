"""Roles get what they need as plain values, say who they are, and refuse what cannot be."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from fullhouse.cli import cli
from fullhouse.commands.roles import bus_of, node_of, web_folder
from fullhouse.errors import Refused
from fullhouse.settings import Settings

HEAD = """
from fullhouse.commands.roles import run_role
from fullhouse.errors import Refused
from fullhouse.logs import set_up_logs
set_up_logs("json", "info")
async def refuses():
    raise ExceptionGroup("tasks", [Refused("no")])
async def breaks():
    1 / 0
"""


def logged(serve: str) -> list[dict[str, object]]:
    """Return what a role logs before it ends with an exception."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + f"run_role('edge-7', {serve})"],
        capture_output=True, text=True, timeout=20, check=False, env=os.environ,
    )  # fmt: skip
    assert done.returncode == 1
    return [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]


def test_a_bug_is_logged_with_its_traceback_and_the_roles_name() -> None:
    (line,) = logged("breaks")
    assert (line["event"], line["level"], line["role"]) == ("ended by a bug", "error", "edge-7")
    assert "ZeroDivisionError" in str(line["exception"])


def test_a_refusal_is_no_bug() -> None:
    assert logged("refuses") == []


@pytest.mark.parametrize("role", ["stage", "source"])
def test_a_role_alone_needs_a_bus(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FULLHOUSE_BUS", raising=False)
    result = CliRunner().invoke(cli, [role])
    assert isinstance(result.exception, Refused)
    assert "--bus" in result.exception.message


def test_the_bus_is_the_one_that_is_named() -> None:
    assert bus_of(Settings(bus="nats://h")) == "nats://h"


def test_a_machine_has_the_name_that_it_is_given_or_its_own() -> None:
    assert node_of(Settings(node="n")) == "n"
    assert node_of(Settings()) == os.uname().nodename


def test_the_pages_are_in_the_package() -> None:
    assert web_folder().parent.name == "fullhouse"
