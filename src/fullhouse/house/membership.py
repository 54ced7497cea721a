"""A core: a person in a room, and what they and others may change about that."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Self

from fullhouse.errors import Refused
from fullhouse.house.commands import Bar, Unbar
from fullhouse.house.roles import Caller, NotYours, Role
from fullhouse.house.tokens import short_mac
from fullhouse.units import Micros, RoomSlug

SECRET_PREFIX: Final = "fhm_"
"""Begins what a member's page shows to be let in."""
_SECRET_LENGTH: Final = 39
NEAR_SEATS: Final = 8
"""Near seats of a room where nobody said how many."""
LEADERS: Final = frozenset({Role.OWNER, Role.HOST})
ON_STAGE: Final = frozenset({Role.OWNER, Role.HOST, Role.COHOST, Role.SPEAKER})
"""Roles that may speak."""


class UnknownMember(Refused):
    code = "unknown_member"
    status = 404
    message = "There is nobody of that name in this room, or they have been removed."


class LastHost(Refused):
    code = "last_host"
    status = 409
    message = "A room has at least one host: make somebody else one first."


class OutOfReach(NotYours):
    code = "out_of_reach"
    message = "The owner's role is not the host's to change."


class NearTaken(Refused):
    code = "near_taken"
    status = 409
    message = "Every near seat is taken. Take one back before you give another."


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a room. `id` is their seat on stage, for ever.

    Attributes:
        account: whom they sign in as; empty: they came by a link.
        invitation: the link that they came by; empty: they came otherwise.
        hand: they were called up from among the listeners by it; empty: they were not.
        near: a listener who may hear the stage with low latency.
        place: their turn in succession; 0: none.
        gone: they have been removed.
    """

    id: str
    room: RoomSlug
    name: str
    role: Role
    made_at: Micros
    account: str = ""
    invitation: str = ""
    hand: str = ""
    near: bool = False
    place: int = 0
    gone: bool = False

    def caller(self, *, acting: bool = False) -> Caller:
        """Return them as somebody who asks."""
        return Caller(self.role, self.name, self.id, self.account, acting, self.near)

    def becomes(self, role: Role, everybody: Iterable[Self]) -> Self:
        """Return them in another role. Whoever becomes a co-host is the last in succession."""
        if role is self.role:
            return self
        place = 1 + max((one.place for one in everybody), default=0)
        near = self.near and role is Role.LISTENER
        return replace(self, role=role, near=near, place=place if role is Role.COHOST else 0)


def may_sit(member: Member) -> bool:
    """Tell whether somebody may be connected to the stage: to speak, or to hear it near."""
    return not member.gone and (member.role in ON_STAGE or member.near)


def seat_change(before: Member, after: Member) -> Bar | Unbar | None:
    """Return what a change of a member means for their seat: who may not sit there is let go.

    Whoever was let go once and comes back finds the seat muted.
    """
    if may_sit(before) and not may_sit(after):
        return Bar(after.id)
    if may_sit(after) and not may_sit(before):
        return Unbar(after.id)
    return None


def must_have_near_seats(everybody: Iterable[Member], whom: str, most: int) -> None:
    """Refuse one near seat too many.

    Raises:
        NearTaken: others have them all.
    """
    if sum(one.near for one in everybody if one.id != whom) >= most:
        raise NearTaken()


def secret_of(key: bytes, slug: RoomSlug, member: str) -> str:
    """Return what a member's page shows: only the holder of the server's key can make it."""
    return SECRET_PREFIX + short_mac(key, f"member:{slug}:{member}", _SECRET_LENGTH)


def leads(caller: Caller) -> bool:
    """Tell whether somebody is a host, or stands in for one."""
    return caller.role in LEADERS or caller.acting


def must_leave_a_host(everybody: Iterable[Member], whom: Member) -> None:
    """Refuse to take the last host away.

    Raises:
        LastHost: nobody else leads.
    """
    others = (one for one in everybody if one.id != whom.id and not one.gone)
    if whom.role in LEADERS and not any(one.role in LEADERS for one in others):
        raise LastHost()


def must_reach(caller: Caller, whom: Member, role: Role) -> None:
    """Refuse a change of role that is not the caller's to make.

    Nobody makes an owner, and only an owner changes one. Who stands in for the host makes hosts as
    the host would, and unmakes none: whoever is away comes back to what they had.

    Raises:
        OutOfReach: it is not theirs.
    """
    touched = {whom.role, role}
    if role is whom.role:
        return
    if role is Role.OWNER or (Role.OWNER in touched and caller.role is not Role.OWNER):
        raise OutOfReach()
    if whom.role is Role.HOST and caller.role not in LEADERS:
        raise OutOfReach("Only a host moves a host: who is away comes back to what they had.")
    if role is Role.HOST and not leads(caller):
        raise OutOfReach("Only a host makes hosts.")


def must_reach_to_move(caller: Caller, whom: Member) -> None:
    """Refuse to move, remove or ban somebody who is above the caller.

    Raises:
        OutOfReach: they are a host, and the caller is none; or the owner, and the caller is not.
    """
    must_reach(caller, whom, Role.LISTENER)
