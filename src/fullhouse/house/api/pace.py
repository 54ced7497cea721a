"""A shell: how often speakers may ask, so that nobody's restless client costs the others."""

from fastapi import Request

from fullhouse.errors import Refused
from fullhouse.house.api.door import Door, Shown, address
from fullhouse.house.limits import Limit
from fullhouse.house.roles import Caller, May
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

    async def admit(self, shown: Shown, slug: str, *what: May) -> tuple[Room, Caller]:
        """Return the room and who asks, who may do all of `what`, unless they ask too often.

        Only who may pass is counted: a stranger cannot use a room's share up.

        Raises:
            NotAllowed: they may not pass.
            TooOften: with the time to wait.
        """
        room, caller = await self._door.caller(shown, slug, *what)
        _wait(self._by_room.ask(room.slug, now=self._door.clock.now()))
        return room, caller


def _wait(wait: Micros) -> None:
    if wait:
        raise TooOften(retry_after=1 + wait // SECOND)
