"""Filler is made once and then read, whatever lies in its place."""

from pathlib import Path

import pytest

from fullhouse.media import PACKETS_PER_PART, Rendition
from fullhouse.programme.filler import Filler, FillerKind
from fullhouse.up import filler_file
from fullhouse.up.filler_file import build_in, kept_filler

NO_PACKAGE = Path("/nowhere")


def tiny_filler() -> Filler:
    loop = {each: (b"x",) * PACKETS_PER_PART[each] for each in Rendition}
    return Filler(dict.fromkeys(FillerKind, loop))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Filler]:
    """Stand in for the encoder, which takes seconds; the list holds what it has made."""
    made: list[Filler] = []

    def make() -> Filler:
        made.append(tiny_filler())
        return made[-1]

    monkeypatch.setattr(filler_file, "_make", make)
    return made


def test_it_is_made_once_and_then_read(tmp_path: Path, made: list[Filler]) -> None:
    first = kept_filler(tmp_path / "data", NO_PACKAGE)
    assert kept_filler(tmp_path / "data", NO_PACKAGE) == first
    assert len(made) == 1


def test_a_broken_file_is_made_again(tmp_path: Path, made: list[Filler]) -> None:
    kept_filler(tmp_path, NO_PACKAGE)
    (file,) = tmp_path.glob("filler-*.bin")
    file.write_bytes(file.read_bytes()[:-1])
    kept_filler(tmp_path, NO_PACKAGE)
    kept_filler(tmp_path, NO_PACKAGE)
    assert len(made) == 2


def test_an_outdated_file_is_replaced(tmp_path: Path, made: list[Filler]) -> None:
    (tmp_path / "filler-0.bin").write_bytes(b"old music")
    kept_filler(tmp_path, NO_PACKAGE)
    (file,) = tmp_path.glob("filler-*.bin")
    assert file.name != "filler-0.bin"
    assert len(made) == 1


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path, made: list[Filler]) -> None:
    (tmp_path / "file").touch()
    assert kept_filler(tmp_path / "file", NO_PACKAGE) == tiny_filler()
    assert len(made) == 1


def test_what_is_built_into_the_package_is_not_made_again(
    tmp_path: Path, made: list[Filler]
) -> None:
    for folder in ("package", "data"):
        (tmp_path / folder).mkdir()
    build_in(tmp_path / "package")
    build_in(tmp_path / "package")
    assert kept_filler(tmp_path / "data", tmp_path / "package") == made[0]
    assert len(made) == 1
    assert list((tmp_path / "data").iterdir()) == []
