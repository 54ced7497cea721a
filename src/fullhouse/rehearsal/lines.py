"""A core: one listener's connection: bytes in, what the loop is to do next out.

The loop knows sockets and time; what an answer means for the listener is decided here, and
written into the ledger.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Protocol

from fullhouse.rehearsal.findings import Trouble
from fullhouse.rehearsal.follow import Following
from fullhouse.rehearsal.hls import Player
from fullhouse.rehearsal.http import Body, Head, NotHttp, read_head
from fullhouse.rehearsal.ledger import Ledger
from fullhouse.rehearsal.sound import Memory, NotSound, Reader

RESUME_PARTS: Final = 30
"""How far back a stream may be taken up again: just under what the edge allows."""
LATER: Final = 5.0
"""Seconds after which one asks again who was told nothing of when."""
MOST_BYTES: Final = 1 << 20
READS: Final = 65_536
GLANCE: Final = 16_384
"""Bytes that are read at once: of a stream that is not followed the start is enough."""


class Go(Enum):
    """The connection goes on."""

    ON = auto()
    BLIND = auto()
    """From now on it is enough to know when something comes."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Send this, after a while."""

    request: bytes
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Over:
    """Close it.

    Attributes:
        wait: seconds after which to come back; None: as players do that were cut off.
    """

    wait: float | None = None


Step = Go | Ask | Over


class Heads:
    """Heads of answers, read once: thousands get the same."""

    def __init__(self) -> None:
        self._known: dict[bytes, Head] = {}

    def read(self, raw: bytes) -> Head | None:
        """Return the head at the start of `raw`, None as long as it has not all come.

        Raises:
            NotHttp: it is none.
        """
        end = raw.find(b"\r\n\r\n")
        known = self._known.get(raw[: end + 4]) if end >= 0 else None
        if known is not None:
            return known
        head = read_head(raw)
        if head is not None:
            if len(self._known) >= 256:
                self._known.clear()
            self._known[raw[: head.size]] = head
        return head


def request(host: str, path: str, *, page: bool = False) -> bytes:
    """Return a request's bytes, as a person's browser or a player asks."""
    accept = "text/html" if page else "*/*"
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: fullhouse-rehearsal\r\n"
        f"Accept: {accept}\r\n\r\n"
    ).encode()


@dataclass(frozen=True, slots=True)
class Stream:
    """What all connections of a process have in common.

    Attributes:
        host: for the Host field.
        room, path: of the page and of the stream.
        mark: bytes that stand in the stream as soon as there is sound in it.
        reader: makes a reader for the stream.
        plain: the request for the stream.
    """

    host: str
    room: str
    path: str
    mark: bytes
    reader: Callable[[], Reader]
    memory: Memory
    heads: Heads
    ledger: Ledger
    plain: bytes

    def request(self, path: str, *, page: bool = False) -> bytes:
        """Return a request's bytes."""
        return request(self.host, path, page=page)


class Line(Protocol):
    """A connection that has to be read."""

    one: int
    attached: bool
    reads: int

    def opening(self) -> bytes:
        """Return what is sent first."""
        ...

    def take(self, raw: bytes, now: float, timeline: float) -> Step:
        """Take in bytes; `timeline` is seconds since the room's epoch."""
        ...


def refused(stream: Stream, one: int, head: Head) -> Over:
    """An answer says no: note what, and when to ask again."""
    full = head.status == 503
    limit = head.limit if full else ""
    stream.ledger.trouble(one, Trouble.FULL if full else Trouble.STATUS, broken=True, limit=limit)
    return Over(float(head.retry_after) or LATER)


class Page:
    """A listener opens the page, and goes on to the stream on the same connection."""

    __slots__ = ("_body", "_raw", "_stream", "attached", "one", "reads", "then")

    def __init__(self, stream: Stream, one: int, then: "Push | Hls") -> None:
        self._stream, self.one, self.then = stream, one, then
        self._raw = b""
        self._body: Body | None = None
        self.attached, self.reads = False, READS

    def opening(self) -> bytes:
        """Return what is sent first."""
        return self._stream.request(self._stream.room, page=True)

    def take(self, raw: bytes, now: float, timeline: float) -> Step:
        """Read the page to its end; what it says does not matter."""
        if self._body is None:
            self._raw += raw
            head = read_head(self._raw)
            if head is None:
                return Go.ON
            if head.status != 200:
                return refused(self._stream, self.one, head)
            raw, self._raw = self._raw[head.size :], b""
            self._body = Body(head)
            if head.length is None and not head.chunked:
                self._stream.ledger.page(self.one, now)
                return Over(0.0)
        self._body.feed(raw)
        if not self._body.done:
            return Go.ON
        self._stream.ledger.page(self.one, now)
        return Over(0.0) if self._body.head.closes else Ask(self.then.opening())


