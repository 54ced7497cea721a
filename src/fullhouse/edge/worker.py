"""A shell: the pieces of one edge worker, put together. Knows no bus and no listening socket."""

from asyncio import AbstractEventLoop
from dataclasses import dataclass
from typing import Self

from fullhouse.clock import Clock
from fullhouse.edge.audience import Audience
from fullhouse.edge.cadence import Cadences
from fullhouse.edge.desk import Desk, Web
from fullhouse.edge.limits import Capacity
from fullhouse.edge.lobby import Caller, Lobby
from fullhouse.edge.pulse import Pulse
from fullhouse.edge.pump import Pump
from fullhouse.edge.rooms import Rooms
from fullhouse.edge.seen import Players
from fullhouse.edge.sender import Sender, WriteSender
from fullhouse.networks import NEAR, Proxies
from fullhouse.programme.filler import Filler
from fullhouse.units import RoomSlug


@dataclass(frozen=True, slots=True)
class Worker:
    """What one worker is made of."""

    clock: Clock
    audience: Audience
    pump: Pump
    rooms: Rooms
    lobby: Lobby
    pulse: Pulse
    cadences: Cadences

    @classmethod
    def build(
        cls,
        loop: AbstractEventLoop,
        *,
        filler: Filler,
        kept_parts: int,
        web: Web,
        capacity: Capacity,
        rehearsal_token: str = "",
        cadences: Cadences | None = None,
        sender: Sender | None = None,
        first_phase: int = 0,
        edge_name: str = "edge",
        proxies: Proxies = NEAR,
    ) -> Self:
        """Return a worker that knows no room yet.

        Args:
            sender: the worker's from now on; None: the plain one.
            first_phase: where small crowds stand in a cadence; different for each worker.
        """
        clock, players = Clock(), Players[Caller]()
        cadences = cadences or Cadences()
        audience = Audience(loop, sender or WriteSender(), cadences.of, first_phase)
        pump = Pump(loop, clock, audience)

        def ears(slug: RoomSlug) -> int:
            return audience.ears(slug) + players.count(slug, clock.now())

        rooms = Rooms(filler, kept_parts, ears, cadences)
        lobby = Lobby(
            loop=loop,
            clock=clock,
            rooms=rooms,
            desk=Desk(rooms, web, rehearsal_token, edge_name),
            pump=pump,
            audience=audience,
            players=players,
            capacity=capacity,
            proxies=proxies,
        )
        return cls(clock, audience, pump, rooms, lobby, Pulse(loop), cadences)

    def close(self) -> None:
        """End every connection, and stop all timers."""
        self.lobby.close()
        self.pump.close()
        self.audience.close()
        self.pulse.close()
