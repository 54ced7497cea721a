"""A shell: one WebRTC session's connection: ICE, DTLS and SRTP by aiortc, the rest by us.

aiortc's parts are used one by one, as ORTC has them. Its own offer and answer are not: what a
stranger wrote is read by `offer` alone.
"""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Final

import structlog
from aiortc import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceCandidate,
    RTCIceParameters,
    RTCIceTransport,
)
from aiortc.sdp import candidate_to_sdp

from fullhouse.stage.ice import Reach, gatherer
from fullhouse.stage.offer import (
    MOST_CANDIDATES,
    Local,
    Offer,
    RemoteCandidate,
    Stream,
    write_answer,
)

MOST_TRICKLED: Final = 2 * MOST_CANDIDATES

log = structlog.get_logger()


class Link:
    """One session, whatever flows over it.

    Args:
        certificate: ours, the same for all sessions of a stage.

    Attributes:
        transport: what RTP goes through.
        connected: sound can flow.
    """

    def __init__(self, offer: Offer, reach: Reach, certificate: RTCCertificate) -> None:
        self.offer = offer
        self.connected = False
        self._certificate = certificate
        self._gatherer = gatherer(reach)
        self._ice = RTCIceTransport(self._gatherer)
        self.transport = RTCDtlsTransport(self._ice, [certificate])
        self.transport._set_role("server" if offer.setup == "active" else "client")
        self._over = asyncio.Event()
        self._candidates = 0
        for transport in (self._ice, self.transport):
            transport.on("statechange", self._state_changed)

    async def open(self, stream: Stream | None = None) -> str:
        """Take a port and return our answer; `stream` is what we send, if we do.

        Raises:
            NoMediaPort: none is free.
        """
        await self._gatherer.gather()
        await self.trickle(self.offer.candidates)
        own = self._gatherer.getLocalParameters()
        candidates = self._gatherer.getLocalCandidates()
        local = Local(
            ufrag=str(own.usernameFragment),
            password=str(own.password),
            fingerprints=tuple(
                (print_.algorithm, print_.value)
                for print_ in self._certificate.getFingerprints()
                if print_.algorithm == "sha-256"
            ),
            candidates=[candidate_to_sdp(candidate) for candidate in candidates],
            host=candidates[0].ip,
            port=candidates[0].port,
        )
        return write_answer(self.offer, local, secrets.randbits(62), stream)

    async def trickle(self, candidates: Sequence[RemoteCandidate]) -> None:
        """Take more addresses that the other end may send from; too many are left out."""
        for candidate in candidates[: max(0, MOST_TRICKLED - self._candidates)]:
            self._candidates += 1
            await self._ice.addRemoteCandidate(
                RTCIceCandidate(
                    component=1,
                    foundation=candidate.foundation,
                    ip=candidate.host,
                    port=candidate.port,
                    priority=candidate.priority,
                    protocol="udp",
                    type=candidate.kind,
                )
            )

    async def run(self) -> None:
        """Connect and stay until either end is gone. Never raises for what the other end does."""
        try:
            await self._connect()
        except Exception as error:
            # A bulkhead: one session's trouble inside aiortc must not end the stage of all.
            log.warning("a connection failed", why=repr(error))
        finally:
            await self.close()

    async def _connect(self) -> None:
        await self._ice.start(RTCIceParameters(self.offer.ufrag, self.offer.password))
        if self._ice.state != "completed" or self._over.is_set():
            return
        fingerprints = [RTCDtlsFingerprint(*print_) for print_ in self.offer.fingerprints]
        await self.transport.start(RTCDtlsParameters(fingerprints=fingerprints))
        await self._over.wait()

    def _state_changed(self) -> None:
        self.connected = self.transport.state == "connected" and self._ice.state == "completed"
        if {self._ice.state, self.transport.state} & {"closed", "failed"}:
            self._over.set()

    async def close(self) -> None:
        """End the session, at both ends. May be called twice, and never raises."""
        self._over.set()
        self.connected = False
        for stop in (self.transport.stop, self._ice.stop):
            try:
                await stop()
            except Exception as error:
                log.warning("a connection ended badly", why=repr(error))
