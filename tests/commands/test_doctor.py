"""`fullhouse doctor` looks at the real machine, and its exit code says whether an audience fits."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fullhouse.cli import cli


def doctor(data: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["doctor", "--data", str(data), *words])


def test_this_machine_is_looked_at_whole_and_nothing_is_left_behind(tmp_path: Path) -> None:
    done = doctor(tmp_path, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    names = {check["name"] for check in told["checks"]}
    for word in (
        "open files", "TCP", "wait to be let in", "firewall", "ports", "memory", "io_uring",
        "clock", "disk", "UDP", "fullhouse up", "in front", "processor",
    ):  # fmt: skip
        assert any(word in name for name in names), word
    assert told["carried"] is True
    assert told["first_ceiling"]["at"] > 0
    assert list(tmp_path.iterdir()) == []


def test_an_audience_that_nothing_carries_is_told_with_code_3_and_what_to_do(
    tmp_path: Path,
) -> None:
    done = doctor(tmp_path, "--listeners", "1000000000")
    assert done.exit_code == 3
    first, *_ = done.output.splitlines()
    assert first.startswith("This machine does not carry 1,000,000,000 listeners")
    assert "What to do" in done.output


def test_a_public_address_where_nobody_answers_stops_an_audience(tmp_path: Path) -> None:
    done = doctor(tmp_path, "--listeners", "1", "--url", "http://127.0.0.1:1/room", "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["first_ceiling"] == {"name": "public address", "at": 0}


@pytest.mark.parametrize(
    "words",
    [
        ("--listeners", "0"),
        ("--listeners", "-5"),
        ("--listeners", "many"),
        ("--listeners", "99999999999"),
        ("--arrive-within", "0s"),
        ("--workers", "0"),
        ("--workers", "10000"),
        ("--url", "radio.example.org"),
        ("--url", "https://radio.example.org"),
        ("--media-ports", "9-1"),
    ],
)
def test_nonsense_is_one_clear_line_with_code_2(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = doctor(tmp_path, *words)
    assert done.exit_code == 2
    last = done.output.splitlines()[-1]
    assert last.startswith("Error: ")
    assert words[0] in last
