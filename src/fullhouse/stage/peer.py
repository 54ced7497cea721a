"""A shell: one speaker's WebRTC session: ICE, DTLS and SRTP by aiortc, the rest by us.

aiortc's parts are used one by one, as ORTC has them. Its own offer and answer are not: what a
stranger wrote is read by `offer` alone.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress

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
from fullhouse.stage.offer import Local, Offer, RemoteCandidate, write_answer
from fullhouse.stage.playout import Packet
from fullhouse.stage.receiver import PacketReceiver
from fullhouse.units import Micros

log = structlog.get_logger()


class Peer:
    """One WHIP session.

    Args:
        certificate: ours, the same for all sessions of a stage.
        deliver: is given each packet of sound.
        now: tells the time.
    """

    def __init__(
        self,
        offer: Offer,
        reach: Reach,
        certificate: RTCCertificate,
        deliver: Callable[[Packet], None],
        now: Callable[[], Micros],
    ) -> None:
        self.offer = offer
        self._certificate = certificate
        self._gatherer = gatherer(reach)
        self._ice = RTCIceTransport(self._gatherer)
        self._dtls = RTCDtlsTransport(self._ice, [certificate])
        self._dtls._set_role("server" if offer.setup == "active" else "client")
        self._receiver = PacketReceiver(self._dtls, offer.payload_type, deliver, now)
        self._ssrc = secrets.randbits(32)
        self._over = asyncio.Event()
        self._candidates = 0
        for transport in (self._ice, self._dtls):
            transport.on("statechange", self._state_changed)

    async def open(self) -> str:
        """Take a port and return our answer.

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
        return write_answer(self.offer, local, secrets.randbits(62))

    async def trickle(self, candidates: Sequence[RemoteCandidate]) -> None:
        """Take more addresses that the speaker may send from; too many are left out."""
        for candidate in candidates[: max(0, 2 * 20 - self._candidates)]:
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
        """Connect and stay until either end is gone. Never raises for what a speaker does."""
        try:
            await self._connect()
        except Exception as error:
            # A bulkhead: one speaker's trouble inside aiortc must not end the stage of all.
            log.warning("a speaker's connection failed", why=repr(error))
        finally:
            await self.close()

    async def _connect(self) -> None:
        await self._ice.start(RTCIceParameters(self.offer.ufrag, self.offer.password))
        if self._ice.state != "completed" or self._over.is_set():
            return
        fingerprints = [RTCDtlsFingerprint(*print_) for print_ in self.offer.fingerprints]
        await self._dtls.start(RTCDtlsParameters(fingerprints=fingerprints))
        await self._over.wait()

    def _state_changed(self) -> None:
        if {self._ice.state, self._dtls.state} & {"closed", "failed"}:
            self._over.set()

    async def report(self) -> None:
        """Tell the speaker how much of the sound arrived."""
        if self._dtls.state == "connected":
            with suppress(ConnectionError):
                await self._receiver.report(self._ssrc)

    async def close(self) -> None:
        """End the session, at both ends. May be called twice."""
        self._over.set()
        await self._dtls.stop()
        await self._ice.stop()
