"""A core: what each request gets: an answer, a part to wait for, or a place in a stream."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from fullhouse import proof
from fullhouse.edge import answers, page
from fullhouse.edge.answers import Form
from fullhouse.edge.containers import STREAMS
from fullhouse.edge.hls import MISSING_AGE, Ready, Wait
from fullhouse.edge.request import (
    Ask,
    Asset,
    Beat,
    Challenge,
    Format,
    Front,
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
from fullhouse.units import PartNumber, RoomSlug

PLAYLIST_TYPE: Final = "application/vnd.apple.mpegurl"


class Full(NotReady):
    """Every place is taken."""

    code = "full"
    message = "Every place is taken at the moment. Please try again in a few seconds."


class WaitedTooLong(NotReady):
    """A request for HLS was held for three target durations."""

    code = "waited_too_long"
    message = "The stream has not come that far. Please try again."


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
    """Send this, and then every part of the stream from `head` on."""

    slug: RoomSlug
    format: Format
    raw: bytes


Outcome = Reply | Hold | Join


class Desk:
    """Answers for all rooms. Rooms must have been advanced to the answer's time before."""

    def __init__(self, rooms: Rooms, web: Web, rehearsal_token: str = "") -> None:
        self._rooms = rooms
        self._web = web
        self._rehearsal_token = rehearsal_token

    def answer(self, request: Request, form: Form) -> Outcome:
        """Return what a request gets.

        Raises:
            Refused: it gets nothing; see `refuse`.
        """
        ask, rooms = request.ask, self._rooms
        form = replace(form, bare=request.method == "HEAD")
        if request.method == "OPTIONS":
            return Reply(_may_be_asked(ask, form))
        match ask:
            case Front():
                return Reply(answers.page(form, page.front_page(rooms.by_slug.values(), form.now)))
            case Page():
                body = page.room_page(self._web.listen, rooms.get(ask.slug), form.now)
                return Reply(answers.page(form, body))
            case State():
                body = page.to_json(page.state(rooms.get(ask.slug), form.now))
                return Reply(answers.answer(form, answers.JSON, body, cache="public, max-age=1"))
            case Stream():
                return _join(rooms.get(ask.slug), ask, form)
            case Playlist():
                found = rooms.get(ask.slug).hls.playlist(ask.directives)
                return _hls(ask.slug, found, PLAYLIST_TYPE, form)
            case Media():
                found = rooms.get(ask.slug).hls.file(ask.file)
                return _hls(ask.slug, found, "audio/mp4", form)
            case Beat():
                rooms.get(ask.slug)
                return Reply(answers.nothing(form))
            case Challenge():
                return Reply(self._prove(ask, form))
            case Asset():
                return Reply(_file(self._web, ask, request.encodings, form))
            case _:
                assert_never(ask)

    def _prove(self, ask: Challenge, form: Form) -> bytes:
        if not self._rehearsal_token:
            raise NoSuchPage()
        told = proof.proof(self._rehearsal_token, ask.nonce, ask.host)
        return answers.answer(form, answers.JSON, page.to_json({"proof": told}))

    def beat(self, slug: RoomSlug, body: bytes) -> None:
        """Count a listener's beat.

        Raises:
            Malformed: it is no JSON object.
            UnknownRoom: nobody can listen there.
        """
        room = self._rooms.get(slug)
        if not page.is_json_object(body):
            raise Malformed("A beat is one JSON object.")
        room.counted.beats += 1


def _join(room: Room, ask: Stream, form: Form) -> Outcome:
    start = answers.stream_head(STREAMS[ask.format].media_type, form.now)
    if form.bare:
        return Reply(start)
    return Join(ask.slug, ask.format, room.containers.burst(ask.format, start, ask.resume))


def _hls(slug: RoomSlug, found: Ready | Wait, media_type: str, form: Form) -> Outcome:
    match found:
        case Wait(until):
            return Hold(slug, until)
        case Ready(body, max_age):
            cache = f"public, max-age={max_age}"
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
    if not isinstance(error, NoSuchFile | UnknownRoom | NoSuchPage):
        return answers.refusal(form, error)
    max_age = MISSING_AGE if isinstance(ask, Playlist | Media) else 1
    return answers.refusal(form, error, cache=f"public, max-age={max_age}")


def _sorry(error: Refused, ask: Ask | None) -> bytes:
    if isinstance(error, UnknownRoom) and isinstance(ask, Page):
        return page.unknown_page(ask.slug)
    if error.retry_after is not None:
        return page.busy_page(error.message, error.retry_after)
    return page.failed_page(error.message)


def _may_be_asked(ask: Ask, form: Form) -> bytes:
    allowed = "POST, OPTIONS" if isinstance(ask, Beat) else "GET, HEAD, OPTIONS"
    fields = {
        "Allow": allowed,
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": "*",
        "Access-Control-Max-Age": "86400",
    }
    return answers.nothing(form, fields | answers.FOR_ALL)
