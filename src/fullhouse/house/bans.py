"""A core: who may not come into a room, for how long, and by what they are known again.

An account, a hand (the secret that a listener's page keeps) and a member are known for certain.
A network's prefix is many people: it is banned only where somebody asks for that, and kept only
as a keyed hash, so that the database says nobody's address.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fullhouse.errors import Refused
from fullhouse.units import SECOND, Micros

MINUTE: Final = 60 * SECOND
MOST_MINUTES: Final = 366 * 24 * 60
MOST_BANS: Final = 5_000
"""Of one room, those that have run out not counted."""


class BanKind(StrEnum):
    """By what somebody is known again."""

    ACCOUNT = "account"
    HAND = "hand"
    MEMBER = "member"
    PREFIX = "prefix"


class Banned(Refused):
    code = "banned"
    status = 403
    message = "You cannot come into this room: its host has banned you."


class UnknownBan(Refused):
    code = "unknown_ban"
    status = 404
    message = "There is no such ban in this room; it may have run out."


class TooManyBans(Refused):
    code = "too_many_bans"
    status = 409
    message = "This room has as many bans as it may have: lift some."


@dataclass(frozen=True, slots=True)
class Ban:
    """One thing by which somebody is kept out.

    Attributes:
        whom: the account's id, the hand, the member, or the prefix's `prefix_mark`.
        name: of the person, for people to read.
        ends_at: when it runs out, or None: never.
    """

    id: str
    kind: BanKind
    whom: str
    name: str
    made_by: str
    made_at: Micros
    ends_at: Micros | None

    def stands(self, *, now: Micros) -> bool:
        """Tell whether it has not run out."""
        return self.ends_at is None or now < self.ends_at


Known = tuple[BanKind, str]
"""Something by which somebody is known: its kind, and what it is."""


def known_by(
    *, account: str = "", hand: str = "", member: str = "", prefix: str = ""
) -> tuple[Known, ...]:
    """Return all by which somebody is known. `prefix` is a `prefix_mark`."""
    all_ = (
        (BanKind.ACCOUNT, account),
        (BanKind.HAND, hand),
        (BanKind.MEMBER, member),
        (BanKind.PREFIX, prefix),
    )
    return tuple(one for one in all_ if one[1])


def banning(bans: Iterable[Ban], known: Iterable[Known], *, now: Micros) -> Ban | None:
    """Return the ban that keeps somebody out for longest, or None: they may come."""
    by = frozenset(known)
    standing = (one for one in bans if (one.kind, one.whom) in by and one.stands(now=now))
    return max(standing, key=lambda one: (one.ends_at is None, one.ends_at or 0), default=None)


def must_not_be_banned(bans: Iterable[Ban], known: Iterable[Known], *, now: Micros) -> None:
    """Let pass who is not banned.

    Raises:
        Banned: they are; it says when they may come again.
    """
    ban = banning(bans, known, now=now)
    if ban is None:
        return
    if ban.ends_at is None:
        raise Banned()
    minutes = max(1, -(-(ban.ends_at - now) // MINUTE))
    wait = "minute" if minutes == 1 else f"{minutes} minutes"
    raise Banned(
        f"You cannot come into this room for another {wait}: its host has banned you.",
        retry_after=minutes * 60,
    )


def ends_at(minutes: int | None, *, now: Micros) -> Micros | None:
    """Return when a ban of so many minutes runs out; None: never."""
    return None if minutes is None else Micros(now + minutes * MINUTE)


def prefix_mark(key: bytes, prefix: str) -> str:
    """Return what is kept of a prefix: only the holder of the server's key can make it."""
    if not prefix:
        return ""
    return hmac.digest(key, f"prefix:{prefix}".encode(), hashlib.sha256).hex()
