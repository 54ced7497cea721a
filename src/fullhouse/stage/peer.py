"""A shell: one WHIP session: a speaker's connection, and the packets that come over it."""

import secrets
from collections.abc import Callable
from contextlib import suppress

from aiortc import RTCCertificate

from fullhouse.stage.ice import Reach
from fullhouse.stage.link import Link
from fullhouse.stage.offer import Offer
from fullhouse.stage.playout import Packet
from fullhouse.stage.receiver import PacketReceiver
from fullhouse.units import Micros


class Peer(Link):
    """One speaker.

    Args:
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
        super().__init__(offer, reach, certificate)
        self.receiver = PacketReceiver(
            self.transport, offer.payload_type, deliver, now, offer.red_type
        )
        self._ssrc = secrets.randbits(32)

    async def report(self) -> None:
        """Tell the speaker how much of the sound arrived."""
        if self.connected:
            with suppress(ConnectionError):
                await self.receiver.report(self._ssrc)
