"""A shell: how often speakers may ask, so that nobody's restless client costs the others."""

from fastapi import Request

from fullhouse.errors import Refused
from fullhouse.house.api.door import Door, address
from fullhouse.house.limits import Limit
from fullhouse.house.roles import Role
from fullhouse.house.room import Room
from fullhouse.units import SECOND, Micros


class TooOften(Refused):
    """Somebody asks too often: a client that tries without a pause, or an attack."""

    code = "too_often"
    status = 429
    message = "Too many requests. Please wait a little."


class Pace:
    """How often one address, and all who share a room's token, may ask."""

    def __init__(self, door: Door, *, every: Micros, burst: int) -> None:
        self._door = door
        self._by_address = Limit(every, burst)
        self._by_room = Limit(Micros(every // 4), burst * 4)

    def keep(self, request: Request) -> None:
        """Refuse an address that asks too often, before anything else is looked at.

        Raises:
            TooOften: with the time to wait.
        """
        _wait(self._by_address.ask(address(request), now=self._door.clock.now()))

    def admit(self, token: str, slug: str, *roles: Role) -> Room:
        """Return the room that the token's holder may speak in, unless they ask too often.

        Only who has the token is counted: a stranger cannot use a room's share up.

        Raises:
            NotAllowed: they may not speak there.
            TooOften: with the time to wait.
        """
        room, _ = self._door.admit(token, slug, *roles)
        _wait(self._by_room.ask(room.slug, now=self._door.clock.now()))
        return room


def _wait(wait: Micros) -> None:
    if wait:
        raise TooOften(retry_after=1 + wait // SECOND)
