"""Commands get checked settings, and what goes wrong is one line and an exit code."""

import subprocess
import sys
from collections.abc import Callable

import click
import pytest

from fullhouse.commands.frame import SettingsCommand, run
from fullhouse.errors import UnknownRoom
from fullhouse.settings import Settings


def outcome(words: list[str], does: Callable[[Settings], None]) -> int:
    """Run a command that does this; return the exit code."""

    @click.group()
    def group() -> None:
        pass

    @group.command("go", cls=SettingsCommand, knobs=("workers",))
    def go(settings: Settings) -> None:
        does(settings)

    with pytest.raises(SystemExit) as end:
        run(group, words)
    assert isinstance(end.value.code, int)
    return end.value.code


def nothing(_: Settings) -> None:
    pass


def raising(error: BaseException) -> Callable[[Settings], None]:
    def does(_: Settings) -> None:
        raise error

    return does


def test_the_command_line_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FULLHOUSE_WORKERS", "3")
    monkeypatch.setenv("FULLHOUSE_SEATS", "5")
    seen: list[Settings] = []
    assert outcome(["go", "--workers", "4"], seen.append) == 0
    assert (seen[0].workers, seen[0].seats) == (4, 5)


def test_a_value_that_cannot_be_is_named_with_its_option(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert outcome(["go", "--workers", "0"], nothing) == 2
    assert "--workers: Input should be greater than or equal to 1." in capsys.readouterr().err


def test_a_value_from_the_environment_is_named_with_its_variable(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FULLHOUSE_WORKERS", "many")
    assert outcome(["go"], nothing) == 2
    assert "FULLHOUSE_WORKERS: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UnknownRoom(), "fullhouse: There is no room of that name here."),
        (ExceptionGroup("", [ValueError("x"), UnknownRoom("no\x1b[2J")]), "fullhouse: no\\x1b[2J"),
        (FileNotFoundError(2, "No such file or directory", "a.wav"),
         "fullhouse: a.wav: No such file or directory"),
        (OSError(98, "Address already in use"), "fullhouse: Address already in use"),
        (ZeroDivisionError("Bearer abc"),
         "fullhouse: Unexpected ZeroDivisionError: Bearer *** (more with --log-level debug)"),
    ],
)  # fmt: skip
def test_whatever_goes_wrong_is_one_line(
    error: BaseException, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["go"], raising(error)) == 1
    assert capsys.readouterr().err == line + "\n"


def test_with_debug_an_unexpected_error_shows_where_it_happened() -> None:
    program = (
        "import click\n"
        "from fullhouse.commands.frame import SettingsCommand, run\n"
        "group = click.Group()\n"
        "@group.command('go', cls=SettingsCommand)\n"
        "def go(settings): 1 / 0\n"
        "run(group, ['go', '--log-level', 'debug'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)  # noqa: PLW1510
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("fullhouse: Unexpected ZeroDivisionError")


def test_ctrl_c_is_not_an_error_to_tell(capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["go"], raising(KeyboardInterrupt())) == 130
    assert capsys.readouterr().err.strip() == ""
