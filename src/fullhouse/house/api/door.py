"""A shell: what every route needs, and who may pass."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from fullhouse.clock import Clock
from fullhouse.house.api.events import Feeds
from fullhouse.house.links import Links, Origins, links_of
from fullhouse.house.news import Newsroom
from fullhouse.house.relays import Relays
from fullhouse.house.roles import NotYours, Role, admin_role, room_role
from fullhouse.house.room import Room
from fullhouse.house.rooms import Rooms
from fullhouse.units import RoomSlug, room_slug

_BEARER: Final = HTTPBearer(auto_error=False, description="The admin's, a host's or a WHIP token.")


def _token(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> str:
    return "" if credentials is None else credentials.credentials


Token = Annotated[str, Depends(_token)]
"""The bearer token of a request; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Media:
    """Where speakers' sound goes: what a network has to let through.

    Attributes:
        ports: UDP ports, `first-last`; empty: any.
    """

    host: str = ""
    ports: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """The house behind its routes."""

    rooms: Rooms
    newsroom: Newsroom
    feeds: Feeds
    clock: Clock
    key: bytes
    origins: Origins
    admin_token: str
    relays: Relays
    media: Media

    def admit_admin(self, token: str) -> None:
        """Let the admin pass, and nobody else."""
        admin_role(token, self.admin_token)

    def admit(self, token: str, slug: str, *roles: Role) -> tuple[Room, Role]:
        """Return the room and the role of whoever may pass.

        Raises:
            BadSlug, UnknownRoom: there is no such room.
            NotAllowed: they may not pass.
        """
        room = self.rooms.room(room_slug(slug))
        role = room_role(token, self.admin_token, self.key, room)
        if role not in roles:
            raise NotYours()
        return room, role

    def known(self, slug: str) -> RoomSlug:
        """Return the name of a room that is there."""
        return self.rooms.room(room_slug(slug)).slug

    def links(self, room: Room) -> Links:
        """Return a room's links, secrets and all."""
        return links_of(room.slug, room.generations, self.key, self.origins)


def address(request: Request) -> str:
    """Return where a request comes from, for counting."""
    return request.client.host if request.client else "nowhere"
