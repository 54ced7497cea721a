"""A core: what a request asks for, or why it is refused. Strict, bounded, and without state.

Nothing is decoded and nothing is normalised: a path that is not written as ours are is none of
ours. docs/wire.md lists the paths.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl

from fullhouse import proof
from fullhouse.errors import Malformed, Refused
from fullhouse.networks import way_of
from fullhouse.programme.playlist import Directives, MediaFile, parse_directives, parse_file_name
from fullhouse.units import PartNumber, RoomSlug, room_slug

HEAD_BYTES: Final = 16_384
"""Request line and headers together."""
HEADERS: Final = 64
TARGET_BYTES: Final = 2_048
BEAT_BYTES: Final = 256

Headers = Sequence[tuple[bytes, bytes]]


class Format(StrEnum):
    """An endless stream, named as in its path."""

    MP4 = "live.mp4"
    OPUS_MP4 = "live-opus.mp4"
    AAC = "live.aac"
    OGG = "live.ogg"
    LOW_MP4 = "live-low.mp4"
    LOW_OPUS_MP4 = "live-opus-low.mp4"
    LOW_AAC = "live-low.aac"
    LOW_OGG = "live-low.ogg"


@dataclass(frozen=True, slots=True)
class Front:
    """The page that lists the rooms."""


@dataclass(frozen=True, slots=True)
class Page:
    """A room's page for listeners.

    Attributes:
        key: what lets invited listeners in, here and below; empty: none was brought.
    """

    slug: RoomSlug
    key: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """A room's state.json."""

    slug: RoomSlug
    key: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What is planned in a room, as a calendar file."""

    slug: RoomSlug
    key: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is planned in all rooms that want to be found."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An endless stream, from part `resume` on if the window still has it."""

    slug: RoomSlug
    format: Format
    resume: PartNumber | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Playlist:
    """The HLS playlist, as the directives say."""

    slug: RoomSlug
    directives: Directives
    key: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """A file that an HLS playlist names."""

    slug: RoomSlug
    file: MediaFile
    key: str = ""


@dataclass(frozen=True, slots=True)
class Beat:
    """A listener's heartbeat or reaction, in a body of `size` bytes."""

    slug: RoomSlug
    size: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Hand:
    """A listener raises a hand, or takes it down, in a body of `size` bytes.

    Attributes:
        body: what was sent, once it is here.
        forwarded: its way by proxies.
    """

    slug: RoomSlug
    size: int
    key: str = ""
    body: bytes = b""
    forwarded: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the built pages."""

    name: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """A rehearsal asks whether this is the edge of who started it."""

    nonce: str
    host: str = ""


Keyed = Page | State | Event | Stream | Playlist | Media | Beat | Hand
"""What is asked of one room, with the key that was brought."""
Ask = Challenge | Front | Calendar | Keyed | Asset


@dataclass(frozen=True, slots=True)
class Request:
    """What one request asks for.

    Attributes:
        ask: the thing.
        method: `GET`, `HEAD`, `POST` or `OPTIONS`; the last asks only what may be asked.
        encodings: content codings that the caller reads, out of `br` and `gzip`.
    """

    ask: Ask
    method: str
    encodings: tuple[str, ...] = ()


class NoSuchPage(Refused):
    code = "no_such_page"
    status = 404
    message = "There is nothing here. A room's page is at /{its name}."


class NotThisMethod(Refused):
    code = "method_not_allowed"
    status = 405
    message = "This can be read with GET; only beats and hands are sent with POST."


class BodyNotExpected(Refused):
    code = "body_not_expected"
    message = "A request of this kind has no body."


class BodyTooLarge(Refused):
    code = "body_too_large"
    status = 413
    message = f"A beat or a hand has at most {BEAT_BYTES} bytes."


class NotJson(Refused):
    code = "wrong_type"
    status = 415
    message = "The body's Content-Type must be application/json."


class LengthMissing(Refused):
    code = "length_required"
    status = 411
    message = "A body says its length in Content-Length."


class HeadTooLarge(Refused):
    code = "head_too_large"
    status = 431
    message = f"Request line and headers have at most {HEAD_BYTES} bytes and {HEADERS} headers."


class TargetTooLong(Refused):
    code = "target_too_long"
    status = 414
    message = f"An address here has at most {TARGET_BYTES} characters."


class TooSlow(Refused):
    code = "too_slow"
    status = 408
    message = "The request did not come in within five seconds."


METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")
_ASSET: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}")
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_KEY: Final = re.compile(r"[a-z2-7]{26}")
_FORMATS: Final = {format_.value: format_ for format_ in Format}
_ICONS: Final = frozenset({"/favicon.ico", "/favicon.svg"})


def read(method: str, target: str, headers: Headers) -> Request:
    """Return what a request asks for.

    Args:
        method: as sent.
        target: as sent, in the request line: path and query, or a whole URL.
        headers: names in any case.

    Raises:
        Refused: there is no such thing, or it is not asked for in the right way.
    """
    size = _body_size(headers)
    ask = _what(method, target, size)
    if isinstance(ask, Challenge):
        ask = replace(ask, host=_host(headers))
    elif isinstance(ask, Hand) and method == "POST":
        if not _is_json(headers):
            raise NotJson()
        ask = replace(ask, forwarded=_forwarded(headers))
    return Request(ask, method, _encodings(headers))


@lru_cache(maxsize=1024)
def _what(method: str, target: str, size: int) -> Ask:
    """Return what is asked for: listeners by the thousand ask for the same."""
    if method not in METHODS:
        raise NotThisMethod()
    if len(target) > TARGET_BYTES:
        raise TargetTooLong()
    path, _, query = _origin_form(target).partition("?")
    ask = _ask(path, query, size)
    _check_method(method, ask, size)
    return ask


def wants_page(headers: Headers) -> bool:
    """True where a person's browser asks: an answer for people fits better than JSON."""
    return any(b"text/html" in value for name, value in headers if name.lower() == b"accept")


