"""`make test` asks the few tests that failed once more, and believes no test that fails twice."""

from pathlib import Path

import pytest

from tools.suite import MOST_ASKED_AGAIN, failed_tests, run

SLOW = """
from pathlib import Path

def test_late_once():
    seen = Path(__file__).with_suffix(".seen")
    late = not seen.exists()
    seen.touch()
    assert not late
"""
RIGHT = "def test_right(): pass\n"
WRONG = "def test_wrong(): assert False\n"
PARTS = (("test_one.py",), ("test_two.py",))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder whose tests start sooner than ours: without any plugin."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def suite(folder: Path, one: str, two: str) -> int:
    (folder / "test_one.py").write_text(one)
    (folder / "test_two.py").write_text(two)
    return run(PARTS, folder)


def test_all_parts_pass(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert suite(folder, RIGHT, RIGHT) == 0
    assert capfd.readouterr().out.count("1 passed") == 2


def test_who_was_late_once_is_asked_again_and_named(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What failed in an earlier run of all is forgotten, whatever became of it."""
    assert suite(folder, WRONG, RIGHT) == 1
    assert suite(folder, SLOW, RIGHT) == 0
    told = capfd.readouterr().out
    assert told.endswith("asked twice, right when alone:\n  test_one.py::test_late_once\n")
    assert failed_tests(folder) == []


@pytest.mark.parametrize(("one", "two"), [(WRONG, RIGHT), (SLOW, WRONG)])
def test_who_fails_twice_fails_all(folder: Path, one: str, two: str) -> None:
    assert suite(folder, one, two) == 1
    assert failed_tests(folder)[-1].endswith("test_wrong")


def test_of_many_that_fail_none_is_asked_again(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    many = "".join(f"def test_{n}(): assert False\n" for n in range(MOST_ASKED_AGAIN + 1))
    assert suite(folder, many, RIGHT) == 1
    assert "once more" not in capfd.readouterr().out


@pytest.mark.parametrize("broken", ["import nowhere", ""])
def test_tests_that_cannot_be_read_fail_all(folder: Path, broken: str) -> None:
    """So do those that are not there."""
    assert suite(folder, RIGHT, broken) > 1
