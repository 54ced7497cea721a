"""`make test` runs checks beside the tests: each is shown, and one that fails fails all."""

import subprocess
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[1] / "tools" / "beside.sh"


def beside(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([BESIDE, *words], capture_output=True, text=True, timeout=20, check=False)


def test_what_checks_say_is_shown_beside_what_is_watched() -> None:
    done = beside("echo one", "echo two >&2", "--", "echo", "three")
    assert done.returncode == 0
    assert sorted(done.stdout.split()) == ["one", "three", "two"]


@pytest.mark.parametrize(
    "words",
    [("echo why; false", "true", "--", "true"), ("true", "--", "sh", "-c", "echo why; exit 3")],
)
def test_one_that_fails_fails_all_and_is_named(words: tuple[str, ...]) -> None:
    done = beside(*words)
    assert done.returncode == 1
    assert done.stdout == "why\n"
    assert done.stderr.startswith("failed: ")
    assert done.stderr.count("\n") == 1
