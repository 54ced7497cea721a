"""A core: who somebody is in a room, and the table of what that lets them do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fullhouse.errors import NotAllowed
from fullhouse.house.room import Room
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
"""A co-host who stands in for an absent host (`succession`) may what the host may."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks something of a room.

    Attributes:
        member: their membership, which is their seat on stage; empty: a key without a person.
        name: for the log, and for those who are told.
        acting: they stand in for the host.
        near: a listener whom the host lets hear the stage with low latency.
    """

    role: Role
    name: str
    member: str = ""
    account: str = ""
    acting: bool = False
    near: bool = False

    def may(self, what: May) -> bool:
        """Tell whether they may do something."""
        if what is May.HEAR and self.near:
            return True
        return what in TABLE[Role.HOST if self.acting else self.role]


class TokenMissing(NotAllowed):
    code = "token_missing"
    message = "This needs a key, sent as 'Authorization: Bearer KEY', or a sign-in."


class NotYours(NotAllowed):
    """They are known, but may not do this."""

    code = "not_yours"
    status = 403
    message = "That key opens this room, but not this door: ask the host."


def must(caller: Caller, what: May) -> None:
    """Let whoever may do something pass.

    Raises:
        NotYours: they may not.
    """
    if not caller.may(what):
        raise NotYours()


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
