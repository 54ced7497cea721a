"""What is printed at the start can be read, clicked and photographed."""

import io

from rich.console import Console

from fullhouse.up.welcome import Welcome, program_name, qr_code, show

LINK = "http://192.0.2.1:8000/" + "a" * 60
WELCOME = Welcome({"Listen": LINK, "Studio": LINK + "#k"}, LINK, ("Stop: Ctrl-C",))


def shown(width: int, terminal: bool) -> str:
    text = io.StringIO()
    show(WELCOME, Console(file=text, width=width, force_terminal=terminal, color_system=None))
    return text.getvalue()


def test_a_link_is_never_broken_into_two_lines() -> None:
    for terminal in (True, False):
        text = shown(40, terminal)
        assert f"Listen  {LINK}\n" in text
        assert f"Studio  {LINK}#k\n" in text
        assert "Stop: Ctrl-C" in text


def test_the_picture_is_for_terminals_that_are_wide_enough() -> None:
    picture = qr_code(LINK).splitlines()[3]
    assert picture in shown(100, terminal=True)
    assert picture not in shown(20, terminal=True)
    assert picture not in shown(100, terminal=False)


def test_the_picture_is_square_and_has_its_quiet_border() -> None:
    lines = qr_code("http://h/").splitlines()
    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) / 2 <= len(lines) <= len(lines[0]) / 2 + 1


def test_hints_name_the_program_as_it_can_be_called() -> None:
    assert program_name("/usr/bin/fullhouse", on_path=True) == "fullhouse"
    assert program_name(".venv/bin/fullhouse", on_path=False) == ".venv/bin/fullhouse"
    assert program_name("/src/fullhouse/__main__.py", on_path=False) == "python -m fullhouse"
