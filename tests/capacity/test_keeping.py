"""Figures outlive the command that measured them, on the machine where they were measured."""

from pathlib import Path

import pytest

from fullhouse.capacity.figures import pack
from fullhouse.capacity.keeping import NAME, keep_figures, kept_figures, read_figures
from fullhouse.errors import Refused
from tests.capacity.made import FIGURES, MACHINE


def test_kept_figures_are_found_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert kept_figures(data, MACHINE.hardware()) is None
    assert keep_figures(data, FIGURES) == str(data / NAME)
    assert kept_figures(data, MACHINE.hardware()) == FIGURES
    assert read_figures(data / NAME) == FIGURES


def test_figures_of_another_machine_do_not_count(tmp_path: Path) -> None:
    keep_figures(tmp_path, FIGURES)
    assert kept_figures(tmp_path, {"cpu": "Another processor", "cores": 2.0}) is None


def test_a_folder_that_cannot_be_written_keeps_nothing_and_breaks_nothing() -> None:
    assert keep_figures(Path("/proc/fullhouse"), FIGURES) == ""


@pytest.mark.parametrize("raw", [b"", b"{}", b"\xff\xfe", pack(FIGURES).encode()[:100]])
def test_a_file_that_holds_none_is_refused_in_one_line(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / NAME
    file.write_bytes(raw)
    with pytest.raises(Refused, match="holds no figures"):
        read_figures(file)
    assert kept_figures(tmp_path, MACHINE.hardware()) is None


def test_a_file_that_is_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read: no such file"):
        read_figures(tmp_path / "none")
