"""A shell: one HTTP/1.1 connection, parsed by httptools, until it ends or becomes an ear.

Rules live elsewhere: `request` says what is asked, `desk` what it gets, `limits` how long all may
take. A connection that joins a stream leaves the event loop: its descriptor goes to the audience.
Most listeners never have one: see `arrivals`.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from functools import partial
from typing import Final

import httptools

from fullhouse.edge import answers
from fullhouse.edge.answers import Form
from fullhouse.edge.desk import FULL_FOR, Hold, Join, Raise, Reply, WaitedTooLong, refuse
from fullhouse.edge.hands import Outcome
from fullhouse.edge.heads import Asked
from fullhouse.edge.limits import Full, Limit, Place
from fullhouse.edge.lines import Line
from fullhouse.edge.lobby import Lobby
from fullhouse.edge.request import (
    BEAT_BYTES,
    HEAD_BYTES,
    HEADERS,
    Ask,
    Beat,
    Hand,
    HeadTooLarge,
    Playlist,
    Request,
    TooSlow,
    announces_body,
    read,
    wants_page,
)
from fullhouse.errors import Malformed, Refused
from fullhouse.networks import network_behind
from fullhouse.units import PartNumber, RoomSlug
from fullhouse.wire import RaisedHand

PIPELINED: Final = 16
"""Requests that may come in before the first is answered."""
LINGER: Final = 0.5
"""Seconds that a refused caller has to read why, before the connection is cut."""


class Clock(Enum):
    """What time is running out for."""

    NOTHING = auto()
    HEAD = auto()
    IDLE = auto()


class Connection:
    """One caller."""

    __slots__ = (
        "_asked", "_body", "_broken", "_clock", "_full", "_headers", "_in_head", "_line",
        "_lobby", "_over", "_parser", "_people", "_size", "_unsent", "_url", "_waiting",
    )  # fmt: skip

    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self._parser: httptools.HttpRequestParser | None = None
        self._asked: deque[tuple[Request | Refused, bool]] = deque()
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._size = 0
        self._body = b""
        self._in_head = True
        self._broken = False
        self._people = False
        self._over = False
        self._full = False
        self._clock = Clock.IDLE
        self._waiting: Callable[[], None] | None = None
        self._unsent = 0

    # From its line.

    def begin(self, line: Line) -> None:
        """Take the line over, if there is a place."""
        self._line = line
        line.begin(self)
        place = self._lobby.enter(self)
        self._full = place is Place.FULL
        if place is Place.NONE:
            self._over = True
            line.abort()

    def connection_lost(self) -> None:
        self._over = True
        self._parser = None  # it knows us: without this, both would wait for the collector
        self._drop_waiting()
        self._lobby.leave(self)

    def data_received(self, data: bytes) -> None:
        if self._over or self._broken:
            return
        if not self._size and len(self._asked) < PIPELINED:
            asked = self._lobby.heads.read(data)
            if asked is not None:
                self._ask(asked)
                return
        self._size += len(data)
        self._parser = self._parser or httptools.HttpRequestParser(self)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._broken = True  # answered as any other request; what follows is not read
        except httptools.HttpParserError:
            self._break(Malformed())
        if self._in_head and self._size > HEAD_BYTES:
            self._break(HeadTooLarge())
        self._proceed()

    def _ask(self, asked: Asked) -> None:
        """Take in a whole request that needs no parser."""
        self._people = asked.people
        self._asked.append((asked.request, asked.close))
        self._proceed()

    def _break(self, error: Refused) -> None:
        """What comes now makes no sense: say so after all that did."""
        if not self._broken:
            self._broken = True
            self._asked.append((error, True))

    # From the parser. None of these may raise.

    def on_message_begin(self) -> None:
        self._url, self._headers, self._body = b"", [], b""

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._over or self._broken:
            return
        size = len(self._url) + sum(len(name) + len(value) for name, value in self._headers)
        if size > HEAD_BYTES or len(self._headers) > HEADERS:
            self._break(HeadTooLarge())
        elif len(self._asked) >= PIPELINED:
            self._break(Malformed("Too many requests at once on one connection."))
        else:
            self._people = wants_page(self._headers)
            self._asked.append(self._read())

    def _read(self) -> tuple[Request | Refused, bool]:
        """Return what is asked, and whether the connection ends with the answer."""
        parser = self._parser
        assert parser is not None  # it is who calls
        version, upgrade = parser.get_http_version(), parser.should_upgrade()
        if version not in ("1.0", "1.1"):
            return Malformed("This port speaks HTTP/1.1 and 1.0."), True
        close = version != "1.1" or upgrade or not parser.should_keep_alive()
        method, target = parser.get_method().decode("latin-1"), self._url.decode("latin-1")
        try:
            return read(method, target, self._headers), close
        except Refused as refused:
            return refused, close or announces_body(self._headers)

    def on_body(self, body: bytes) -> None:
        if len(self._body) <= BEAT_BYTES:
            self._body += body

    def on_message_complete(self) -> None:
        self._in_head, self._size = True, 0
        if not self._asked or self._over or self._broken:
            return
        asked, close = self._asked[-1]
        if not isinstance(asked, Request) or asked.method != "POST":
            return
        if isinstance(asked.ask, Hand):
            whole = replace(asked, ask=replace(asked.ask, body=self._body))
            self._asked[-1] = (whole, close)
        elif isinstance(asked.ask, Beat):
            try:
                self._lobby.desk.beat(asked.ask, self._body)
            except Refused as refused:
                self._asked[-1] = (refused, close)

    # What is to be done.

    def _proceed(self) -> None:
        """Answer what is complete, one after the other."""
        while self._asked and not self._over and self._waiting is None:
            asked, close = self._asked[0]
            body_is_coming = len(self._asked) == 1 and not self._in_head and not self._broken
            if isinstance(asked, Request) and isinstance(asked.ask, Beat | Hand) and body_is_coming:
                break
            if isinstance(asked, Request):
                self._answer(asked, close)
            else:
                self._asked.popleft()
                self._refuse(asked, None, close=close)
        self._set_clock()

    def _answer(self, request: Request, close: bool, *, held: bool = False) -> None:
        lobby = self._lobby
        slug = getattr(request.ask, "slug", None)
        now = lobby.clock.now() if held or slug is None else lobby.turn(slug)
        try:
            if self._full:
                raise Full(Limit.FILES, retry_after=FULL_FOR)
            outcome = lobby.desk.answer(request, Form(now, close=close))
        except Refused as refused:
            self._asked.popleft()
            bare = request.method == "HEAD"
            self._refuse(refused, request.ask, bare=bare, close=close or self._full)
            return
        if isinstance(request.ask, Playlist):
            lobby.see(request.ask.slug, self)
        match outcome:
            case Reply(raw):
                self._asked.popleft()
                self._say(raw, close)
            case Hold(room, until):
                self._hold(room, until)
            case Join():
                self._join(outcome)
            case Raise():
                self._raise(outcome)

    def _say(self, raw: bytes, close: bool) -> None:
        self._lobby.answered += 1
        self._line.write(raw)
        self._clock = Clock.NOTHING
        if close:
            self._over = True
            self._line.close()

    def _refuse(self, error: Refused, ask: Ask | None, *, close: bool, bare: bool = False) -> None:
        self._lobby.refused += 1
        form = Form(self._lobby.clock.now(), bare=bare, close=close)
        self._line.write(refuse(error, ask, form, for_people=self._people))
        self._clock = Clock.NOTHING
        if close:
            self._over = True
            self._asked.clear()
            self._drop_waiting()
            self._lobby.linger(self, LINGER)

    def _hold(self, slug: RoomSlug, until: PartNumber) -> None:
        waiting = self._lobby.hold(slug, until, self._resume)
        if waiting is None:
            self._refuse(Full(retry_after=2), None, close=True)
        else:
            self._waiting = lambda: self._lobby.drop(slug, waiting)

    def _raise(self, raised: Raise) -> None:
        network = network_behind(self._line.peer(), raised.forwarded, self._lobby.proxies)
        hand = raised.hand.model_copy(update={"prefix": network})
        try:
            self._waiting = self._lobby.raise_hand(hand, partial(self._raised, hand)).forget
        except Refused as refused:
            _, close = self._asked.popleft()
            self._refuse(refused, None, close=close)

    def _raised(self, hand: RaisedHand, outcome: Outcome) -> None:
        """The house has the hand, or will not have it."""
        self._waiting = None
        if self._over:
            return
        _, close = self._asked.popleft()
        if isinstance(outcome, Refused):
            self._refuse(outcome, None, close=close)
        else:
            form = Form(self._lobby.clock.now(), close=close)
            self._say(answers.hand(form, outcome, up=hand.up), close)
        self._proceed()

    def _resume(self, ready: bool) -> None:
        """The part that was waited for is there, or has been waited for too long."""
        self._waiting = None
        if self._over:
            return
        asked, close = self._asked[0]
        if not ready:
            self._refuse(WaitedTooLong(retry_after=2), None, close=True)
        elif isinstance(asked, Request):
            self._answer(asked, close, held=True)
        self._proceed()

    def _drop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting()
            self._waiting = None

    def _join(self, joining: Join) -> None:
        """Leave the event loop and become an ear."""
        self._over = True
        self._asked.clear()
        if self._line.unsent():
            self._line.abort()  # it asks for a stream and has not read what came before
        else:
            self._lobby.join(self._line.take(), joining)

    def _set_clock(self) -> None:
        """See that time runs out for what the caller owes, and for nothing that we owe."""
        if self._over:
            return
        wanted = Clock.IDLE if self._size == 0 else Clock.HEAD
        if self._waiting is not None:
            wanted = Clock.NOTHING
        if wanted is self._clock:
            return
        self._clock = wanted
        match wanted:
            case Clock.NOTHING:
                self._lobby.stop_clocks(self)
            case Clock.HEAD:
                self._lobby.head_begins(self)
            case Clock.IDLE:
                self._lobby.idle_begins(self)

    # From the lobby, when time is up.

    def head_is_late(self) -> None:
        """The request has not come in in time."""
        self._refuse(TooSlow(), None, close=True)

    def idle_is_over(self) -> bool:
        """End the connection unless an answer is still moving; return whether it ended."""
        unsent = self._line.unsent()
        if unsent and unsent != self._unsent:
            self._unsent = unsent
            return False
        self._over = True
        if unsent:
            self._line.abort()
        else:
            self._line.close()
        return True

    def cut(self) -> None:
        """End the connection, whatever is still to be said."""
        self._over = True
        self._line.abort()
