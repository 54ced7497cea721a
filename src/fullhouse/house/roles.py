"""A core: who somebody is in a room, and the table of what that lets them do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fullhouse.errors import NotAllowed
from fullhouse.house.room import Room
from fullhouse.house.seatings import MEMBER
from fullhouse.house.tokens import Kind, opens, same


class Role(StrEnum):
    """Who somebody is."""

    OWNER = "owner"
    """Owns the whole house; also whoever holds the admin's token."""
    HOST = "host"
    COHOST = "cohost"
    SPEAKER = "speaker"
    LISTENER = "listener"


class May(StrEnum):
    """What somebody may do."""

    SEE = "see"
    """Follow the studio: the stage, the state, how many listen."""
    SPEAK = "speak"
    HEAR = "hear"
    """Hear the stage with low latency (WHEP)."""
    MUTE_SELF = "mute_self"
    """And, alone of all, unmute themselves."""
    MUTE = "mute"
    """Mute somebody, or all."""
    ASK_TO_UNMUTE = "ask_to_unmute"
    TURN = "turn"
    """Turn a seat up or down."""
    SEE_HANDS = "see_hands"
    INVITE = "invite"
    """Ask a hand to come on stage, draw among them, make speakers' links."""
    MOVE = "move"
    """Move a speaker back among the listeners."""
    REMOVE = "remove"
    """Remove or ban somebody."""
    REPORT = "report"
    OPEN = "open"
    """Open the doors."""
    GO_LIVE = "go_live"
    END = "end"
    PLAN = "plan"
    """Set title, start, visibility, hold, reasons."""
    APPOINT = "appoint"
    """Give and take roles."""
    KEYS = "keys"
    """See and renew the room's links and keys."""
    READ_LOG = "read_log"


_LISTENER: Final = frozenset({May.REPORT})
_SPEAKER: Final = _LISTENER | {May.SEE, May.SPEAK, May.HEAR, May.MUTE_SELF}
_COHOST: Final = _SPEAKER | {
    May.MUTE, May.ASK_TO_UNMUTE, May.TURN, May.SEE_HANDS, May.INVITE, May.MOVE, May.REMOVE,
}  # fmt: skip
_HOST: Final = frozenset(May)

TABLE: Final[Mapping[Role, frozenset[May]]] = {
    Role.OWNER: _HOST,
    Role.HOST: _HOST,
    Role.COHOST: _COHOST,
    Role.SPEAKER: _SPEAKER,
    Role.LISTENER: _LISTENER,
}

LENT: Final = _HOST
"""What a co-host may who stands in for an absent host (`succession`): all that the host may. They
shut nobody out by it who comes back: `must_renew`, `membership.must_reach`."""

EQUIPMENT: Final = "equipment"
"""The name of whoever comes with a room's key to speak, and is nobody in particular."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks something of a room.

    Attributes:
        member: their membership, which is their seat on stage; empty: a key without a person.
        name: for the log, and for those who are told.
        acting: they stand in for the host.
        near: a listener whom the host lets hear the stage with low latency.
        only: what their program was allowed at the most, or None: they come themselves.
    """

    role: Role
    name: str
    member: str = ""
    account: str = ""
    acting: bool = False
    near: bool = False
    only: frozenset[May] | None = None

    def may(self, what: May) -> bool:
        """Tell whether they may do something."""
        return what in self.powers()

    def powers(self) -> frozenset[May]:
        """Return all that they may do."""
        powers = TABLE[self.role] | (LENT if self.acting else frozenset())
        if self.near:
            powers |= {May.SEE, May.HEAR}
        return powers if self.only is None else powers & self.only


class TokenMissing(NotAllowed):
    code = "token_missing"
    message = "This needs a key, sent as 'Authorization: Bearer KEY', or a sign-in."


class NotYours(NotAllowed):
    """They are known, but may not do this."""

    code = "not_yours"
    status = 403
    message = "That key opens this room, but not this door: ask the host."


def by_key(offered: str, admin_token: str, key: bytes, room: Room) -> Caller:
    """Return who somebody is that brings the admin's token or one of a room's keys.

    Raises:
        NotAllowed: the token opens nothing here.
    """
    role = room_role(offered, admin_token, key, room)
    return Caller(role, _NAMES[role])


_NAMES: Final = {Role.OWNER: "admin", Role.HOST: "host", Role.SPEAKER: EQUIPMENT}


def must(caller: Caller, what: May) -> None:
    """Let whoever may do something pass.

    Raises:
        NotYours: they may not.
    """
    if not caller.may(what):
        raise NotYours()


def must_renew(caller: Caller, kind: Kind) -> None:
    """Let pass who may renew a key.

    Who stands in for the host leaves the host's own alone: it has to fit when they are back.

    Raises:
        NotYours: it is not theirs to renew.
    """
    must(caller, May.KEYS)
    if kind is Kind.HOST and May.KEYS not in TABLE[caller.role]:
        raise NotYours("The host's own key is the host's to renew: it lets them back in.")


class NotYoursToUnmute(NotYours):
    message = "Only they can unmute themselves; ask them."


def must_mute(caller: Caller, seat: str, *, muted: bool) -> None:
    """Let pass who may mute or unmute a seat.

    A person's mute is their own: whoever may mute others mutes them, but they alone unmute
    themselves. The seats of programs belong to whoever holds a key to speak, or may mute.

    Raises:
        NotYours: it is not theirs to do.
    """
    if caller.member == seat:
        must(caller, May.MUTE_SELF)
    elif not seat.startswith(MEMBER):
        must(caller, May.MUTE if caller.member else May.MUTE_SELF)
    elif muted:
        must(caller, May.MUTE)
    else:
        raise NotYoursToUnmute()


def admin_role(offered: str, admin_token: str) -> Role:
    """Return the role of whoever asks something of the whole house.

    Raises:
        NotAllowed: they are not its admin.
    """
    if not offered:
        raise TokenMissing()
    if not admin_token or not same(offered, admin_token):
        raise NotAllowed("That key is not the admin's.")
    return Role.OWNER


def room_role(offered: str, admin_token: str, key: bytes, room: Room) -> Role:
    """Return the role of whoever brings one of a room's keys.

    Raises:
        NotAllowed: the token opens nothing here.
    """
    if not offered:
        raise TokenMissing()
    if admin_token and same(offered, admin_token):
        return Role.OWNER
    if opens(key, Kind.HOST, room.slug, room.generations.host, offered):
        return Role.HOST
    if opens(key, Kind.WHIP, room.slug, room.generations.whip, offered):
        return Role.SPEAKER
    raise NotAllowed()
