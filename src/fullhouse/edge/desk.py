"""A core: what each request gets: an answer, a part to wait for, or a place in a stream."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from fullhouse import proof
from fullhouse.edge import answers, page
from fullhouse.edge.answers import Form
from fullhouse.edge.containers import STREAMS
from fullhouse.edge.hands import HandsClosed, read_hand
from fullhouse.edge.hls import MISSING_AGE, Ready, Wait
from fullhouse.edge.limits import Full, Limit
from fullhouse.edge.memo import Memo
from fullhouse.edge.plans import Feed, NothingPlanned, event_file
from fullhouse.edge.request import (
    Ask,
    Asset,
    Beat,
    Calendar,
    Challenge,
    Event,
    Format,
    Front,
    Hand,
    Keyed,
    Media,
    NoSuchPage,
    Page,
    Playlist,
    Request,
    State,
    Stream,
)
from fullhouse.edge.room import Room
from fullhouse.edge.rooms import Rooms
from fullhouse.errors import Malformed, NotReady, Refused, UnknownRoom
from fullhouse.programme.playlist import NoSuchFile
from fullhouse.units import Micros, PartNumber, RoomSlug
from fullhouse.wire import RaisedHand

PLAYLIST_TYPE: Final = "application/vnd.apple.mpegurl"
FULL_FOR: Final = 5
"""Seconds after which somebody for whom there is no place may ask again."""
KEPT_SAID: Final = 64

Moment = tuple[int, int, int, int, int]


class WaitedTooLong(NotReady):
    """A request for HLS was held for three target durations."""

    code = "waited_too_long"
    message = "The stream has not come that far. Please try again."


class Uninvited(Refused):
    """The room is for those who bring its key."""

    code = "uninvited"
    status = 403
    message = "This room is by invitation. Open the link that you were given."


@dataclass(frozen=True, slots=True)
class WebFile:
    """A file of the built pages, in memory.

    Attributes:
        encoded: the same by content coding, as far as it was prepared.
        lasting: its name changes with its content, so that it may be kept for ever.
    """

    media_type: str
    plain: bytes
    encoded: Mapping[str, bytes] = field(default_factory=dict)
    lasting: bool = True


@dataclass(frozen=True, slots=True)
class Web:
    """The built pages: the listener's page as a template, and files by name."""

    listen: str = page.BUILT_IN
    files: Mapping[str, WebFile] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """Send this."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Hold:
    """Ask again once this part of the room is decided."""

    slug: RoomSlug
    until: PartNumber


@dataclass(frozen=True, slots=True)
class Join:
    """Send this, and then every part of the stream from `head` on.

    Attributes:
        brought: the hash of the key that was brought; empty: none was.
    """

    slug: RoomSlug
    format: Format
    raw: bytes
    brought: str = ""


@dataclass(frozen=True, slots=True)
class Raise:
    """Let the house have this hand, and answer when it has; the network is still to be named."""

    hand: RaisedHand
    forwarded: str


Outcome = Reply | Hold | Join | Raise


class Desk:
    """Answers for all rooms. Rooms must have been advanced to the answer's time before.

    Attributes:
        short: of what there is too little for one more stream; set by who measures it.
    """

    def __init__(
        self, rooms: Rooms, web: Web, rehearsal_token: str = "", edge_name: str = "edge"
    ) -> None:
        self._rooms = rooms
        self._web = web
        self._rehearsal_token = rehearsal_token
        self._edge_name = edge_name
        self._said: Memo[tuple[Page | State, bool, bool], tuple[Moment, bytes]] = Memo(KEPT_SAID)
        self._feed = Feed()
        self.short: Limit | None = None

    def answer(self, request: Request, form: Form) -> Outcome:
        """Return what a request gets.

        Raises:
            Refused: it gets nothing; see `refuse`.
        """
        ask = request.ask
        if request.method == "HEAD":
            form = replace(form, bare=True)
        if request.method == "OPTIONS":
            return Reply(_may_be_asked(ask, form))
        match ask:
            case Front():
                rooms = self._rooms.by_slug.values()
                return Reply(answers.page(form, page.front_page(rooms, form.now)))
            case Calendar():
                return Reply(self._feed.answer(self._rooms.by_slug.values(), form))
            case Challenge():
                return Reply(self._prove(ask, form))
            case Asset():
                return Reply(_file(self._web, ask, request.encodings, form))
            case _:
                return self._of_room(ask, form)

    def _of_room(self, asked: Keyed, form: Form) -> Outcome:
        room = self._let_in(asked)
        ask = asked if room.news.entry or not asked.key else replace(asked, key="")
        match ask:
            case Page() | State():
                return Reply(self._say(ask, form))
            case Event():
                return Reply(event_file(room, form, page.query(ask.key)))
            case Stream() if form.bare:
                return Reply(self._stream_head(ask, form.now))
            case Stream():
                return self.join(replace(ask, key=asked.key), form.now)
            case Playlist():
                found = room.hls.playlist(ask.directives, ask.key)
                return _hls(ask, found, PLAYLIST_TYPE, form)
            case Media():
                return _hls(ask, room.hls.file(ask.file), "audio/mp4", form)
            case Beat():
                return Reply(answers.nothing(form))
            case Hand():
                return self._raise(ask)
            case _:
                assert_never(ask)

    def _let_in(self, ask: Keyed) -> Room:
        """Return the room of an ask.

        Raises:
            UnknownRoom: nobody can listen there.
            Uninvited: it takes a key, and this is not it.
        """
        room = self._rooms.get(ask.slug)
        if room.news.entry and not hmac.compare_digest(_hash(ask.key), room.news.entry):
            raise Uninvited()
        return room

    def _raise(self, ask: Hand) -> Raise:
        hand = read_hand(ask.slug, ask.body)
        if hand.up and not self._rooms.get(ask.slug).news.hands_open:
            raise HandsClosed()
        return Raise(hand, ask.forwarded)

    def join(self, ask: Stream, now: Micros) -> Join:
        """Return what a listener of a stream gets at once.

        Raises:
            Refused: there is no such room, or no place.
        """
        start = self._stream_head(ask, now)
        if self.short is not None:
            raise Full(self.short, retry_after=FULL_FOR)
        room = self._rooms.get(ask.slug)
        raw = room.containers.burst(ask.format, start, ask.resume)
        # Of many who are invited, all have one and the same text here.
        brought = room.news.entry or (_hash(ask.key) if ask.key else "")
        return Join(ask.slug, ask.format, raw, brought)

    def _stream_head(self, ask: Stream, now: Micros) -> bytes:
        self._let_in(ask)
        return answers.stream_head(STREAMS[ask.format].media_type, now, self._edge_name)

    def _say(self, ask: Page | State, form: Form) -> bytes:
        """Return a room's page or state: the same bytes until the room's next part."""
        room = self._rooms.get(ask.slug)
        moment = _moment(room, form.now)
        key = (ask, form.bare, form.close)
        said = self._said.get(key)
        if said is not None and said[0] == moment:
            return said[1]
        raw = self._compose(ask, room, form)
        self._said.keep(key, (moment, raw))
        return raw

    def _compose(self, ask: Page | State, room: Room, form: Form) -> bytes:
        if isinstance(ask, Page):
            made = page.room_page(self._web.listen, room, form.now, ask.key)
            return answers.page(form, made, house=room.news.house, private=bool(ask.key))
        body = page.to_json(page.state(room, form.now, ask.key))
        return answers.answer(form, answers.JSON, body, cache=f"{_whose(ask)}, max-age=1")

    def _prove(self, ask: Challenge, form: Form) -> bytes:
        if not self._rehearsal_token:
            raise NoSuchPage()
        told = proof.proof(self._rehearsal_token, ask.nonce, ask.host)
        return answers.answer(form, answers.JSON, page.to_json({"proof": told}))

    def beat(self, ask: Beat, body: bytes) -> None:
        """Count a listener's beat.

        Raises:
            Malformed: it is no JSON object.
            UnknownRoom: nobody can listen there.
            Uninvited: this one cannot.
        """
        room = self._let_in(ask)
        if not page.is_json_object(body):
            raise Malformed("A beat is one JSON object.")
        room.counted.beats += 1


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _moment(room: Room, now: Micros) -> Moment:
    """Return what tells that a room's page is the same as before, or old by a third of a second."""
    news = room.news
    return news.epoch, news.revision, room.told_at, room.window.head, room.listeners(now)


