"""A shell: stands before aiortc's DTLS transport, so that nothing a peer sends can end it.

aiortc's loop over a session's datagrams dies of any error that it did not think of, and with it
the session: a datagram larger than libsrtp's buffer is one, an RTCP packet that names more
streams than it holds another. What is not worth a look does not get in; what fails inside costs
only itself. Made for aiortc 1.16; tests/stage/test_shield.py says what of it is relied on.
"""

from collections.abc import Callable, Coroutine, Set
from typing import Any, Final

import structlog
from aiortc import RTCDtlsTransport

from fullhouse.stage.sieve import Sieve
from fullhouse.units import Micros

GUARDED: Final = ("_handle_rtp_data", "_handle_rtcp_data")
"""What aiortc does with a datagram that has passed SRTP."""

log = structlog.get_logger()

_Handler = Callable[..., Coroutine[Any, Any, None]]


class Shield:
    """One session's.

    Args:
        transport: the session's; not started yet.
        payload_types: what sound may be sent as; none for those who only listen.
        now: tells the time.
    """

    def __init__(
        self, transport: RTCDtlsTransport, payload_types: Set[int], now: Callable[[], Micros]
    ) -> None:
        self.sieve = Sieve(payload_types)
        self._failed = 0
        self._now = now
        below = transport.transport
        self._receive: Callable[[], Coroutine[Any, Any, bytes]] = below._recv
        below._recv = self._sifted
        for name in GUARDED:
            setattr(transport, name, self._guarded(getattr(transport, name)))

    @property
    def refused(self) -> int:
        """How many datagrams were left out, or made aiortc fail."""
        return self.sieve.refused + self._failed

    async def _sifted(self) -> bytes:
        while True:
            datagram = await self._receive()
            if self.sieve.passes(datagram, self._now()):
                return datagram

    def _guarded(self, handler: _Handler) -> _Handler:
        async def guarded(*args: Any, **more: Any) -> None:
            try:
                await handler(*args, **more)
            except Exception as error:
                # A bulkhead: aiortc would end the session's loop.
                self._failed += 1
                if self._failed == 1:
                    log.warning("a packet failed inside aiortc", why=repr(error))

        return guarded
