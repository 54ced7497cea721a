"""A shell: what `speak` and `listen` show on a terminal; nothing where there is none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from fullhouse.client.listen import Listening
from fullhouse.client.meter import bar
from fullhouse.client.speak import Speaking

METER_WIDTH: Final = 30
LOUD_DB: Final = -6.0
GOOD_DB: Final = -30.0
IN_WORDS: Final = {
    "scheduled": "not begun yet",
    "doors": "doors are open, it begins soon",
    "live": "live",
    "silent": "live, nobody speaks",
    "interrupted": "interrupted, it will go on",
    "ended": "ended",
}


@contextmanager
def speaking_display(
    room: str, name: str, console: Console | None = None
) -> Iterator[Callable[[Speaking], None] | None]:
    """Show how speaking goes; gives what `speak` wants as `on_progress`."""
    with _live(console) as show:
        yield None if show is None else lambda progress: show(speaking(room, name, progress))


@contextmanager
def listening_display(
    url: str, console: Console | None = None
) -> Iterator[Callable[[Listening], None] | None]:
    """Show how listening goes; gives what `listen` wants as `on_progress`."""
    with _live(console) as show:
        yield None if show is None else lambda progress: show(listening(url, progress))


@contextmanager
def _live(console: Console | None) -> Iterator[Callable[[Table], None] | None]:
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield lambda table: live.update(table, refresh=True)


def speaking(room: str, name: str, progress: Speaking) -> Table:
    """Return the picture of a speaker."""
    if progress.state == "away":
        state = Text("the stage is away, coming back by itself", "yellow")
    else:
        state = Text("on stage", "green")
    rows = [
        ("Room", Text(room)),
        ("Speaks as", Text(name)),
        ("State", state),
        ("Level", meter(progress.level_db)),
        ("Spoken", Text(clock(progress.seconds))),
    ]
    if progress.reconnects or progress.lost:
        rows.append(("Came back", Text(f"{progress.reconnects} ×, {progress.lost:.1f} s unheard")))
    return _table(rows)


def listening(url: str, progress: Listening) -> Table:
    """Return the picture of a listener."""
    room = progress.room
    words = IN_WORDS.get(room.state, room.state or "…")
    state = Text(f"{words} ({room.reason})" if room.reason else words)
    if progress.state == "away":
        state = Text("connection lost, coming back by itself", "yellow")
    late = progress.latency
    arrives = "" if late is None else f", arrives {late:.2f} s after it was said"
    rows = [
        ("Room", Text(room.title or url)),
        ("State", state),
        ("Speaks", Text(", ".join(room.speaking) or "nobody")),
        ("Level", meter(progress.level_db)),
        ("Heard", Text(clock(progress.seconds) + arrives)),
    ]
    if room.listeners is not None:
        rows.append(("Listeners", Text(str(room.listeners))))
    if progress.holes or progress.reconnects:
        rows.append(("Trouble", Text(f"{progress.holes} gaps, {progress.reconnects} reconnects")))
    return _table(rows)


def meter(db: float) -> Text:
    """Return a level meter."""
    full = bar(db, METER_WIDTH)
    style = "red" if db > LOUD_DB else "green" if db > GOOD_DB else "yellow"
    level = f" {db:5.1f} dB" if db > -100 else "  silence"
    return Text.assemble(("█" * full, style), ("░" * (METER_WIDTH - full), "dim"), level)


def clock(seconds: float) -> str:
    """Return a duration as people write it: 1:02:03 or 2:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _table(rows: list[tuple[str, Text]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for label, text in rows:
        table.add_row(label, text)
    return table