def _whose(ask: Keyed) -> str:
    """Return who may keep an answer: what needs a key is for nobody between us and its holder."""
    return "private" if ask.key else "public"


def _hls(ask: Playlist | Media, found: Ready | Wait, media_type: str, form: Form) -> Outcome:
    match found:
        case Wait(until):
            return Hold(ask.slug, until)
        case Ready(body, max_age):
            cache = f"{_whose(ask)}, max-age={max_age}"
            return Reply(answers.answer(form, media_type, body, cache=cache))


def _file(web: Web, ask: Asset, encodings: tuple[str, ...], form: Form) -> bytes:
    file = web.files.get(ask.name)
    if file is None and ask.name.startswith("favicon."):
        file = WebFile("image/svg+xml", page.ICON, lasting=False)
    if file is None:
        raise NoSuchPage()
    fields = dict(answers.FOR_ALL)
    coding = next((one for one in encodings if one in file.encoded), None)
    if file.encoded:
        fields["Vary"] = "Accept-Encoding"
    if coding is not None:
        fields["Content-Encoding"] = coding
    body = file.plain if coding is None else file.encoded[coding]
    cache = "public, max-age=31536000, immutable" if file.lasting else "public, max-age=3600"
    return answers.answer(form, file.media_type, body, cache=cache, fields=fields)


def refuse(error: Refused, ask: Ask | None, form: Form, *, for_people: bool = False) -> bytes:
    """Return the answer that refuses: a page for people, a JSON line for programs.

    Args:
        ask: what was asked for, as far as that was read.
        for_people: the caller is a browser that shows a page.
    """
    if for_people and isinstance(ask, Front | Page | None):
        return answers.refusal_page(form, error, _sorry(error, ask))
    if not isinstance(error, NoSuchFile | UnknownRoom | NoSuchPage | NothingPlanned):
        return answers.refusal(form, error)
    max_age = MISSING_AGE if isinstance(ask, Playlist | Media) else 1
    return answers.refusal(form, error, cache=f"public, max-age={max_age}")


def _sorry(error: Refused, ask: Ask | None) -> bytes:
    if isinstance(error, UnknownRoom) and isinstance(ask, Page):
        return page.unknown_page(ask.slug)
    if error.retry_after is not None:
        return page.busy_page(error.message, error.retry_after)
    if isinstance(error, Uninvited):
        return page.uninvited_page(error.message)
    return page.failed_page(error.message)


def _may_be_asked(ask: Ask, form: Form) -> bytes:
    if isinstance(ask, Hand):  # our own page alone raises hands
        return answers.nothing(form, {"Allow": "POST, OPTIONS"})
    allowed = "POST, OPTIONS" if isinstance(ask, Beat) else "GET, HEAD, OPTIONS"
    fields = {
        "Allow": allowed,
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": "*",
        "Access-Control-Max-Age": "86400",
    }
    return answers.nothing(form, fields | answers.FOR_ALL)
