"""A core: what a program's token may do: the table of its scopes."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from fullhouse.errors import Refused
from fullhouse.house.roles import May


class Scope(StrEnum):
    """One thing that an account lets a program do in its name."""

    ROOMS_READ = "rooms:read"
    """See its rooms: their state, who is on stage, how many listen."""
    ROOMS_WRITE = "rooms:write"
    """Make rooms, plan them, open doors, go live, end."""
    PEOPLE = "people"
    """Mute, ask to unmute, invite, move back, remove, appoint."""
    STAGE = "stage"
    """Speak, and hear the others."""
    KEYS = "keys"
    """See the rooms' links and keys, and renew them."""
    LOG = "log"
    """Read what has been done in its rooms, and by whom."""


TABLE: Final[Mapping[Scope, frozenset[May]]] = {
    Scope.ROOMS_READ: frozenset({May.SEE}),
    Scope.ROOMS_WRITE: frozenset({May.SEE, May.OPEN, May.GO_LIVE, May.END, May.PLAN}),
    Scope.PEOPLE: frozenset(
        {
            May.SEE, May.MUTE, May.ASK_TO_UNMUTE, May.TURN, May.SEE_HANDS, May.INVITE, May.MOVE,
            May.REMOVE, May.REPORT, May.APPOINT,
        }
    ),
    Scope.STAGE: frozenset({May.SEE, May.SPEAK, May.HEAR, May.MUTE_SELF}),
    Scope.KEYS: frozenset({May.SEE, May.KEYS}),
    Scope.LOG: frozenset({May.READ_LOG}),
}  # fmt: skip


class UnknownScope(Refused):
    code = "unknown_scope"
    status = 422
    message = f"A token's scopes are some of: {', '.join(Scope)}."


def scopes_of(texts: Iterable[str]) -> tuple[Scope, ...]:
    """Return scopes, each once, in the table's order.

    Raises:
        UnknownScope: one is not there, or there is none.
    """
    try:
        named = {Scope(text) for text in texts}
    except ValueError:
        raise UnknownScope() from None
    if not named:
        raise UnknownScope()
    return tuple(scope for scope in TABLE if scope in named)


def within(scopes: Iterable[Scope]) -> frozenset[May]:
    """Return all that a token with these scopes may do, if its account may do it."""
    return frozenset().union(*(TABLE[scope] for scope in scopes))
