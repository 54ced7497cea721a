"""A shell: the cookie of a sign-in, and the guard that lets only our own pages use it."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request, Response
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from fullhouse.errors import Refused
from fullhouse.house.api.problems import refused
from fullhouse.house.origin import Asked, must_be_ours

NAME: Final = "fullhouse"
KEPT_FOR: Final = 400 * 86_400
"""Seconds, the longest that browsers allow. When a sign-in ends is for the house to say."""
FOUND: Final = "fullhouse.cookie"
"""Where in the ASGI scope the guard leaves the cookie's secret for the routes."""
LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class Cookie:
    """The cookie as this house gives it.

    Attributes:
        secure: the house is an https address; then no other host can put the cookie there.
    """

    secure: bool

    @property
    def name(self) -> str:
        """Its name. Source: RFC 6265bis, 4.1.3.2."""
        return f"__Host-{NAME}" if self.secure else NAME

    def give(self, response: Response, token: str) -> None:
        """Have the browser keep a sign-in's secret."""
        response.set_cookie(
            self.name, token, max_age=KEPT_FOR, path="/", secure=self.secure, httponly=True,
            samesite="lax",
        )  # fmt: skip

    def take(self, response: Response) -> None:
        """Have the browser forget it."""
        response.delete_cookie(
            self.name, path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def found(self, header: str) -> str:
        """Return the secret in a Cookie header; empty if there is none."""
        return cookie_parser(header).get(self.name, "")[:LONGEST]


def cookie_of(house: str) -> Cookie:
    """Return the cookie of the house at a public address."""
    return Cookie(house.startswith("https:"))


class Guarded:
    """Refuses what comes with the cookie from pages that are not ours, before any route sees it."""

    def __init__(self, app: ASGIApp, house: str) -> None:
        self._app = app
        self._house = house
        self._cookie = cookie_of(house)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
            token = self._cookie.found(headers.get(b"cookie", ""))
            try:
                must_be_ours(asked_of(scope["method"], headers, cookie=bool(token)), self._house)
            except Refused as refusal:
                await refused(refusal)(scope, receive, send)
                return
            scope[FOUND] = token
        await self._app(scope, receive, send)


def asked_of(method: str, headers: dict[bytes, str], *, cookie: bool = False) -> Asked:
    """Return what a request's headers say of where it comes from."""
    return Asked(
        method,
        host=headers.get(b"host", ""),
        origin=headers.get(b"origin", ""),
        site=headers.get(b"sec-fetch-site", ""),
        cookie=cookie,
        keyed=b"authorization" in headers,
    )


def _found(request: Request) -> str:
    token: str = request.scope.get(FOUND, "")
    return token


Found = Annotated[str, Depends(_found)]
"""The secret of a request's cookie; empty if there is none."""
