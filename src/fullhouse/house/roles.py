"""A core: what a token lets its holder do."""

from enum import StrEnum

from fullhouse.errors import NotAllowed
from fullhouse.house.room import Room
from fullhouse.house.tokens import Kind, opens, same


class Role(StrEnum):
    """Who somebody is, as their token shows."""

    ADMIN = "admin"
    HOST = "host"
    SPEAKER = "speaker"


class TokenMissing(NotAllowed):
    code = "token_missing"
    message = "This needs a key, sent as 'Authorization: Bearer KEY'."


class NotYours(NotAllowed):
    """The token is valid, but for something else."""

    code = "not_yours"
    status = 403
    message = "That key opens this room, but not this door: ask the host."


def admin_role(offered: str, admin_token: str) -> Role:
    """Return the role of whoever asks something of the whole house.

    Raises:
        NotAllowed: they are not its admin.
    """
    if not offered:
        raise TokenMissing()
    if not admin_token or not same(offered, admin_token):
        raise NotAllowed("That key is not the admin's.")
    return Role.ADMIN


def room_role(offered: str, admin_token: str, key: bytes, room: Room) -> Role:
    """Return the role of whoever asks something of a room.

    Raises:
        NotAllowed: the token opens nothing here.
    """
    if not offered:
        raise TokenMissing()
    if admin_token and same(offered, admin_token):
        return Role.ADMIN
    if opens(key, Kind.HOST, room.slug, room.generations.host, offered):
        return Role.HOST
    if opens(key, Kind.WHIP, room.slug, room.generations.whip, offered):
        return Role.SPEAKER
    raise NotAllowed()
