"""A shell: what all newcomers of one worker share: the desk, the clocks, the count of places."""

from asyncio import AbstractEventLoop, Event, TimerHandle
from typing import Final, Protocol

from fullhouse.clock import Clock
from fullhouse.edge.answers import Form
from fullhouse.edge.audience import Audience
from fullhouse.edge.desk import FULL_FOR, Desk, Join, refuse
from fullhouse.edge.hands import Answer as HandAnswer
from fullhouse.edge.hands import Hands
from fullhouse.edge.hands import Waiting as HandWaiting
from fullhouse.edge.heads import Asked, Heads
from fullhouse.edge.intake import Gate
from fullhouse.edge.limits import HEAD_TIME, IDLE_TIME, Capacity, Deadlines, Full, Limit, Place
from fullhouse.edge.lines import Lines
from fullhouse.edge.pump import Answer, Pump, Waiting
from fullhouse.edge.request import Stream
from fullhouse.edge.room import Room
from fullhouse.edge.rooms import Rooms
from fullhouse.edge.seen import Players
from fullhouse.networks import NEAR, Proxies
from fullhouse.units import Micros, PartNumber, RoomSlug
from fullhouse.wire import RaisedHand

SWEEP: Final = 0.25
"""Seconds between two looks at the clocks of connections, while there are any that ask."""


class Caller(Protocol):
    """What the lobby may do with a connection."""

    def head_is_late(self) -> None: ...
    def idle_is_over(self) -> bool: ...
    def cut(self) -> None: ...


class Lobby:
    """Where connections are until they become ears, and after they have asked.

    Attributes:
        lines: their sockets.
        heads: the requests that came lately.
        gate: whether newcomers are let in.
        proxies: those in front of us.
        hands: raised ones, on their way to the house; `raised` is set when there are some.
        answered, refused, turned_away: requests so far, and connections that found no place.
    """

    def __init__(
        self,
        *,
        loop: AbstractEventLoop,
        clock: Clock,
        rooms: Rooms,
        desk: Desk,
        pump: Pump,
        audience: Audience,
        players: Players[Caller],
        capacity: Capacity,
        proxies: Proxies = NEAR,
    ) -> None:
        self.clock = clock
        self.proxies = proxies
        self.desk = desk
        self.audience = audience
        self.capacity = capacity
        self.lines = Lines(loop)
        self.heads = Heads()
        self.gate = Gate(capacity)
        self.hands = Hands()
        self.raised = Event()
        self.answered = self.refused = self.turned_away = 0
        self._loop = loop
        self._rooms = rooms
        self._pump = pump
        self._lines: set[Caller] = set()
        self._heads: Deadlines[Caller] = Deadlines(HEAD_TIME)
        self._idles: Deadlines[Caller] = Deadlines(IDLE_TIME)
        self._players = players
        self._sweeper: TimerHandle | None = None

    @property
    def connections(self) -> int:
        """How many there are: those that ask, and ears."""
        return len(self._lines) + len(self.audience)

    def place(self) -> Place:
        """Return what the next connection gets."""
        return self.capacity.place(len(self._lines) + len(self.audience))

    def enter(self, line: Caller) -> Place:
        """Let a connection in; return what it gets."""
        place = self.place()
        self.turned_away += place is not Place.ROOM
        self._lines.add(line)
        self._idles.start(line, self.clock.now())
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(SWEEP, self._sweep)
        return place

    def leave(self, line: Caller) -> None:
        """Forget a connection that has ended or become an ear."""
        self._lines.discard(line)
        self.stop_clocks(line)
        self._players.lose(line)

    def head_begins(self, line: Caller) -> None:
        """A request's first byte is here."""
        self._idles.stop(line)
        self._heads.start(line, self.clock.now())

    def idle_begins(self, line: Caller) -> None:
        """All that was asked is answered."""
        self._heads.stop(line)
        self._idles.start(line, self.clock.now())

    def stop_clocks(self, line: Caller) -> None:
        """The connection waits for us, not we for it."""
        self._heads.stop(line)
        self._idles.stop(line)

    def linger(self, line: Caller, seconds: float) -> None:
        """Cut a connection in a moment, so that the other side can read the last words."""
        self.stop_clocks(line)
        self._loop.call_later(seconds, line.cut)

    def _sweep(self) -> None:
        now = self.clock.now()
        for line in self._heads.expired(now):
            line.head_is_late()
        for line in self._idles.expired(now):
            if not line.idle_is_over():
                self._idles.start(line, now)
        self._sweeper = self._loop.call_later(SWEEP, self._sweep) if self._lines else None

    def turn(self, slug: RoomSlug) -> Micros:
        """Bring a room up to now, if there is such a room; return the time."""
        room = self._rooms.by_slug.get(slug)
        return self.clock.now() if room is None else self._pump.turn(room)

    def hold(self, slug: RoomSlug, until: PartNumber, answer: Answer) -> Waiting | None:
        """Keep a request until a part is decided; None if too many wait."""
        return self._pump.hold(self._rooms.get(slug), until, answer)

    def drop(self, slug: RoomSlug, waiting: Waiting) -> None:
        """Forget a held request."""
        self._pump.drop(slug, waiting)

    def joining(self, stream: Stream) -> tuple[Room, PartNumber, Join]:
        """Return the room of a stream, its newest part, and what a new listener gets at once.

        Raises:
            Refused: there is no such room, or no place.
        """
        joining = self.desk.join(stream, self.turn(stream.slug))
        room = self._rooms.get(stream.slug)
        return room, PartNumber(room.window.head - 1), joining

    def join(self, ear: int, joining: Join) -> None:
        """Let a connection become an ear."""
        room = self._rooms.get(joining.slug)
        self.take(ear, joining, PartNumber(room.window.head - 1))
        self.watch(room)

    def take(self, ear: int, joining: Join, newest: PartNumber) -> None:
        """Let a descriptor be an ear that has all up to the newest part."""
        slug, format_, raw, brought = joining.slug, joining.format, joining.raw, joining.brought
        self.audience.join(ear, slug, format_, raw, newest, brought=brought)

    def watch(self, room: Room) -> None:
        """See that a room is woken in time, now that it has listeners."""
        self._pump.watch(room, self.clock.now())

    def raise_hand(self, hand: RaisedHand, answer: HandAnswer) -> HandWaiting:
        """Let a hand go to the house with the next batch.

        Raises:
            Refused: it has to wait.
        """
        waiting = self.hands.put(hand, answer, self.clock.now())
        self.raised.set()
        return waiting

    def full(self, asked: Asked) -> bytes:
        """Return what somebody reads for whom there is no file."""
        self.refused += 1
        bare = asked.request.method == "HEAD"
        form = Form(self.clock.now(), bare=bare, close=True)
        full = Full(Limit.FILES, retry_after=FULL_FOR)
        return refuse(full, asked.request.ask, form, for_people=asked.people)

    def see(self, slug: RoomSlug, line: Caller) -> None:
        """Note that an HLS player has asked for a playlist."""
        self._players.see(slug, line, self.clock.now())

    def left(self, slug: RoomSlug) -> int:
        """Return how many listeners of a room have gone, since the start."""
        return self.audience.left(slug) + self._players.gone(slug)

    def close(self) -> None:
        """End all connections."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        for line in list(self._lines):
            line.cut()
        self.lines.close()
