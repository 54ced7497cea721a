"""A core: HTTP answers as bytes.

Source: RFC 9110 and 9112; docs/wire.md lists the header fields of each path.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import Final

from fullhouse.edge.limits import Full
from fullhouse.errors import Refused
from fullhouse.plain import STYLE_SOURCE
from fullhouse.units import SECOND, Micros

PHRASES: Final = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    411: "Length Required",
    413: "Content Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}
HTML: Final = "text/html; charset=utf-8"
JSON: Final = "application/json"
NO_STORE: Final = "no-store"

FOR_ALL: Final[dict[str, str]] = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Streams, state and HLS may be read by any page."""
FOR_PAGES: Final[dict[str, str]] = {
    "Content-Security-Policy": (
        f"default-src 'none'; script-src 'self'; style-src 'self' {STYLE_SOURCE}; "
        "img-src 'self' data:; "
        "font-src 'self'; media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; "
        "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]{1,200}")
_NO_TOKEN: Final = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True, slots=True)
class Form:
    """How an answer is written.

    Attributes:
        now: for Date.
        bare: without its body, as the answer to HEAD.
        close: the connection ends with it.
    """

    now: Micros
    bare: bool = False
    close: bool = False


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


def head(status: int, fields: Mapping[str, str], form: Form) -> bytes:
    """Return the status line and header fields, with the empty line behind them."""
    lines = [f"HTTP/1.1 {status} {PHRASES[status]}", f"Date: {_date(form.now // SECOND)}"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    if form.close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(
    form: Form,
    media_type: str,
    body: bytes,
    *,
    status: int = 200,
    cache: str = NO_STORE,
    fields: Mapping[str, str] = FOR_ALL,
) -> bytes:
    """Return a whole answer.

    Args:
        cache: for Cache-Control.
        fields: further header fields.
    """
    said = {"Content-Type": media_type, "Content-Length": str(len(body)), "Cache-Control": cache}
    start = head(status, said | dict(fields), form)
    return start if form.bare else start + body


def page(form: Form, body: bytes, *, house: str = "", private: bool = False) -> bytes:
    """Return a page for people.

    Args:
        house: an origin that the page may speak to, besides ours, with a microphone.
        private: it was made for the holder of a key.
    """
    fields = _for_room(house) if house else FOR_PAGES
    return answer(
        form, HTML, body, cache="private, no-cache" if private else "no-cache", fields=fields
    )


@lru_cache(maxsize=8)
def _for_room(house: str) -> Mapping[str, str]:
    """Return the fields of a room's page, on which a listener may become a speaker."""
    if _ORIGIN.fullmatch(house) is None:
        return FOR_PAGES
    policy = FOR_PAGES["Content-Security-Policy"]
    return FOR_PAGES | {
        "Content-Security-Policy": policy.replace(
            "connect-src 'self'", f"connect-src 'self' {house}"
        ),
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    }


def nothing(form: Form, fields: Mapping[str, str] = FOR_ALL) -> bytes:
    """Return an answer that says yes and nothing more."""
    return head(204, {"Cache-Control": NO_STORE} | dict(fields), form)


def hand(form: Form, place: int, *, up: bool) -> bytes:
    """Say that a hand was taken.

    Args:
        place: how many stand before it; -1: not known.
    """
    told: dict[str, object] = {"state": "raised" if up else "lowered"}
    if up and place >= 0:
        told["place"] = place
    return answer(
        form, JSON, json.dumps(told).encode(), fields={"X-Content-Type-Options": "nosniff"}
    )


def stream_head(media_type: str, now: Micros, edge: str) -> bytes:
    """Return what stands before an endless stream: no length, no chunks, until it is closed.

    Args:
        edge: the name of the worker that sends it, for operators and rehearsals.
    """
    return _stream_head(media_type, now // SECOND, edge)


@lru_cache(maxsize=16)
def _stream_head(media_type: str, second: int, edge: str) -> bytes:
    fields = {
        "Content-Type": media_type,
        "Cache-Control": NO_STORE,
        "X-Accel-Buffering": "no",
        "Fullhouse-Edge": _NO_TOKEN.sub("-", edge),
    }
    return head(200, fields | FOR_ALL, Form(Micros(second * SECOND), close=True))


def refusal(form: Form, error: Refused, *, cache: str = NO_STORE) -> bytes:
    """Return an answer that refuses, for programs: one JSON line."""
    line = json.dumps({"code": error.code, "message": error.message}, ensure_ascii=False)
    body = line.encode("utf-8", "replace") + b"\n"
    fields = FOR_ALL | _refusal_fields(error)
    return answer(form, JSON, body, status=error.status, cache=cache, fields=fields)


def refusal_page(form: Form, error: Refused, body: bytes) -> bytes:
    """Return an answer that refuses, for people: a page."""
    fields = FOR_PAGES | _refusal_fields(error)
    return answer(form, HTML, body, status=error.status, fields=fields)


def _refusal_fields(error: Refused) -> dict[str, str]:
    fields = {}
    if error.retry_after is not None:
        fields["Retry-After"] = str(error.retry_after)
    if isinstance(error, Full) and error.limit is not None:
        fields["Fullhouse-Limit"] = error.limit.value
    if error.status == 405:
        fields["Allow"] = "GET, HEAD, OPTIONS, POST"
    return fields
