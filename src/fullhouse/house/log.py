"""A core: the log of what people asked: lines that each carry the hash of the one before.

Whoever changes, leaves out or moves a line breaks the chain there. Whoever cuts off its end does
not: keep the newest number and hash elsewhere, as the manual says.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from fullhouse.house.commands import Command
from fullhouse.units import Micros

FIRST: Final = "0" * 64
"""What the first line carries as the hash before it."""
NOT_TOLD: Final = frozenset({"on_stage"})
"""Fields of commands that are no part of what was asked."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        number: from 1, without gaps, over all rooms.
        who: their name, or the name of their key; empty: somebody who came with a room's link.
        room: empty: it is about the whole house.
        what: what was done, such as `go_live`.
        details: what JSON can say, without secrets.
    """

    number: int
    at: Micros
    who: str
    room: str
    what: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """A line in its chain."""

    line: Line
    before: str
    hash: str


def chain(before: str, line: Line) -> str:
    """Return the hash of a line: SHA-256, in hex, of JSON without spaces, keys in order.

    Args:
        before: the hash of the line before it.

    Raises:
        ValueError: the details hold what JSON cannot say.
    """
    said = [before, line.number, line.at, line.who, line.room, line.what, line.details]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def linked(newest: Link | None, line: Line) -> Link:
    """Return the line as the chain's next link; its number is the one after `newest`."""
    before = FIRST if newest is None else newest.hash
    return Link(line, before, chain(before, line))


def broken_at(links: Iterable[Link], newest: Link | None = None) -> int | None:
    """Return the number at which the chain is broken, or None: it holds.

    Args:
        links: in the order of their numbers.
        newest: the link before the first of them; None: they begin with line 1.
    """
    before = FIRST if newest is None else newest.hash
    number = 0 if newest is None else newest.line.number
    for link in links:
        number += 1
        if link.line.number != number or link.before != before:
            return number
        if link.hash != chain(before, link.line):
            return number
        before = link.hash
    return None


def told(command: Command) -> tuple[str, dict[str, Any]]:
    """Return what a command is called in the log, and its details."""
    name = "".join(
        f"_{sign.lower()}" if sign.isupper() else sign for sign in type(command).__name__
    )
    details = {
        field.name: getattr(command, field.name)
        for field in fields(command)
        if field.name not in NOT_TOLD
    }
    return name[1:], details
