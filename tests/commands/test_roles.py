"""Roles get what they need as plain values, say who they are, and refuse what cannot be."""

import asyncio
import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from fullhouse.cli import cli
from fullhouse.commands import roles
from fullhouse.commands.roles import bus_of, node_of, web_folder
from fullhouse.errors import Refused
from fullhouse.house import app
from fullhouse.house.api.door import Media
from fullhouse.house.relays import Relays
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


def test_the_house_is_told_what_helps_on_bad_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """TURN servers as checked values; and where sound goes, to be told to people."""
    told: dict[str, object] = {}

    async def take(**given: object) -> None:
        told.update(given)

    monkeypatch.setattr(app, "serve", take)
    monkeypatch.setattr(roles, "run_role", lambda _role, serve: asyncio.run(serve()))
    monkeypatch.setenv("FULLHOUSE_TURN_SECRET", "north")
    words = ["house", "--bus", "nats://h", "--turn-urls", "turn:t.example", "--turn-ttl", "600"]
    result = CliRunner().invoke(cli, [*words, "--media-host", "192.0.2.1"])
    assert result.exit_code == 0, result.output
    assert told["relays"] == Relays(("turn:t.example",), "north", 600)
    assert told["media"] == Media("192.0.2.1", "40000-40199")
    assert told["admin_port"] == Settings().house_admin_at
    CliRunner().invoke(cli, ["house", "--bus", "nats://h", "--media-ports", "0"])
    assert told["media"] == Media("127.0.0.1", "")


def test_a_turn_server_without_its_secret_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FULLHOUSE_TURN_SECRET", raising=False)
    result = CliRunner().invoke(
        cli, ["house", "--bus", "nats://h", "--turn-urls", "turn:t.example"]
    )
    assert result.exit_code == 2
    assert "FULLHOUSE_TURN_SECRET: turn: and turns: servers need the secret" in result.output
