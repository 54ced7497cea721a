"""A shell: what `doctor` and `plan` show on a terminal."""

import os
from collections.abc import Sequence
from typing import Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fullhouse.capacity.check import Check, Verdict, ranked, stops
from fullhouse.capacity.figures import Figures
from fullhouse.capacity.plan import Limit, Need, Plan
from fullhouse.capacity.words import assumed, calibrated, measured_lines

STYLES: Final = {
    Verdict.CEILING: "green",
    Verdict.WARNING: "yellow",
    Verdict.NOT_CHECKED: "dim",
    Verdict.OK: "green",
}


def show(picture: RenderableType, console: Console | None = None) -> None:
    """Print a picture; where no terminal is, wide enough that lines stay whole."""
    console = console or Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console = Console(width=140)
    console.print(picture)


def diagnosis(checks: Sequence[Check], listeners: int, figures: Figures) -> Group:
    """Return all checks as one table, worst first, and what to do about those that matter."""
    order = ranked(checks)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("stops at", justify="right", no_wrap=True)
    table.add_column("what", max_width=34)
    table.add_column("found")
    for check in order:
        style = "bold red" if stops(check, listeners) else STYLES[check.verdict]
        at = check.verdict.value if check.at is None else f"{check.at:,}"
        table.add_row(Text(at, style), Text(check.name), Text(check.found))
    return Group(
        Text(headline(order, listeners) + "\n", "bold"),
        table,
        Text(""),
        *_remedies(order, listeners),
        Text("\n".join(measured_lines(figures)), "dim"),
    )


def headline(order: Sequence[Check], listeners: int) -> str:
    """Return what the whole table comes to, in a sentence."""
    lowest = next((check for check in order if check.at is not None), None)
    first = (
        "" if lowest is None else f" The first thing to stop it: {lowest.name}, at {lowest.at:,}."
    )
    if any(stops(check, listeners) for check in order):
        whom = f"{listeners:,} listeners" if listeners > 1 else "anybody"
        return f"This machine does not carry {whom} as it is set.{first}"
    if listeners:
        return f"Nothing that was checked stops {listeners:,} listeners.{first}"
    return f"Nobody listens now; --listeners N judges an audience.{first}"


def _remedies(order: Sequence[Check], listeners: int) -> list[Text]:
    """Return what to do: for all that stops the audience, the lowest ceiling, and warnings."""
    lowest = next((check for check in order if check.at is not None), None)
    lines: list[Text] = []
    for check in order:
        matters = check is lowest or stops(check, listeners) or check.verdict is Verdict.WARNING
        if matters and check.remedy:
            lines.append(Text(check.name, "bold"))
            lines += [Text(f"  {line}") for line in check.remedy]
    if not lines:
        return []
    note = "  sysctl lines hold until the next start; in /etc/sysctl.d/90-fullhouse.conf for good"
    if any("sysctl -w" in line.plain for line in lines):
        lines.append(Text(note, "dim"))
    return [Text("What to do", "bold underline"), *lines, Text("")]


def picture(made: Plan, figures: Figures, kept: str) -> Group:
    """Return a plan: the answer, all cadences beside each other, and what is assumed.

    Args:
        kept: the file of the figures; empty if they are kept nowhere.
    """
    return Group(
        Text(_answer(made), "bold"),
        Text(""),
        _cadences(made),
        Text(""),
        Text("\n".join(_why(made)) + "\n"),
        Text("Measured", "bold underline"),
        Text("\n".join(calibrated(figures, kept)) + "\n"),
        Text("Assumed, not measured", "bold underline"),
        Text("\n".join(assumed(made, figures))),
    )


def _answer(made: Plan) -> str:
    need, audience = made.chosen, made.audience
    edges = "1 edge" if need.edges == 1 else f"{need.edges:,} edges"
    return (
        f"{audience.listeners:,} listeners of {audience.rendition} who arrive within"
        f" {audience.arrive_within:g} s: {edges} with {made.edge.cores:g} cores and"
        f" {made.edge.gbit:g} Gbit/s, a send each {need.seconds:.2f} s. First to be short:"
        f" {need.binds.value}."
    )


def _cadences(made: Plan) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for name in ("a send\neach", "behind", "edges", "short\nfirst", "cores", "workers", "Gbit/s",
                 "memory", "listeners\nan edge"):  # fmt: skip
        table.add_column(name, justify="left" if "short" in name else "right", no_wrap=True)
    for need in made.needs:
        table.add_row(*_row(need), style="bold" if need is made.chosen else "")
    return table


def _row(need: Need) -> tuple[str, ...]:
    return (
        f"{need.seconds:.2f} s", f"{need.behind:.1f} s", f"{need.edges:,}",
        need.binds.value.partition(" ")[0], f"{need.cores:,.1f}", f"{need.workers:,}",
        f"{need.gbit:,.1f}", f"{(need.user + need.kernel) / 1e9:,.1f} GB", f"{need.per_edge:,}",
    )  # fmt: skip


def _why(made: Plan) -> list[str]:
    need = made.chosen
    alone = ", ".join(f"{limit.value} {need.shares[limit]:,.1f}" for limit in Limit)
    average, busiest = made.joins
    return [
        f"Edges that each resource alone would need: {alone}.",
        f"Joins: {average:,.0f} a second, {busiest:,.0f} in the busiest:"
        f" {need.joining:,.1f} cores while people arrive, {need.sending:,.1f} for sending.",
        f"Memory: {need.user / 1e9:,.1f} GB of user space, {need.kernel / 1e9:,.1f} in the kernel.",
        "Have one edge more than that, so that one may die: its listeners come back to the others.",
        f"On each edge: fullhouse doctor --listeners {need.per_edge}"
        f" --arrive-within {made.audience.arrive_within:g}s, and then fullhouse rehearse.",
    ]