class Push:
    """A listener of an endless stream."""

    __slots__ = ("_body", "_following", "_raw", "_stream", "attached", "one", "reads")

    def __init__(self, stream: Stream, one: int, following: Following | None) -> None:
        self._stream, self.one, self._following = stream, one, following
        self._raw = b""
        self._body: Body | None = None
        self.attached, self.reads = False, GLANCE if following is None else READS

    def opening(self) -> bytes:
        """Return what is sent first."""
        if self._following is None:
            return self._stream.plain
        return self._stream.request(self._stream.path + self._from())

    def _from(self) -> str:
        following = self._following
        return "" if following is None or following.next is None else f"?from={following.next}"

    def take(self, raw: bytes, now: float, timeline: float) -> Step:
        """Read on."""
        if self._body is None:
            self._raw += raw
            head = self._stream.heads.read(self._raw)
            if head is None:
                return Go.ON
            if head.status != 200:
                return refused(self._stream, self.one, head)
            self._stream.ledger.answer(self.one, head, now)
            self.attached = True
            self._body = Body(head)
            raw, self._raw = self._raw[head.size :], b""
            if self._following is not None:
                self._following.begin(self._stream.reader())
        if self._following is not None:
            return self._follow(self._following, self._body.feed(raw), now, timeline)
        return self._glance(raw, now)

    def _glance(self, raw: bytes, now: float) -> Step:
        """See whether there is sound; nothing more is read."""
        self._raw += raw
        if self._stream.mark in self._raw:
            self._raw = b""
            self._stream.ledger.sound(self.one, now)
            return Go.BLIND
        if len(self._raw) > MOST_BYTES:
            raise NotSound("a lot, and no sound")
        return Go.ON

    def _follow(self, following: Following, raw: bytes, now: float, timeline: float) -> Step:
        ledger = self._stream.ledger
        first = ledger.state(self.one).name != "HEARS"
        heard = following.hear(raw, timeline)
        if heard.parts:
            if first:
                ledger.sound(self.one, now)
            else:
                ledger.arrival(self.one, now)
            ledger.heard(heard.parts, heard.missing, heard.late)
            if following.cadence:
                ledger.cadence_is(following.cadence, now)
            if heard.missing:
                ledger.trouble(self.one, Trouble.PARTS_MISSING)
        return Go.ON


class Hls:
    """A listener with a plain HLS player."""

    __slots__ = ("_body", "_found", "_player", "_raw", "_stream", "attached", "one", "reads")

    def __init__(self, stream: Stream, one: int, player: Player) -> None:
        self._stream, self.one, self._player = stream, one, player
        self._raw = b""
        self._body: Body | None = None
        self._found: list[bytes] = []
        self.attached, self.reads = False, READS

    def opening(self) -> bytes:
        """Return what is sent first."""
        return self._stream.request(self._player.path())

    def take(self, raw: bytes, now: float, timeline: float) -> Step:
        """Read on."""
        ledger = self._stream.ledger
        if self._body is None:
            self._raw += raw
            head = self._stream.heads.read(self._raw)
            if head is None:
                return Go.ON
            if head.status != 200:
                return refused(self._stream, self.one, head)
            if not self.attached:
                ledger.answer(self.one, head, now)
                self.attached = True
            self._body, self._found = Body(head), []
            raw, self._raw = self._raw[head.size :], b""
        self._found.append(self._body.feed(raw))
        if not self._body.done:
            return Go.ON
        closes, self._body = self._body.head.closes, None
        fetched = self._player.fetched(b"".join(self._found))
        if fetched.lost:
            ledger.heard(0, 12 * fetched.lost, None)
            ledger.trouble(self.one, Trouble.PARTS_MISSING)
        if fetched.parts:
            ledger.heard(len(fetched.parts), 0, None)
            if ledger.state(self.one).name == "HEARS":
                ledger.arrival(self.one, now)
            else:
                ledger.sound(self.one, now)
        if closes:
            return Over(fetched.wait)
        return Ask(self._stream.request(self._player.path()), fetched.wait)


UNREADABLE: Final = (NotHttp, NotSound)
"""What a connection may raise: the bytes make no sense."""
