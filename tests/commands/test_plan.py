"""`fullhouse plan` answers from kept figures at once, and measures where there are none."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fullhouse.capacity.figures import pack
from fullhouse.capacity.keeping import NAME, keep_figures
from fullhouse.capacity.reading import read_machine
from fullhouse.cli import cli
from fullhouse.commands import plan as the_command
from tests.capacity.made import FIGURES


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    file = tmp_path / "figures.json"
    file.write_text(pack(FIGURES))
    return file


def plan(*words: str) -> Result:
    return CliRunner().invoke(cli, ["plan", *words])


def test_a_million_is_answered_in_the_first_line(figures: Path) -> None:
    done = plan("--listeners", "1000000", "--gbit", "10", "--no-calibrate", str(figures))
    assert done.exit_code == 0, done.output
    first, *rest = done.output.splitlines()
    assert first.startswith("1,000,000 listeners of aac who arrive within 60 s: ")
    assert "First to be short:" in "".join([first, *rest[:2]])
    for seconds in ("0.32 s", "0.96 s", "3.84 s", "9.60 s"):
        assert seconds in done.output
    assert "Assumed, not measured" in done.output
    assert FIGURES.measured in done.output


def test_programs_get_one_object(figures: Path) -> None:
    words = ("--listeners", "5000", "--arrive-within", "5m", "--rendition", "opus-low",
             "--cadence", "12", "--cores", "8", "--json")  # fmt: skip
    told = json.loads(plan(*words, "--no-calibrate", str(figures)).stdout)
    assert (told["cadence"], told["rendition"], told["arrive_within"]) == (12, "opus-low", 300)
    assert told["edge"]["cores"] == 8
    assert told["figures"]["measured"] == FIGURES.measured


def test_kept_figures_are_taken_and_new_ones_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The measurement itself is tests/capacity/test_calibrate.py's."""
    measured = []

    def measure(*_: object) -> object:
        measured.append(1)
        return replace(FIGURES, hardware=read_machine().hardware())

    monkeypatch.setattr(the_command, "_measure", measure)
    for again in ((), (), ("--calibrate",)):
        assert plan("--listeners", "10", "--data", str(tmp_path), *again).exit_code == 0
    assert len(measured) == 2
    assert (tmp_path / NAME).exists()


def test_figures_that_other_work_disturbed_are_used_once_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disturbed = replace(FIGURES, disturbed=True, doubts=("parts came late",))
    monkeypatch.setattr(the_command, "_measure", lambda *_: disturbed)
    done = plan("--listeners", "10", "--data", str(tmp_path))
    assert done.exit_code == 0
    assert "not kept" in done.output
    assert "Doubt: parts came late." in done.output
    assert not (tmp_path / NAME).exists()


def test_figures_that_are_none_are_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "none.json"
    done = plan("--listeners", "10", "--no-calibrate", str(file))
    assert done.exit_code == 1
    file.write_text("{}")
    assert "holds no figures" in str(
        plan("--listeners", "10", "--no-calibrate", str(file)).exception
    )


@pytest.mark.parametrize(
    "words",
    [
        ("--listeners", "0"),
        ("--listeners", "1e6"),
        ("--arrive-within", "never"),
        ("--arrive-within", "0s"),
        ("--rendition", "mp3"),
        ("--cadence", "2"),
        ("--cores", "0"),
        ("--cores", "-1"),
        ("--cores", "nan"),
        ("--cores", "1e9"),
        ("--gbit", "0"),
        ("--gbit", "inf"),
        ("--gbit", "fast"),
    ],
)
def test_nonsense_is_one_clear_line_with_code_2(figures: Path, words: tuple[str, ...]) -> None:
    done = plan("--listeners", "1000", "--no-calibrate", str(figures), *words)
    assert done.exit_code == 2
    last = done.output.splitlines()[-1]
    assert last.startswith("Error: ")
    assert words[0] in last


def test_an_audience_must_be_named_and_a_file_excludes_measuring(figures: Path) -> None:
    assert plan().exit_code == 2
    done = plan("--listeners", "10", "--calibrate", "--no-calibrate", str(figures))
    assert done.exit_code == 2
    assert "exclude each other" in done.output


def test_kept_figures_are_those_of_this_machine(tmp_path: Path) -> None:
    keep_figures(tmp_path, FIGURES)
    assert (tmp_path / NAME).read_text() == pack(FIGURES)