def announces_body(headers: Headers) -> bool:
    """True where a body may follow, whether it belongs there or not."""
    return any(
        name.lower() == b"transfer-encoding"
        or (name.lower() == b"content-length" and value != b"0")
        for name, value in headers
    )


def _origin_form(target: str) -> str:
    if target.startswith("http://"):
        return "/" + target[len("http://") :].partition("/")[2]
    if not target.startswith("/"):
        raise Malformed("The request line does not name a path.")
    return target


def _ask(path: str, query: str, size: int) -> Ask:
    if path == "/":
        return Front()
    if path == "/calendar.ics":
        return Calendar()
    if path == proof.PATH:
        return Challenge(_nonce(query))
    if path in _ICONS:
        return Asset(path[1:])
    first, *rest = path[1:].split("/")
    if first == "assets":
        return Asset(_asset_name(rest))
    ask = _ask_room(room_slug(first), rest, query, size)
    return replace(ask, key=_key(query)) if "key=" in query else ask


def _ask_room(slug: RoomSlug, rest: list[str], query: str, size: int) -> Keyed:
    match rest:
        case [] | [""]:
            return Page(slug)
        case ["state.json"]:
            return State(slug)
        case ["event.ics"]:
            return Event(slug)
        case ["beat"]:
            return Beat(slug, size)
        case ["hand"]:
            return Hand(slug, size)
        case ["hls", "live.m3u8"]:
            return Playlist(slug, parse_directives(query))
        case ["hls", name]:
            return Media(slug, parse_file_name(name))
        case [name] if name in _FORMATS:
            return Stream(slug, _FORMATS[name], _resume(query))
        case _:
            raise NoSuchPage()


def _asset_name(rest: list[str]) -> str:
    if len(rest) != 1 or _ASSET.fullmatch(rest[0]) is None:
        raise NoSuchPage()
    return rest[0]


def _nonce(query: str) -> str:
    name, _, value = query.partition("=")
    if name != "nonce" or not proof.is_nonce(value):
        raise Malformed("nonce= is 32 digits of lower hexadecimal.")
    return value


def _host(headers: Headers) -> str:
    fields = [value for name, value in headers if name.lower() == b"host"]
    return proof.host_name(fields[0].decode("latin-1")) if len(fields) == 1 else ""


def _resume(query: str) -> PartNumber | None:
    values = [value for name, value in parse_qsl(query) if name == "from"]
    if not values:
        return None
    if len(values) > 1 or _NUMBER.fullmatch(values[0]) is None:
        raise Malformed("from= is the number of one part.")
    return PartNumber(int(values[0]))


def _key(query: str) -> str:
    """Return the key that was brought; one that no room can have is none."""
    values = [value for name, value in parse_qsl(query) if name == "key"]
    return values[0] if len(values) == 1 and _KEY.fullmatch(values[0]) else ""


def _is_json(headers: Headers) -> bool:
    """True where pages of other origins would have had to ask first, and are told no."""
    kinds = [value for name, value in headers if name.lower() == b"content-type"]
    return [kind.split(b";")[0].strip().lower() for kind in kinds] == [b"application/json"]


def _forwarded(headers: Headers) -> str:
    """Return what proxies say of the request's way."""
    said: dict[bytes, list[str]] = {b"x-forwarded-for": [], b"forwarded": []}
    for name, value in headers:
        if name.lower() in said:
            said[name.lower()].append(value.decode("latin-1"))
    return way_of(*said.values())


def _body_size(headers: Headers) -> int:
    """Return the body's length: 0 for none, -1 where it is not said."""
    size = 0
    for name, value in headers:
        match name.lower():
            case b"transfer-encoding":
                return -1
            case b"content-length":
                if not value.isdigit() or len(value) > 18:
                    raise Malformed("Content-Length is a whole number.")
                size = int(value)
    return size


def _check_method(method: str, ask: Ask, size: int) -> None:
    if isinstance(ask, Beat | Hand):
        if method == "OPTIONS" and size == 0:
            return
        if method != "POST":
            raise NotThisMethod("This is sent with POST.")
        if size < 0:
            raise LengthMissing()
        if size > BEAT_BYTES:
            raise BodyTooLarge()
    elif method == "POST":
        raise NotThisMethod()
    elif size != 0:
        raise BodyNotExpected()


def _encodings(headers: Headers) -> tuple[str, ...]:
    accepted = b",".join(value for name, value in headers if name.lower() == b"accept-encoding")
    if not accepted:
        return ()
    words = {word.strip().lower() for word in accepted.split(b",")}
    return tuple(coding for coding in ("br", "gzip") if coding.encode() in words)
