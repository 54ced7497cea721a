"""A shell: what a rehearsal shows while it runs: a picture on a terminal, else a line each 5 s.

All of it goes to stderr, so that stdout belongs to the verdict.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from fullhouse.rehearsal.findings import Progress
from fullhouse.rehearsal.saying import count, seconds, several, share
from fullhouse.rehearsal.symptoms import IN_WORDS
from fullhouse.rehearsal.verdict import Bars

BARS: Final = Bars()
EVERY: Final = 5
"""Seconds between two plain lines."""
WIDTH: Final = 40
KEPT: Final = WIDTH
"""Seconds that the joins' little figure shows."""
HEIGHTS: Final = " ▁▂▃▄▅▆▇█"

Show = Callable[[Progress], None]


@contextmanager
def watching(url: str, console: Console | None = None, *, quiet: bool = False) -> Iterator[Show]:
    """Show how a rehearsal goes; gives what wants to be told about once a second.

    Args:
        console: None: one on stderr.
        quiet: show nothing.
    """
    console = console or Console(stderr=True)
    if quiet:
        yield lambda _: None
    elif console.is_terminal:
        with Live(console=console, auto_refresh=False, transient=True) as live:
            yield _picturing(url, live)
    else:
        yield _writing(console)


def _picturing(url: str, live: Live) -> Show:
    joins: deque[int] = deque(maxlen=KEPT)

    def show(progress: Progress) -> None:
        joins.append(progress.newest.joined)
        live.update(picture(url, progress, joins), refresh=True)

    return show


def _writing(console: Console) -> Show:
    last = -EVERY

    def show(progress: Progress) -> None:
        nonlocal last
        if progress.newest.at - last >= EVERY:
            last = progress.newest.at
            console.print(line(progress), markup=False, highlight=False, soft_wrap=True)

    return show


def line(progress: Progress) -> str:
    """Return how it goes in one line, for logs."""
    newest = progress.newest
    told = [
        f"{seconds(newest.at)} of {seconds(progress.lasts)}, {progress.phase}",
        f"{count(progress.arrived)} of {count(progress.asked)} came",
        f"{count(newest.joined)} joined this second",
        f"{count(newest.hearing)} hear",
        f"{count(newest.gaps)} without sound",
        several(sum(progress.troubles.values()), "trouble"),
        f"own lag {seconds(newest.lag)}",
    ]
    if progress.lowered:
        told.append(f"lowered: {_plain(progress.lowered)}")
    return "; ".join(told)


def picture(url: str, progress: Progress, joins: Sequence[int]) -> Table:
    """Return the picture of a rehearsal.

    Args:
        joins: in each of the last seconds, the newest last.
    """
    newest = progress.newest
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    rows = [
        ("Rehearsing", Text(_plain(url))),
        ("Time", _bar(newest.at, progress.lasts, f"{seconds(newest.at)}, {progress.phase}")),
        (
            "Came",
            _bar(
                progress.arrived,
                progress.asked,
                f"{count(progress.arrived)} of {count(progress.asked)}",
            ),
        ),
        ("Joins", Text(f"{_heights(joins)} {count(newest.joined)} a second")),
        ("Hear now", Text(count(newest.hearing), "bold")),
        ("First sound", _judged(newest.first_sound, BARS.first_sound)),
        ("Without sound", Text(count(newest.gaps), "red" if newest.gaps else "green")),
        ("Troubles", _troubles(progress)),
        ("Own lag", _judged(newest.lag, BARS.own_lag)),
    ]
    if progress.lowered:
        rows.append(("Lowered", Text(_plain(progress.lowered), "yellow")))
    for name, value in rows:
        table.add_row(name, value)
    return table


def _bar(done: float, whole: float, words: str) -> Text:
    full = round(WIDTH * min(1.0, max(0.0, done / whole))) if whole > 0 else 0
    return Text.assemble(("█" * full, "green"), ("░" * (WIDTH - full), "dim"), f" {words}")


def _heights(values: Sequence[int]) -> str:
    """Return values as a row of little columns, the newest at the right."""
    most = max((*values, 1))
    steps = len(HEIGHTS) - 1
    columns = (HEIGHTS[-(-max(0, value) * steps // most)] for value in values)
    return "".join(columns).rjust(WIDTH)


def _judged(time: float, bar: float) -> Text:
    style = "green" if time <= bar / 2 else "yellow" if time <= bar else "red"
    return Text.assemble((seconds(time), style), (f"  at most {seconds(bar)}", "dim"))


def _troubles(progress: Progress) -> Text:
    told = [(n, IN_WORDS[trouble]) for trouble, n in progress.troubles.items() if n]
    if not told:
        return Text("none", "green")
    whole = share(max(n for n, _ in told) / max(1, progress.arrived))
    words = ", ".join(f"{count(n)} {words}" for n, words in sorted(told, reverse=True))
    return Text(f"{words} ({whole})", "red")


def _plain(text: str) -> str:
    """Return what somebody else said, without anything that a terminal would obey."""
    return "".join(char if char.isprintable() else "�" for char in text)
