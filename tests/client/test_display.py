"""What a terminal shows."""

import io

import pytest
from rich.console import Console

from fullhouse.client.display import (
    clock,
    listening,
    listening_display,
    meter,
    speaking,
    speaking_display,
)
from fullhouse.client.follow import Room
from fullhouse.client.listen import Listening
from fullhouse.client.speak import Speaking

SPEAKING = Speaking(state="speaking", seconds=61, lost=0, reconnects=0, level_db=-20)
LISTENING = Listening(
    state="listening",
    seconds=3661,
    room=Room(title="Tuesday", state="live", speaking=("Ana", "Ben"), listeners=7),
    level_db=-20,
    latency=0.456,
    parts=9,
    holes=0,
    reconnects=0,
)


def shown(table: object) -> str:
    console = Console(file=io.StringIO(), width=100)
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_speaker_sees_level_and_place() -> None:
    text = shown(speaking("demo", "Ana", SPEAKING))
    for word in ("demo", "Ana", "on stage", "-20.0 dB", "1:01"):
        assert word in text
    assert "Came back" not in text


def test_a_speaker_sees_that_nobody_hears() -> None:
    away = Speaking(state="away", seconds=5, lost=1.5, reconnects=2, level_db=-100)
    text = shown(speaking("demo", "Ana", away))
    assert "coming back by itself" in text
    assert "1.5 s unheard" in text
    assert "silence" in text


def test_a_listener_sees_who_speaks_and_how_late() -> None:
    text = shown(listening("http://host/demo", LISTENING))
    for word in ("Tuesday", "live", "Ana, Ben", "-20.0 dB", "1:01:01", "0.46 s", "7"):
        assert word in text
    assert "Trouble" not in text


def test_a_listener_sees_trouble() -> None:
    lost = Listening("away", 0, Room(), -100, None, 0, 3, 2)
    text = shown(listening("http://host/demo", lost))
    for word in ("http://host/demo", "connection lost", "nobody", "3 gaps, 2 reconnects"):
        assert word in text


def test_names_are_text_and_not_markup() -> None:
    room = Room(title="[red]x[/red]", speaking=("[bold]Ana",))
    text = shown(listening("u", Listening("listening", 0, room, -9, None, 0, 0, 0)))
    assert "[red]x[/red]" in text
    assert "[bold]Ana" in text


@pytest.mark.parametrize("db", [-100.0, -60.0, -30.0, -3.0, 3.0])
def test_a_meter_is_always_as_wide(db: float) -> None:
    bars = meter(db).plain
    assert bars.count("█") + bars.count("░") == 30


def test_time_is_written_as_people_do() -> None:
    assert (clock(0), clock(59.9), clock(600), clock(3600)) == ("0:00", "0:59", "10:00", "1:00:00")


def test_without_a_terminal_nothing_is_shown() -> None:
    console = Console(file=io.StringIO())
    with speaking_display("demo", "Ana", console) as show:
        assert show is None
    with listening_display("url", console) as hear:
        assert hear is None


def test_on_a_terminal_it_is_drawn_and_wiped_away() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with speaking_display("demo", "Ana", console) as show:
        assert show is not None
        show(SPEAKING)
    with listening_display("url", console) as hear:
        assert hear is not None
        hear(LISTENING)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "on stage" in text
    assert "Ana, Ben" in text
