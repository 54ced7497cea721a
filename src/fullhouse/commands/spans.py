"""A shell: a span of time as an option of a command."""

from __future__ import annotations

import click


def seconds(_: click.Context, __: click.Parameter, value: str) -> float:
    """Return the seconds of `90`, `90s`, `1.5m` or `1h`, or say what is wrong."""
    from fullhouse.rehearsal.script import span

    try:
        return span(value)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from None
