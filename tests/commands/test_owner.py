"""`fullhouse owner-link` prints what the house says."""

import json

import pytest
from click.testing import CliRunner

from fullhouse.calls import Facts, House
from fullhouse.cli import cli

FIRST = {"link": "http://house/#first=secret", "ends_at": None}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """Answer in a house's place; return what was asked."""
    asked: list[tuple[str, str, str]] = []

    def answer(self: House, method: str, path: str, body: Facts | None = None) -> Facts:
        asked.append((self.url, method, path))
        return FIRST if "first" in self.url else {**FIRST, "ends_at": "2030-01-01T00:00:00Z"}

    monkeypatch.setattr(House, "ask", answer)
    return asked


def run(*words: str) -> str:
    result = CliRunner().invoke(cli, ["owner-link", *words, "--token", "t"])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_link_comes_first_and_alone_on_its_line(asked: list[tuple[str, str, str]]) -> None:
    lines = run("--house", "http://first").splitlines()
    assert lines[0] == FIRST["link"]
    assert "works once" in lines[1]
    assert asked == [("http://first", "POST", "/api/owner-link")]


def test_a_link_that_runs_out_says_when(asked: list[tuple[str, str, str]]) -> None:
    assert "Until 2030-01-01T00:00:00Z" in run("--house", "http://later")


def test_programs_get_one_object(asked: list[tuple[str, str, str]]) -> None:
    assert json.loads(run("--house", "http://first", "--json")) == FIRST
