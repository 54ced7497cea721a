"""A shell: whatever is refused, by us or by the framework, is said as one JSON line.

Also the bounds that every request keeps, before any route sees it.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fullhouse.errors import Malformed, Refused

BODY_BYTES: Final = 64 * 1024
SDP_BYTES: Final = 16 * 1024
DRAINED_BYTES: Final = 1024 * 1024
BODY_WITHIN: Final = 10.0

log = structlog.get_logger()

EVERYWHERE: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
FROM_ANYWHERE: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Fullhouse-Seat, Retry-After",
}
"""WHIP and rooms may be spoken to by pages of any origin, such as the edge's: that needs a token,
and no cookie helps, for browsers send none to an answer that is for everybody."""
_MAY_BE_ASKED: Final = {
    "Allow": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "7200",
}


_HOLD: Final = re.compile(r"/api/rooms/[^/]+/hold")


class NoSuchPage(Refused):
    code = "no_such_page"
    status = 404
    message = "There is nothing here. The studio is at /studio/{room}, the interface at /api."


class NotThisMethod(Refused):
    code = "method_not_allowed"
    status = 405
    message = "That cannot be done here; the Allow header says what can."


class BodyTooLarge(Refused):
    code = "body_too_large"
    status = 413

    def __init__(self, most: int) -> None:
        super().__init__(f"A body has at most {most // 1024} kB here.")


class BodyTooSlow(Refused):
    code = "body_too_slow"
    status = 408
    message = "The request's body did not come within 10 seconds."


class BodyNotExpected(Refused):
    code = "body_not_expected"
    message = "A request of this kind has no body."


class WrongType(Refused):
    code = "wrong_type"
    status = 415

    def __init__(self, right: str) -> None:
        super().__init__(f"The body's Content-Type must be {right}.")


class Invalid(Refused):
    code = "invalid"
    status = 422


class Problem(BaseModel):
    """What is said in place of an answer: a code for programs, a sentence for people."""

    code: str
    message: str


PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {"model": Problem, "description": "Refused"},
    503: {"model": Problem, "description": "Not now; Retry-After says when"},
}
"""For the interface's description: every route may answer so."""


def problem(refusal: Refused) -> bytes:
    """Return a refusal as the one line that the caller gets."""
    line = json.dumps({"code": refusal.code, "message": refusal.message}, ensure_ascii=False)
    return line.encode("utf-8", "replace") + b"\n"


def refused(refusal: Refused, headers: Mapping[str, str] | None = None) -> Response:
    """Return a refusal as an answer."""
    more = dict(headers or {})
    if refusal.retry_after is not None:
        more["Retry-After"] = str(refusal.retry_after)
    if refusal.status == 401:
        more["WWW-Authenticate"] = "Bearer"
    return Response(problem(refusal), refusal.status, more, media_type="application/json")


def content_type(headers: Mapping[str, str]) -> str:
    """Return a body's media type in lower case, without parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def say_problems(app: FastAPI) -> None:
    """Have every refusal and every mistake answered by one JSON line."""
    # Starlette types its handlers for any exception; each here gets only its own kind.
    handlers: dict[Any, Callable[[Request, Any], Awaitable[Response]]] = {
        Refused: _say_refusal,
        RequestValidationError: _say_invalid,
        HTTPException: _say_framework,
        Exception: _say_bug,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


async def _say_refusal(_request: Request, error: Refused) -> Response:
    return refused(error)


async def _say_invalid(_request: Request, error: RequestValidationError) -> Response:
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return refused(Malformed("The body is not JSON."))
    where = ".".join(str(step) for step in first["loc"] if step != "body")
    what = str(first["msg"]).rstrip(".")
    return refused(Invalid(f"{where or 'The body'}: {what[:1].lower()}{what[1:]}."))


async def _say_framework(_request: Request, error: HTTPException) -> Response:
    match error.status_code:
        case 404:
            return refused(NoSuchPage())
        case 405:
            return refused(NotThisMethod(), error.headers)
        case 400:
            return refused(Malformed("The body is not JSON."))
        case status:
            return refused(Refused(str(error.detail), status=status), error.headers)


async def _say_bug(request: Request, error: Exception) -> Response:
    log.error("bug", path=request.url.path, why=repr(error))
    return refused(
        Refused("Something of ours went wrong. It is in the log.", code="bug", status=500)
    )


class Bounds:
    """Reads each body whole, within size and time, before the application sees the request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value for name, value in scope["headers"]}
        whip = scope["path"].startswith(("/whip/", "/whep/"))
        anywhere = whip or scope["path"].startswith("/api/rooms/")
        send = _with_headers(send, EVERYWHERE | (FROM_ANYWHERE if anywhere else {}))
        if anywhere and not whip and scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=_MAY_BE_ASKED)(scope, receive, send)
            return
        if scope["method"] == "PUT" and _HOLD.fullmatch(scope["path"]) is not None:
            await self._app(scope, receive, send)  # a file: its route reads it, within bounds
            return
        try:
            plain = whip or scope["path"].startswith("/reminders/")  # SDP, or a form
            body = await _whole_body(scope["method"], headers, receive, plain)
        except Refused as refusal:
            await refused(refusal, {"Connection": "close"})(scope, receive, send)
            return
        except ConnectionResetError:
            return
        await self._app(scope, _replay(body, receive), send)


async def _whole_body(
    method: str, headers: Mapping[str, bytes], receive: Receive, whip: bool
) -> bytes:
    length = headers.get("content-length", b"0")
    if method not in ("POST", "PATCH"):
        if length != b"0" or "transfer-encoding" in headers:
            raise BodyNotExpected()
        return b""
    most = SDP_BYTES if whip else BODY_BYTES
    try:
        async with asyncio.timeout(BODY_WITHIN):
            body = await _read(receive, most)
    except TimeoutError:
        raise BodyTooSlow() from None
    json_only = not whip and (body or "content-type" in headers)
    kind = headers.get("content-type", b"").decode("latin-1")
    if json_only and content_type({"content-type": kind}) != "application/json":
        raise WrongType("application/json")
    return body


async def _read(receive: Receive, most: int) -> bytes:
    body, size = bytearray(), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        size += len(message.get("body", b""))
        if size <= most:
            body += message.get("body", b"")
        # Who is answered while still sending may see a reset in place of the answer: so some of
        # what is too much is read, and forgotten.
        more = message.get("more_body", False)
        if size > (most if not more else most + DRAINED_BYTES):
            raise BodyTooLarge(most)
        if not more:
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [body]

    async def read() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        # Our own read may have left the first, empty message of a request without body.
        while (message := await receive())["type"] == "http.request":
            continue
        return message

    return read


def _with_headers(send: Send, more: Mapping[str, str]) -> Send:
    extra = [(name.lower().encode(), value.encode()) for name, value in more.items()]

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *extra]}
        await send(message)

    return answer
