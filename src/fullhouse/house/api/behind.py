"""A shell: whom a request comes from where a proxy stands before the house."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from fullhouse.networks import Proxies, address_behind, way_of

FORWARDED_FOR: Final = b"x-forwarded-for"
FORWARDED: Final = b"forwarded"


class Behind:
    """Puts the address of whoever asks in the place of their proxy's, for all routes."""

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("client"):
            peer, port = scope["client"]
            way = way_of(_said(scope, FORWARDED_FOR), _said(scope, FORWARDED))
            scope = {**scope, "client": (address_behind(peer, way, self._proxies), port)}
        await self._app(scope, receive, send)


def _said(scope: Scope, header: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == header]
