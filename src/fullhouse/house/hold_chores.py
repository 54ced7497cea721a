"""A core: what has to be done so that every hold a room names is safe, and no other is kept.

Holds lie in three places: in the database by name alone, in this house's data folder, and in the
bus's object store, from which edges and other houses take them. Folder and store fill each other.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Final

from fullhouse.errors import Refused
from fullhouse.units import SECOND, Micros

MOST_HOLDS: Final = 40
"""Different ones; at ten minutes each they take less than half of what the bus may keep."""
SPARED_FOR: Final = Micros(15 * 60 * SECOND)
"""So young a hold stays, though no room names it: another house may be about to name it."""


class TooManyHolds(Refused):
    code = "too_many_holds"
    status = 409
    message = (
        f"This house keeps {MOST_HOLDS} holds of its rooms at the most. "
        "Please let another room go back to the house's own first."
    )


@dataclass(frozen=True, slots=True)
class Chores:
    """What to do with which holds.

    Attributes:
        put: into the store, from the folder.
        fetch: into the folder, from the store.
        drop: from the store.
        unlink: from the folder.
    """

    put: tuple[str, ...] = ()
    fetch: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    unlink: tuple[str, ...] = ()


def chores(
    named: Set[str], kept: Mapping[str, Micros], stored: Mapping[str, Micros], *, now: Micros
) -> Chores:
    """Return what is to be done.

    Args:
        named: by rooms.
        kept: in the folder, and since when.
        stored: in the store, and since when.
    """
    return Chores(
        put=tuple(sorted((named & kept.keys()) - stored.keys())),
        fetch=tuple(sorted((named & stored.keys()) - kept.keys())),
        drop=_old(stored, named, now),
        unlink=_old(kept, named, now),
    )


def _old(places: Mapping[str, Micros], named: Set[str], now: Micros) -> tuple[str, ...]:
    return tuple(
        sorted(name for name, at in places.items() if name not in named and now - at > SPARED_FOR)
    )


def admit(name: str, named: Set[str]) -> None:
    """Let a hold in if there is a place for it.

    Raises:
        TooManyHolds: rooms name as many others as can be kept.
    """
    if len(named | {name}) > MOST_HOLDS:
        raise TooManyHolds()
