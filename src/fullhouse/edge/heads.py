"""A shell: reads a usual request at one look: whole, without a body, and alone.

What it returns is what the parser's callbacks in `connection` would come to; of whatever is less
usual it says nothing, and the bytes go there. A head's meaning depends on nothing but its bytes,
so that one which came before is not read again: a crowd's browsers send the same few.
"""

import re
from dataclasses import dataclass
from typing import Final

import httptools

from fullhouse.edge.memo import Memo
from fullhouse.edge.request import HEADERS, Request, Stream, read, wants_page
from fullhouse.errors import Refused

USUAL_BYTES: Final = 2_048
"""Longer heads are read in the other way."""
KEPT: Final = 512
_MATTERS: Final = re.compile(
    rb"\n(?:(accept|accept-encoding|content-length|host|transfer-encoding|upgrade):|[ \t])"
    rb"([^\r\n]*)",
    re.IGNORECASE,
)
"""The fields on which an answer depends, and lines that go on with the field before them."""
_USUAL: Final = frozenset({b"accept", b"accept-encoding", b"host"})

Fields = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One request that was understood: the same object for heads that mean the same.

    Attributes:
        close: the connection ends with the answer.
        people: a person's browser asks, so that a refusal is a page.
        stream: what a GET of an endless stream asks for, else None.
    """

    request: Request
    close: bool
    people: bool
    stream: Stream | None


class Heads:
    """The heads that came lately, and a parser for those that are new."""

    def __init__(self) -> None:
        self._known: Memo[bytes, Asked] = Memo(KEPT)
        self._alike: Memo[tuple[object, ...], Asked] = Memo(KEPT)
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._whole = 0
        self._kind = ("", b"", False)

    def read(self, raw: bytes) -> Asked | None:
        """Return what these bytes ask for; None where they have to be looked at more closely."""
        asked = self._known.get(raw)
        if asked is None and _is_one_head(raw) and (asked := self._parse(raw)) is not None:
            self._known.keep(raw, asked)
        return asked

    def _parse(self, raw: bytes) -> Asked | None:
        self._url, self._whole = b"", 0
        try:
            self._parser.feed_data(raw)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._whole = 0
        if self._whole != 1 or self._kind[2]:
            self._parser = httptools.HttpRequestParser(self)  # the old one takes nothing more
        if self._whole != 1:
            return None
        fields: Fields = _MATTERS.findall(raw)
        key = (self._kind, self._url, *fields)
        asked = self._alike.get(key)
        if asked is None and (asked := _asked(*self._kind, self._url, fields)) is not None:
            self._alike.keep(key, asked)
        return asked

    # From the parser.

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_headers_complete(self) -> None:
        parser = self._parser
        version = parser.get_http_version()
        close = version != "1.1" or not parser.should_keep_alive()
        self._kind = version, parser.get_method(), close

    def on_message_complete(self) -> None:
        self._whole += 1


def _is_one_head(raw: bytes) -> bool:
    end = len(raw) - 4
    return end < USUAL_BYTES and raw.find(b"\r\n\r\n") == end and raw.count(b"\n") <= HEADERS


def _asked(version: str, method: bytes, close: bool, url: bytes, fields: Fields) -> Asked | None:
    if version not in ("1.0", "1.1") or method == b"POST":  # what is posted has a body
        return None
    if any(name.lower() not in _USUAL for name, _ in fields):
        return None
    try:
        request = read(method.decode("latin-1"), url.decode("latin-1"), fields)
    except Refused:
        return None
    stream = request.ask if method == b"GET" and isinstance(request.ask, Stream) else None
    return Asked(request, close, wants_page(fields), stream)
