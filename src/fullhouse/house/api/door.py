"""A shell: what every route needs, and who may pass."""

from dataclasses import dataclass, replace
from typing import Annotated, Final, Protocol

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from fullhouse.clock import Clock
from fullhouse.errors import NotAllowed
from fullhouse.house.api.cookies import Found
from fullhouse.house.api.events import Feeds
from fullhouse.house.links import Links, Origins, links_of
from fullhouse.house.members import Members
from fullhouse.house.membership import NEAR_SEATS, SECRET_PREFIX
from fullhouse.house.news import Newsroom
from fullhouse.house.relays import Relays
from fullhouse.house.roles import (
    Caller,
    May,
    NotYours,
    Role,
    TokenMissing,
    admin_role,
    by_key,
    must,
)
from fullhouse.house.roll import Roll
from fullhouse.house.room import Room
from fullhouse.house.rooms import Rooms
from fullhouse.units import RoomSlug, room_slug
from fullhouse.wire import Visibility

_BEARER: Final = HTTPBearer(auto_error=False, description="The admin's, a host's or a WHIP token.")


def _token(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> str:
    return "" if credentials is None else credentials.credentials


Token = Annotated[str, Depends(_token)]
"""The bearer token of a request; empty if there is none."""

API_TOKEN: Final = "fha_"
"""Begins an account's token for programs."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows of who asks: a bearer token, a sign-in's cookie; empty: none."""

    token: str = ""
    cookie: str = ""


def _shown(token: Token, cookie: Found) -> Shown:
    return Shown(token, "" if token else cookie)


Asker = Annotated[Shown, Depends(_shown)]
"""What a request shows of who asks."""


class SignedIn(Protocol):
    """An account, as much of it as the door looks at."""

    @property
    def id(self) -> str:
        """Which one."""

    @property
    def name(self) -> str:
        """For people to read."""

    @property
    def is_owner(self) -> bool:
        """Whether the whole house is theirs."""


class Accounts(Protocol):
    """Who signs in."""

    async def by_cookie(self, cookie: str) -> SignedIn | None:
        """Return whose sign-in it is."""

    async def by_api_token(self, token: str) -> tuple[SignedIn, frozenset[May]] | None:
        """Return in whose name a program asks, and what it may at the most."""


class NoAccounts:
    """A house in which nobody signs in."""

    async def by_cookie(self, _cookie: str) -> SignedIn | None:
        """Return nobody."""
        return None

    async def by_api_token(self, _token: str) -> tuple[SignedIn, frozenset[May]] | None:
        """Return nobody."""
        return None


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
    """The house behind its routes.

    Attributes:
        near_seats: listeners of one room who may hear the stage with low latency at one time.
    """

    rooms: Rooms
    newsroom: Newsroom
    feeds: Feeds
    clock: Clock
    key: bytes
    origins: Origins
    admin_token: str
    relays: Relays
    media: Media
    members: Members
    roll: Roll
    near_seats: int = NEAR_SEATS
    accounts: Accounts = NoAccounts()  # noqa: RUF009 - it holds nothing

    async def caller(self, shown: Shown, slug: str, *what: May) -> tuple[Room, Caller]:
        """Return the room, and who asks something of it; they may do all of `what`.

        Raises:
            BadSlug, UnknownRoom: there is no such room.
            NotAllowed: what they show opens nothing here.
            NotYours: they may not do that.
        """
        room = self.rooms.room(room_slug(slug))
        caller = await self.recognise(shown, room)
        for one in what:
            must(caller, one)
        return room, caller

    async def recognise(self, shown: Shown, room: Room) -> Caller:
        """Return who somebody is in a room.

        Raises:
            NotAllowed: what they show opens nothing here.
        """
        if shown.token.startswith(SECRET_PREFIX):
            found = await self.members.by_secret(room.slug, shown.token)
            if found is None:
                raise NotAllowed()
            return replace(await self.roll.caller(found[0]), only=found[1])
        if shown.token.startswith(API_TOKEN):
            known = await self.accounts.by_api_token(shown.token)
            if known is None:
                raise NotAllowed("That token opens nothing any more.")
            caller = await self._signed_in(known[0], room)
            return replace(caller, only=known[1])
        if shown.cookie and not shown.token:
            account = await self.accounts.by_cookie(shown.cookie)
            if account is None:
                raise TokenMissing()
            return await self._signed_in(account, room)
        return by_key(shown.token, self.admin_token, self.key, room)

    async def asker(self, shown: Shown, what: May) -> tuple[SignedIn | None, frozenset[May]]:
        """Return who asks something of the whole house, and all that they may do in their rooms.

        None is the admin, in nobody's name.

        Raises:
            NotAllowed: what they show opens nothing here.
            NotYours: their program may not do that.
        """
        if shown.token.startswith(API_TOKEN):
            known = await self.accounts.by_api_token(shown.token)
            if known is None:
                raise NotAllowed("That token opens nothing any more.")
            if what not in (may := frozenset(known[1])):
                raise NotYours()
            return known[0], may
        if shown.cookie and not shown.token:
            account = await self.accounts.by_cookie(shown.cookie)
            if account is None:
                raise TokenMissing()
            return account, frozenset(May)
        self.admit_admin(shown.token)
        return None, frozenset(May)

    async def _signed_in(self, account: SignedIn, room: Room) -> Caller:
        member = await self.members.of_account(room.slug, account.id)
        if account.is_owner:
            seat = "" if member is None else member.id
            return Caller(Role.OWNER, account.name, seat, account.id)
        if member is None:
            raise NotYours("You are not in this room: ask its host for a link.")
        return await self.roll.caller(member)

    def admit_admin(self, token: str) -> None:
        """Let the admin pass, and nobody else."""
        admin_role(token, self.admin_token)

    def known(self, slug: str) -> RoomSlug:
        """Return the name of a room that is there."""
        return self.rooms.room(room_slug(slug)).slug

    def links(self, room: Room) -> Links:
        """Return a room's links, secrets and all."""
        invited = room.visibility is Visibility.INVITED
        return links_of(room.slug, room.generations, self.key, self.origins, invited=invited)


def address(request: Request) -> str:
    """Return where a request comes from, for counting."""
    return request.client.host if request.client else "nowhere"
