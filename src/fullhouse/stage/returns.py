"""A shell: the returns of one stage: WHEP calls from the house, and a packet to each per tick.

A return lives and dies by itself; it is no seat. It outlives its speaker's reconnecting.
"""

import asyncio
import secrets
from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Final

import structlog
from aiortc import RTCCertificate

from fullhouse.errors import Refused
from fullhouse.stage.encodes import EVERYBODY, Encodes, Mix
from fullhouse.stage.ice import Reach
from fullhouse.stage.link import Link
from fullhouse.stage.offer import Stream, read_offer
from fullhouse.stage.opus_encoder import OpusEncoder
from fullhouse.stage.sender import PacketSender
from fullhouse.units import SECOND, Micros
from fullhouse.wire import WhipCall, WhipReply

CONNECT_WITHIN: Final = Micros(10 * SECOND)
CNAME: Final = "fullhouse"

log = structlog.get_logger()


class ReturnsFull(Refused):
    code = "stage_full"
    status = 503
    message = "Too many listen in on this stage. Please try again when somebody has left."

    def __init__(self) -> None:
        super().__init__(retry_after=10)


@dataclass(slots=True)
class Return:
    """One WHEP session.

    Attributes:
        seat: whose own voice is left out; empty: nobody's.
    """

    seat: str
    since: Micros
    link: Link
    sender: PacketSender
    reply: WhipReply


class Returns:
    """Everybody who listens on one stage.

    Args:
        most: how many may.
        tasks: owns the sessions' tasks.
        now: tells the time.
    """

    def __init__(
        self,
        most: int,
        reach: Reach,
        certificate: RTCCertificate,
        tasks: asyncio.TaskGroup,
        *,
        now: Callable[[], Micros],
    ) -> None:
        self._most = most
        self._reach = reach
        self._certificate = certificate
        self._tasks = tasks
        self._now = now
        self._returns: dict[str, Return] = {}
        self._encodes = Encodes(OpusEncoder)
        self._one_by_one = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._returns)

    def __contains__(self, session: object) -> bool:
        return session in self._returns

    async def offer(self, call: WhipCall) -> WhipReply:
        """Answer a WHEP offer.

        Raises:
            Refused: the offer is none, or there are too many.
        """
        offer = read_offer(call.body, hears=True)
        async with self._one_by_one:
            if call.session in self._returns:
                return self._returns[call.session].reply  # the house asks again
            old = [s for s, known in self._returns.items() if call.seat and known.seat == call.seat]
            if len(self._returns) - len(old) >= self._most:
                raise ReturnsFull()
            link = Link(offer, self._reach, self._certificate)
            stream = Stream(secrets.randbits(32), CNAME)
            try:
                answer = await link.open(stream)
            except Refused:
                await link.close()
                raise
            sender = PacketSender(link.transport, offer.payload_type, stream, self._now)
            reply = WhipReply(status=201, body=answer, seat=call.seat)
            for session in old:
                self._tasks.create_task(self._returns.pop(session).link.close())
            made = Return(call.seat, self._now(), link, sender, reply)
            self._returns[call.session] = made
            self._tasks.create_task(self._attend(call.session, made))
        log.info("a return opens", seat=call.seat, replaced=len(old))
        return reply

    async def _attend(self, session: str, made: Return) -> None:
        await made.link.run()
        if self._returns.get(session) is made:
            del self._returns[session]
            log.info("a return closes", seat=made.seat)

    def link(self, session: str) -> Link:
        """Return the connection of a session that is there."""
        return self._returns[session].link

    async def end(self, session: str) -> None:
        """End a session, if it is there."""
        known = self._returns.pop(session, None)
        if known is not None:
            await known.link.close()

    async def send(self, mix: Mix, talking: Set[str], tick: int) -> None:
        """Send everybody their packet of this tick. Waits for nobody."""
        hearing = [known for known in self._returns.values() if known.link.connected]
        wanted: dict[str, int] = {}
        for known in hearing:
            loss = round(100 * (known.sender.loss or 0.0))
            wanted[known.seat] = max(loss, wanted.get(known.seat, 0))
        packets = self._encodes.tick(mix, talking, wanted)
        for known in hearing:
            await known.sender.send(packets[known.seat], tick)

    async def report(self) -> None:
        """Tell every listener the time, and let go of those who never connected."""
        now = self._now()
        for session, known in tuple(self._returns.items()):
            if known.link.connected:
                await known.sender.report()
            elif now - known.since >= CONNECT_WITHIN:
                await self.end(session)

    def of(self, seat: str) -> PacketSender | None:
        """Return how this seat's speaker hears the others, or None: not at all."""
        for known in self._returns.values():
            if seat != EVERYBODY and known.seat == seat and known.link.connected:
                return known.sender if known.sender.listens else None
        return None

    def of_seats(self, seats: Set[str]) -> tuple[str, ...]:
        """Return the sessions that hear for one of these seats."""
        return tuple(session for session, known in self._returns.items() if known.seat in seats)

    async def close(self) -> None:
        """Let everybody go."""
        for session in tuple(self._returns):
            await self.end(session)
