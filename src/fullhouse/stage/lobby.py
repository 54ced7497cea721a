"""A shell: how speakers come in and go: WHIP and WHEP calls from the house, sources from the bus.

Keeps for every seat the session that speaks from it and the sound that waits of it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from aiortc import RTCCertificate

from fullhouse.errors import Refused
from fullhouse.media import unpack_voice
from fullhouse.stage.frame import Frame, VoiceFacts
from fullhouse.stage.ice import Reach
from fullhouse.stage.link import Link
from fullhouse.stage.offer import read_fragment, read_offer
from fullhouse.stage.opus import OpusDecoder
from fullhouse.stage.peer import Peer
from fullhouse.stage.playout import Packet
from fullhouse.stage.reservoir import Reservoir
from fullhouse.stage.returns import Returns
from fullhouse.stage.seats import Seat, SeatBarred, Seats, StageFull, UnknownSession
from fullhouse.stage.voice import Voice
from fullhouse.units import Micros
from fullhouse.wire import TakeSeat, WhipCall, WhipReply

log = structlog.get_logger()


class NoRestart(Refused):
    code = "no_ice_restart"
    status = 422
    message = "A session does not restart ICE. Please make a new session."


@dataclass(slots=True)
class Session:
    """One WHIP session: the seat it speaks from, and what it was answered."""

    peer: Peer
    seat: str
    name: str
    voice: Voice
    reply: WhipReply
    refused: int = 0

    def refused_since(self) -> int:
        """Return how many packets were left out since this was asked last."""
        before, self.refused = self.refused, self.peer.receiver.refused
        return self.refused - before


class Lobby:
    """Everybody on one stage.

    Args:
        returns: who listens on it.
        tasks: owns the sessions' tasks.
        now: tells the time.
    """

    def __init__(
        self,
        seats: Seats,
        returns: Returns,
        reach: Reach,
        certificate: RTCCertificate,
        tasks: asyncio.TaskGroup,
        *,
        now: Callable[[], Micros],
    ) -> None:
        self.seats = seats
        self.returns = returns
        self._reach = reach
        self._certificate = certificate
        self._tasks = tasks
        self._now = now
        self._sessions: dict[str, Session] = {}
        self._voices: dict[str, Voice | Reservoir] = {}
        self._one_by_one = asyncio.Lock()

    async def answer(self, raw: bytes) -> bytes:
        """Answer a `WhipCall`.

        Raises:
            Malformed: it is not one.
        """
        call = WhipCall.unpack(raw)
        try:
            reply = await self._reply(call)
        except Refused as refusal:
            reply = WhipReply(
                status=refusal.status,
                code=refusal.code,
                message=refusal.message,
                retry_after=refusal.retry_after or 0,
            )
        return reply.pack()

    async def _reply(self, call: WhipCall) -> WhipReply:
        match call.call:
            case "offer":
                return await (self._offer(call) if call.endpoint == "whip" else self._listen(call))
            case "trickle":
                return await self._trickle(self._link(call.session), call.body)
            case "delete":
                return await self._delete(call.session)

    async def _offer(self, call: WhipCall) -> WhipReply:
        offer = read_offer(call.body)
        async with self._one_by_one:
            if call.session in self._sessions:
                return self._sessions[call.session].reply  # the house asks again

            def deliver(packet: Packet) -> None:
                self._deliver(call.session, packet)

            peer = Peer(offer, self._reach, self._certificate, deliver, self._now)
            try:
                answer = await peer.open()
                taken = self.seats.take(call.session, call.seat, call.name, self._now())
            except Refused:
                await peer.close()
                raise
            voice = self._voices[taken.seat] = Voice(OpusDecoder())
            reply = WhipReply(status=201, body=answer, seat=taken.seat)
            made = Session(peer, taken.seat, call.name, voice, reply)
            self._sessions[call.session] = made
            self._tasks.create_task(self._attend(call.session, made))
            if (replaced := self._sessions.pop(taken.replaced, None)) is not None:
                self._tasks.create_task(replaced.peer.close())
        log.info("speaker comes", seat=taken.seat, returns=bool(taken.replaced))
        return reply

    async def _listen(self, call: WhipCall) -> WhipReply:
        self.seats.admit(call.seat)
        reply = await self.returns.offer(call)
        if call.seat in self.seats.barred:  # while the offer was answered
            await self.returns.end(call.session)
            raise SeatBarred()
        return reply

    def turn_out(self) -> None:
        """End at once who speaks from a barred seat, and what is heard for one."""
        barred = self.seats.barred
        for seat in self.seats:
            if seat.seat in barred:
                self._free(seat)
        for session, known in tuple(self._sessions.items()):
            if known.seat in barred:
                self._tasks.create_task(self._end(session))
        for session in self.returns.of_seats(barred):
            self._tasks.create_task(self.returns.end(session))

    def _deliver(self, session: str, packet: Packet) -> None:
        """Take a packet of a session; one whose seat was given up sits down again."""
        known = self._sessions.get(session)
        if known is None or not (self._sits(known) or self._sits_down(session, known)):
            return
        known.voice.put(packet)
        self.seats.media_came(known.seat, self._now())

    def _sits(self, known: Session) -> bool:
        return self._voices.get(known.seat) is known.voice

    def _sits_down(self, session: str, known: Session) -> bool:
        if known.seat in self.seats:
            return False
        try:
            self.seats.take(session, known.seat, known.name, self._now())
        except (StageFull, SeatBarred):
            return False
        known.voice = self._voices[known.seat] = Voice(OpusDecoder())
        log.info("speaker is back", seat=known.seat)
        return True

    async def _attend(self, session: str, known: Session) -> None:
        """Stay with a session until it is over, then free its seat."""
        await known.peer.run()
        self._sessions.pop(session, None)
        self._stand_up(session)

    def _stand_up(self, session: str) -> None:
        for seat in self.seats:
            if seat.session == session:
                self._free(seat)

    async def _end(self, session: str) -> None:
        known = self._sessions.pop(session, None)
        if known is not None:
            await known.peer.close()

    def _link(self, session: str) -> Link:
        if session in self.returns:
            return self.returns.link(session)
        return self._known(session).peer

    def _known(self, session: str) -> Session:
        if session not in self._sessions:
            raise UnknownSession()
        return self._sessions[session]

    async def _trickle(self, link: Link, body: str) -> WhipReply:
        fragment = read_fragment(body)
        offered = (link.offer.ufrag, link.offer.password)
        if fragment.ufrag and (fragment.ufrag, fragment.password or offered[1]) != offered:
            raise NoRestart()
        await link.trickle(fragment.candidates)
        return WhipReply(status=204)

    async def _delete(self, session: str) -> WhipReply:
        if session in self.returns:
            await self.returns.end(session)
        else:
            self._known(session)
            self._stand_up(session)
            await self._end(session)
        return WhipReply(status=200)

    def _free(self, seat: Seat) -> None:
        self.seats.leave(seat.seat)
        self._voices.pop(seat.seat, None)
        log.info("speaker goes", seat=seat.seat, kind=seat.kind)

    async def source_says(self, _subject: str, raw: bytes) -> None:
        """Take a `TakeSeat` of a source."""
        said = TakeSeat.unpack(raw)
        source = next((s for s in self.seats if s.seat == said.seat and s.kind == "source"), None)
        if said.leaves:
            if source is not None:
                self._free(source)
        elif not self.seats.keep_source(said.seat, said.name, self._now()):
            log.warning("a source finds no seat", seat=said.seat, why=StageFull.message)
        elif source is None:
            self._voices[said.seat] = Reservoir()
            log.info("source comes", seat=said.seat)

    async def source_speaks(self, subject: str, raw: bytes) -> None:
        """Take a voice frame of a source; the subject ends with its seat."""
        voice = self._voices.get(subject.rpartition(".")[2])
        if isinstance(voice, Reservoir):
            voice.put(*unpack_voice(raw))
            self.seats.media_came(subject.rpartition(".")[2], self._now())

    def frames(self) -> dict[str, Frame]:
        """Take one frame of every seat."""
        now = self._now()
        return {seat: voice.take(now) for seat, voice in self._voices.items()}

    def facts(self) -> dict[str, tuple[VoiceFacts, int]]:
        """Return of every seat what was counted since asked last, and what was left out."""
        refused = {known.seat: known.refused_since() for known in self._sessions.values()}
        return {s: (voice.facts(), refused.get(s, 0)) for s, voice in self._voices.items()}

    async def sweep(self) -> None:
        """Free the seats of those who have vanished.

        Their sessions stay, so that they sit down again by themselves if their network comes
        back; without an answer to ICE's questions for half a minute a session ends.
        """
        for seat in self.seats.vanished(self._now()):
            self._free(seat)
            if seat.media is None:
                await self._end(seat.session)
        away = [session for session, known in self._sessions.items() if not self._sits(known)]
        for session in away[: max(0, len(away) - self.seats.most)]:
            await self._end(session)

    async def report(self) -> None:
        """Tell every speaker how much of their sound arrived."""
        for session in tuple(self._sessions.values()):
            await session.peer.report()
        await self.returns.report()

    async def close(self) -> None:
        """Let everybody go."""
        await self.returns.close()
        for session in tuple(self._sessions):
            await self._end(session)
