"""A core: what an Icecast source says before its sound, and how its body is cut out.

The head is read by lines of our own and not by h11: h11 takes a request with neither length nor
chunks for one without a body, and knows no `ICE/1.0`, and that is just what sources send.
Source: Icecast 2.4's and libshout's own text, and what ffmpeg 5.1 sends; RFC 9112 for chunks.
"""

import base64
import binascii
import json
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal, cast

from fullhouse.errors import BadSlug, Malformed, NotAllowed, Refused
from fullhouse.units import RoomSlug, room_slug

MAX_HEAD: Final = 16 * 1024
MAX_FIELDS: Final = 64
MAX_NAME: Final = 80
DEFAULT_NAME: Final = "Source"
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_REQUEST: Final = re.compile(r"([A-Z]{1,16}) ([!-~\x80-\xff]+) (HTTP/1\.[01]|ICE/1\.0)")
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_CHUNK_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\n]*)?\r?\n")
_MAX_CHUNK_LINE: Final = 256
_REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


class HeadTooLarge(Refused):
    code = "head_too_large"
    status = 431
    message = "The request's head is larger than 16 kB."


class HeadTooSlow(Refused):
    code = "head_too_slow"
    status = 408
    message = "The request's head did not come within 5 seconds."


class NotASource(Refused):
    code = "not_a_source"
    status = 405
    message = "This port takes sound from Icecast sources, by PUT or SOURCE; listen elsewhere."


class MountTaken(Refused):
    code = "mount_taken"
    status = 409
    message = "Another source speaks in this room now."


class NotAudio(Refused):
    code = "not_audio"
    status = 415
    message = "This is no sound that Fullhouse knows: send Ogg, MP3, AAC, FLAC or WebM."


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """A source that asks to speak.

    Attributes:
        user, key: from Basic authentication, not checked yet.
        name: what the source calls itself, fit to be shown.
        content_type: what it says it sends, in lower case without parameters; may be wrong.
        expects_continue: it waits for `100 Continue` before its sound.
        length: bytes of the body, or None where it ends when the connection does.
        chunked: the body comes in chunks.
    """

    method: Literal["PUT", "SOURCE"]
    version: str
    slug: RoomSlug
    user: str
    key: str
    name: str
    content_type: str
    expects_continue: bool
    length: int | None
    chunked: bool


class HeadReader:
    """Collects a request's head from bytes as they come."""

    def __init__(self) -> None:
        self._seen = bytearray()
        self.rest = b""
        """What came after the head: the beginning of the body."""

    def feed(self, raw: bytes) -> SourceRequest | None:
        """Return the request when its head is complete, else None.

        Raises:
            Refused: the head is too large, has not its form, or asks for something else.
        """
        searched = max(0, len(self._seen) - 3)
        self._seen += raw
        end = _HEAD_END.search(self._seen, searched)
        if (end.end() if end else len(self._seen)) > MAX_HEAD:
            raise HeadTooLarge()
        if end is None:
            line, newline, _ = self._seen[:MAX_HEAD].partition(b"\n")
            if newline:
                _request_line(line)
            return None
        self.rest = bytes(self._seen[end.end() :])
        return parse_head(bytes(self._seen[: end.start()]))


def _request_line(line: bytes | bytearray) -> tuple[str, str, str]:
    match = _REQUEST.fullmatch(line.decode("latin-1").removesuffix("\r"))
    if match is None:
        raise Malformed("The first line is not a source's request: PUT /room HTTP/1.1.")
    return match[1], match[2], match[3]


def parse_head(head: bytes) -> SourceRequest:
    """Return what a source asks in a head without its closing empty line.

    Raises:
        Refused: the head has not its form, or asks for something else.
    """
    first, _, rest = head.partition(b"\n")
    method, target, version = _request_line(first)
    if method not in ("PUT", "SOURCE"):
        raise NotASource()
    slug = _mount(target)
    fields = _fields(rest)
    user, key = _credentials(fields.get("authorization", ""))
    length, chunked = _framing(fields)
    expected = fields.get("expect", "").lower() == "100-continue"
    return SourceRequest(
        method=cast(Literal["PUT", "SOURCE"], method),
        version=version,
        slug=slug,
        user=user,
        key=key,
        name=shown_name(fields.get("ice-name", "")),
        content_type=fields.get("content-type", "").partition(";")[0].strip().lower(),
        expects_continue=expected and version == "HTTP/1.1",
        length=length,
        chunked=chunked,
    )


def _mount(target: str) -> RoomSlug:
    path = target.partition("?")[0]
    if not path.startswith("/"):
        raise BadSlug()
    return room_slug(path[1:])


