"""A shell: uvicorn's HTTP protocol with bounds: on a request's head, its time, and connections.

uvicorn's own has none of the three, and answers garbage in plain text.
"""

import asyncio
import socket
import struct
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from fullhouse.errors import Malformed, NotReady, Refused
from fullhouse.house.api.events import ABORT
from fullhouse.house.api.problems import problem

HEAD_BYTES: Final = 16_384
HEADERS: Final = 64
HEAD_WITHIN: Final = 5.0
LINGER: Final = 1.0
CONNECTIONS: Final = 2_000


class HeadTooLarge(Refused):
    code = "head_too_large"
    status = 431
    message = f"Request line and headers have at most {HEAD_BYTES} bytes and {HEADERS} headers."


class HeadTooSlow(Refused):
    code = "head_too_slow"
    status = 408
    message = "The request's head did not come within 5 seconds."


class TooManyConnections(NotReady):
    code = "too_many_connections"
    message = "The house has too many visitors now. Please try once more."


class BoundedProtocol(HttpToolsProtocol):
    """One connection to the house."""

    _head_bytes = 0
    _head_done = True
    _head_timer: asyncio.TimerHandle | None = None
    _refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            self._refuse(TooManyConnections(retry_after=5))
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes before the head is whole, then let uvicorn read it."""
        if self._refused or self.transport.is_closing():
            return
        waiting = not self._head_done or self.cycle is None or self.cycle.response_complete
        if waiting and self._head_timer is None:
            self._await_head()
        before = self._head_bytes
        super().data_received(data)
        if not self._head_done:
            self._head_bytes = before + len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(HeadTooLarge())

    def on_message_begin(self) -> None:
        """Begin a request's head."""
        self._head_done = False
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: {"call": self._cut}}

    def on_headers_complete(self) -> None:
        """Let a request in whose head keeps the bounds."""
        self._forget_head()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > HEAD_BYTES or len(self.headers) > HEADERS:
            self._refuse(HeadTooLarge())
            raise HeadTooLarge()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, as uvicorn asks us to."""
        if not self._refused:
            self._refuse(Malformed("That is not an HTTP request."))

    def _cut(self) -> None:
        # A mere close would leave the kernel with what the other side does not read, for minutes.
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_WITHIN, self._give_up)

    def _forget_head(self) -> None:
        self._head_bytes = 0
        self._head_done = True
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self._refuse(HeadTooSlow())

    def _refuse(self, refusal: Refused) -> None:
        self._refused = True
        self._forget_head()
        if self.cycle is not None:
            # The request before it, if it is still being answered, has nobody to answer to.
            self.cycle.disconnected = True
        body = problem(refusal)
        head = (
            f"HTTP/1.1 {refusal.status} Refused\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        # A connection that is closed while more comes in is reset, and its answer with it:
        # so the other side gets a second to read why.
        self.transport.write_eof()
        self.loop.call_later(LINGER, self.transport.close)
