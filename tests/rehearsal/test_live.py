"""What a rehearsal shows while it runs."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from fullhouse.rehearsal.findings import Progress, Second, Trouble
from fullhouse.rehearsal.live import line, picture, watching

NEWEST = Second(
    at=12, arrived=140, joined=120, troubled=3, hearing=1_450, gaps=2, lag=0.004, first_sound=0.08
)
RUNNING = Progress("arriving", 90.0, 2_000, 1_500, 1_450, NEWEST)
TROUBLED = replace(
    RUNNING,
    troubles={Trouble.FULL: 48, Trouble.REFUSED: 2},
    lowered="Sound comes in larger pieces.",
)


def console(*, terminal: bool) -> Console:
    """Return a console that writes to memory."""
    return Console(file=io.StringIO(), force_terminal=terminal, width=100)


def written(on: Console) -> str:
    """Return all that was written."""
    assert isinstance(on.file, io.StringIO)
    return on.file.getvalue()


def drawn(progress: Progress, joins: list[int], url: str = "http://h/evening") -> str:
    """Return the picture as text."""
    on = console(terminal=False)
    on.print(picture(url, progress, joins))
    return written(on)


def test_a_line_says_how_it_goes_without_a_terminal() -> None:
    """All numbers that matter, in one line that can be searched."""
    assert line(RUNNING) == (
        "12 s of 90 s, arriving; 1,500 of 2,000 came; 120 joined this second; 1,450 hear; "
        "2 without sound; 0 troubles; own lag 4 ms"
    )
    assert line(TROUBLED).endswith(
        "50 troubles; own lag 4 ms; lowered: Sound comes in larger pieces."
    )


def test_without_a_terminal_a_line_comes_every_five_seconds() -> None:
    """A log of an hour is not 3,600 lines."""
    on = console(terminal=False)
    with watching("http://h/evening", on) as show:
        for at in range(12):
            show(replace(RUNNING, newest=replace(NEWEST, at=at)))
    lines = written(on).splitlines()
    assert [text.split(" of")[0] for text in lines] == ["0 ms", "5 s", "10 s"]


@pytest.mark.parametrize("terminal", [True, False])
def test_a_quiet_rehearsal_shows_nothing(terminal: bool) -> None:
    """Who asks for JSON gets that alone."""
    on = console(terminal=terminal)
    with watching("http://h/evening", on, quiet=True) as show:
        show(TROUBLED)
    assert written(on) == ""


def test_nothing_is_written_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    """It belongs to the verdict."""
    with watching("http://h/evening") as show:
        show(RUNNING)
    told = capsys.readouterr()
    assert told.out == ""
    assert "1,450 hear" in told.err


def test_a_terminal_shows_a_picture_and_leaves_none_behind() -> None:
    """The verdict follows: what it came to matters more than how it looked on the way."""
    on = console(terminal=True)
    with watching("http://h/evening", on) as show:
        show(RUNNING)
        assert "http://h/evening" in written(on)
    assert written(on).rstrip().endswith("\x1b[2K")


def test_the_picture_says_who_hears_and_what_goes_wrong() -> None:
    """Progress, joins, gaps, troubles by their words, own lag, what the server lowers."""
    text = drawn(TROUBLED, [10, 120])
    for words in (
        "1,500 of 2,000", "▁█ 120 a second", "1,450", "at most 2 s", "at most 20 ms",
        "48 were told that every place is taken, 2 were refused a connection (3.2 %)",
        "Sound comes in larger pieces.",
    ):  # fmt: skip
        assert words in " ".join(text.split()), words


def test_a_picture_of_nothing_yet_can_be_drawn() -> None:
    """The first second: nobody has come, and how long it lasts is not known."""
    assert "none" in drawn(Progress("arriving", 0.0, 0, 0, 0, Second(0)), [])


def test_what_others_say_cannot_command_the_terminal() -> None:
    """A server's sentence is shown, not obeyed."""
    text = drawn(replace(RUNNING, lowered="\x1b[31mred\x07"), [1], url="http://h/\x1b]0;x")
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\x1b" not in line(replace(RUNNING, lowered="\x1b[2J"))