def _fields(rest: bytes) -> dict[str, str]:
    fields: dict[str, str] = {}
    lines = rest.decode("latin-1").split("\n") if rest else []
    if len(lines) > MAX_FIELDS:
        raise HeadTooLarge("The request has more than 64 header fields.")
    for line in lines:
        name, colon, text = line.removesuffix("\r").partition(":")
        if not colon or _TOKEN.fullmatch(name) is None:
            raise Malformed("A header field is not of the form Name: text.")
        text = text.strip(" \t")
        if any(character < " " and character != "\t" for character in text):
            raise Malformed("A header field holds a control character.")
        if name.lower() in ("content-length", "transfer-encoding") and name.lower() in fields:
            raise Malformed(f"The header field {name} is there twice.")
        fields.setdefault(name.lower(), text)
    return fields


def _credentials(text: str) -> tuple[str, str]:
    scheme, _, encoded = text.partition(" ")
    try:
        plain = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        plain = ""
    user, colon, key = plain.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise NotAllowed("Say the room's source key by Basic authentication, as user source.")
    return user, key


def _framing(fields: dict[str, str]) -> tuple[int | None, bool]:
    coding = fields.get("transfer-encoding", "").lower()
    length = fields.get("content-length")
    if coding not in ("", "chunked", "identity") or (coding == "chunked" and length is not None):
        raise Malformed("A body is either chunked, or has a length, or ends with the connection.")
    if length is None:
        return None, coding == "chunked"
    if not (length.isascii() and length.isdecimal() and len(length) <= 18):
        raise Malformed("Content-Length is not a number.")
    return int(length), False


def shown_name(text: str) -> str:
    """Return a source's name from its header field, without what could disturb a page.

    Header fields are read as Latin-1; most sources mean UTF-8.
    """
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode()
    kept = (
        c
        for c in unicodedata.normalize("NFC", text)
        if unicodedata.category(c)[0] not in "CZ" or c == " "
    )
    return " ".join("".join(kept).split())[:MAX_NAME].strip() or DEFAULT_NAME


class Body:
    """Cuts a request's body out of the bytes that come after its head."""

    def __init__(self, length: int | None, chunked: bool) -> None:
        self._left = length
        self._chunked = chunked
        self._line = bytearray()
        self._state: Literal["size", "sound", "after", "trailer"] = "size"
        self.done = length == 0
        """True once the body's last byte is in; never where it ends with the connection."""

    def feed(self, raw: bytes) -> bytes:
        """Return the body's bytes among `raw`; what comes after its end is left out.

        Raises:
            Malformed: the chunks have not their form.
        """
        if self.done:
            return b""
        if self._chunked:
            return self._unchunk(raw)
        if self._left is None:
            return raw
        sound = raw[: self._left]
        self._left -= len(sound)
        self.done = self._left == 0
        return sound

    def _unchunk(self, raw: bytes) -> bytes:
        sound = bytearray()
        at = 0
        while at < len(raw) and not self.done:
            if self._state == "sound":
                assert self._left is not None
                piece = raw[at : at + self._left]
                sound += piece
                at += len(piece)
                self._left -= len(piece)
                if self._left == 0:
                    self._state = "after"
                continue
            end = raw.find(b"\n", at) + 1
            self._line += raw[at : end or len(raw)]
            at = end or len(raw)
            if len(self._line) > _MAX_CHUNK_LINE:
                raise Malformed("A line between two chunks is too long.")
            if end:
                self._take_line(bytes(self._line))
                self._line.clear()
        return bytes(sound)

    def _take_line(self, line: bytes) -> None:
        if self._state == "trailer":
            self.done = line in (b"\r\n", b"\n")
            return
        if self._state == "after":
            if line not in (b"\r\n", b"\n"):
                raise Malformed("A chunk is longer than it says.")
            self._state = "size"
            return
        match = _CHUNK_SIZE.fullmatch(line)
        if match is None:
            raise Malformed("A chunk does not say its size.")
        self._left = int(match[1], 16)
        self._state = "sound" if self._left else "trailer"


def accepted(version: str) -> bytes:
    """Return the answer that lets a source speak, or thanks it at the end."""
    fields = "Server: Fullhouse\r\nConnection: close\r\n"
    return f"{_answer_version(version)} 200 OK\r\n{fields}\r\n".encode()


def refusal(error: Refused, version: str = "HTTP/1.1") -> bytes:
    """Return the answer that turns a source away, with one line of JSON that says why."""
    line = json.dumps({"code": error.code, "message": error.message}, ensure_ascii=False) + "\n"
    body = line.encode()
    fields = [
        f"{_answer_version(version)} {error.status} {_REASONS.get(error.status, 'Refused')}",
        "Server: Fullhouse",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    if error.status == 401:
        fields.append('WWW-Authenticate: Basic realm="Fullhouse"')
    if error.status == 405:
        fields.append("Allow: PUT, SOURCE")
    if error.retry_after is not None:
        fields.append(f"Retry-After: {error.retry_after}")
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + body


def _answer_version(version: str) -> str:
    return "HTTP/1.1" if version == "HTTP/1.1" else "HTTP/1.0"
