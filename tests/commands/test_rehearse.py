"""What a rehearsal refuses, in one line, before anybody is bothered."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fullhouse.cli import cli
from fullhouse.commands.rehearse import STORIES
from fullhouse.errors import Refused
from fullhouse.rehearsal.script import MOST_LISTENERS, Story

NOWHERE = "http://127.0.0.1:1/demo"


def rehearse(*words: str, data: Path | None = None) -> Result:
    folder = ["--data", str(data or "nowhere")]
    environment = {"FULLHOUSE_REHEARSAL_TOKEN": ""}
    return CliRunner().invoke(cli, ["rehearse", *words, *folder], env=environment)


def test_every_story_can_be_asked_for() -> None:
    assert {story.value for story in Story} == set(STORIES)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--listeners", "0"],
        ["--listeners", "-5"],
        ["--listeners", "1000000000"],
        ["--listeners", str(MOST_LISTENERS + 1)],
        ["--listeners", "many"],
        ["--listeners", "10", "--arrive-within", "-1s"],
        ["--listeners", "10", "--arrive-within", "0"],
        ["--listeners", "10", "--hold", "9999h"],
        ["--listeners", "10", "--hold", "soon"],
        ["--listeners", "10", "--hls", "1.5"],
        ["--listeners", "10", "--pages", "-0.1"],
        ["--listeners", "10", "--pages", "nan"],
        ["--listeners", "10", "--hls", "0.7", "--stalled", "0.7"],
        ["--listeners", "10", "--processes", "0"],
        ["--listeners", "10", "--processes", "10000"],
        ["--listeners", "10", "--story", "sad"],
    ],
)
def test_nonsense_is_not_understood(words: list[str]) -> None:
    result = rehearse(NOWHERE, *words)
    assert result.exit_code == 2
    assert result.output.splitlines()[-1].startswith("Error: ")


def test_without_a_token_nothing_is_aimed_at(tmp_path: Path) -> None:
    result = rehearse(NOWHERE, "--listeners", "10", data=tmp_path)
    assert isinstance(result.exception, Refused)
    assert result.exception.code == "no_token"


def run_file(folder: Path, **more: object) -> Path:
    (folder / "run.json").write_text(json.dumps({"rehearsal_token": "north", **more}))
    return folder


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (NOWHERE, "nobody_there"),
        ("http://no-such-host.invalid/demo", "nobody_there"),
        ("https://127.0.0.1/demo", "no_room"),
        ("http://127.0.0.1:1", "no_room"),
        ("demo", "no_room"),
    ],
)
def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path, url: str, code: str) -> None:
    result = rehearse(url, "--listeners", "10", data=run_file(tmp_path))
    assert isinstance(result.exception, Refused)
    assert result.exception.code == code
    assert "\n" not in result.exception.message


def test_a_report_that_cannot_be_written_is_known_before(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    out = str(tmp_path / "file" / "below")
    result = rehearse(NOWHERE, "--listeners", "10", "--out", out, data=run_file(tmp_path))
    assert isinstance(result.exception, Refused)
    assert result.exception.code == "unwritable"
