"""A shell: one room's stage. Ticks every 20 ms, mixes who is there, publishes what may go out."""

import asyncio
import os
import secrets
from contextlib import suppress
from typing import Final

import structlog
from aiortc import RTCCertificate

from fullhouse.bus import Bus, NobodyAnswers
from fullhouse.clock import Clock
from fullhouse.errors import Malformed
from fullhouse.media import pack_part
from fullhouse.programme.encoder import PartEncoder
from fullhouse.programme.events import speakers_event
from fullhouse.stage.beat import TICKS_PER_PART, Beat
from fullhouse.stage.desk import Desk
from fullhouse.stage.gate import Gate
from fullhouse.stage.ice import Reach
from fullhouse.stage.lobby import Lobby
from fullhouse.stage.orders import Orders
from fullhouse.stage.quality import Heard, Hears, speaker_quality
from fullhouse.stage.returns import Returns
from fullhouse.stage.seats import Seats
from fullhouse.units import SECOND, Micros
from fullhouse.wire import (
    QualityNews,
    RoomNews,
    SeatNews,
    StageNews,
    WhipCall,
    subject_part,
    subject_quality,
    subject_room,
    subject_seat,
    subject_stage,
    subject_voice,
    subject_whip,
)

NEWS_TICKS: Final = 10
REPORT_TICKS: Final = 50
FORGOTTEN_AFTER: Final = Micros(60 * SECOND)
"""A stage with nobody on it, of which the house has said nothing for so long, leaves."""
HELD_UP: Final = Micros(SECOND // 10)
"""A tick that is so late waits for what was said meanwhile: somebody may have been muted."""
CATCHES_UP_WITHIN: Final = 0.02
RECALL_WITHIN: Final = 0.5
RECALL_AGAIN: Final = 1.0
"""The house has a bus again as we have; what it had to say is kept soon after."""
HOLDER_LETTERS: Final = 8
"""So much of a session's name is told: enough to know one's own, too little to use another's."""
DOUBLES: Final = 3
"""So many words of an older stage of the same room, and the younger one leaves."""

log = structlog.get_logger()


class Stage:
    """One room's sound, from the speakers to the bus."""

    def __init__(self, orders: Orders, bus: Bus, clock: Clock) -> None:
        now = clock.now()
        name = secrets.token_hex(3)
        self.instance = f"{now:x}-{name}"
        self._orders = orders
        self._bus = bus
        self._clock = clock
        self._room = orders.room
        self._told = now
        self._over = not orders.room.wanted
        self._doubles = 0
        self._seats = Seats(orders.seats, name)
        self._desk = Desk()
        self._gate = Gate()
        self._obey(orders.room)
        self._beat = Beat.starting(orders.room.epoch, now)
        self._encoder = PartEncoder(orders.room.epoch, self._beat.part)
        self._busy = Micros(0)
        self._held_up = False
        self._bus_back = asyncio.Event()

    async def run(self, certificate: RTCCertificate) -> None:
        """Tick until the room wants no stage any more, or `leave` was called."""
        slug, host, ports = self._room.slug, self._orders.media_host, self._orders.media_ports
        reach = Reach(host, range(ports[0], ports[1] + 1) if ports else None, near=True)
        async with asyncio.TaskGroup() as tasks:
            now = self._clock.now
            returns = Returns(2 * self._orders.seats, reach, certificate, tasks, now=now)
            lobby = Lobby(self._seats, returns, reach, certificate, tasks, now=now)

            async def follow(_subject: str, raw: bytes) -> None:
                self._told = now()
                self._obey(RoomNews.unpack(raw))
                lobby.turn_out()

            async def answer(raw: bytes) -> bytes:
                news = WhipCall.unpack(raw).news
                if news is not None and news.slug == slug:
                    self._obey(news)
                    lobby.turn_out()
                return await lobby.answer(raw)

            await self._bus.subscribe(subject_room(slug), follow)
            await self._recall()
            await self._bus.subscribe(subject_stage(slug), self._hear_double)
            await self._bus.subscribe(subject_seat(slug), lobby.source_says)
            await self._bus.subscribe(subject_voice(slug, "*"), lobby.source_speaks)
            await self._bus.respond(subject_whip(slug), answer)
            recalling = tasks.create_task(self._recall_again())
            log.info("stage opens", room=slug, part=self._beat.part)
            while not self._over:
                await self._sleep_until(self._beat.due())
                await self._tick(lobby)
            recalling.cancel()
            await lobby.close()
        self._say_goodbye()

    def leave(self) -> None:
        """Stop after the present tick."""
        self._over = True

    def bus_is_back(self) -> None:
        """Learn what was said while the bus was away."""
        self._bus_back.set()

    async def _sleep_until(self, due: Micros) -> None:
        await asyncio.sleep(max(0, due - self._clock.now()) / SECOND)

    async def _tick(self, lobby: Lobby) -> None:
        began = self._clock.now()
        held_up, self._held_up = self._held_up, began - self._beat.due() > HELD_UP
        if self._held_up and not held_up:
            await self._catch_up()
        if self._beat.skip_ahead(began):
            log.warning("held up", skipped_parts=self._beat.skipped_parts)
            self._encoder = PartEncoder(self._room.epoch, self._beat.part, self._encoder.heard())
        part, place = self._beat.part, self._beat.place
        frames = lobby.frames()
        mixed = self._desk.tick(frames, self._seats.muted, self._room.gains)
        tick = part * TICKS_PER_PART + place
        await lobby.returns.send(mixed, frames.keys() - mixed.quiet, tick)
        going_out = self._gate.tick(part, place, mixed.began)
        encoded = self._encoder.feed(mixed.pcm, self._events() if place == 0 else ())
        if encoded is not None:
            going_out += self._gate.finished(encoded)
        for each in going_out:
            await self._bus.publish(subject_part(self._room.slug), pack_part(each))
        self._beat.ticked(began)
        self._busy = Micros(self._busy + self._clock.now() - began)
        await self._now_and_then(lobby)

    async def _now_and_then(self, lobby: Lobby) -> None:
        if self._beat.ticks % NEWS_TICKS == 0:
            await lobby.sweep()
            news = self._news(lobby.returns)
            await self._bus.publish(subject_stage(self._room.slug), news.pack())
        if self._beat.ticks % REPORT_TICKS == 0:
            await lobby.report()
            await self._bus.publish(subject_quality(self._room.slug), self._quality(lobby).pack())
            forgotten = self._clock.now() - self._told > FORGOTTEN_AFTER
            self._over = self._over or (forgotten and not len(self._seats))

    def _events(self) -> tuple[bytes, ...]:
        names = {seat.seat: seat.name for seat in self._seats}
        speaking = [names[seat] for seat in self._desk.speaking() if seat in names]
        return (speakers_event(speaking, self._desk.mix_db),)

    def _news(self, returns: Returns) -> StageNews:
        now = self._clock.now()
        return StageNews(
            slug=self._room.slug,
            instance=self.instance,
            pid=os.getpid(),
            node=self._orders.node,
            part=self._beat.part,
            on_air=self._gate.open,
            heard=self._gate.heard,
            silent_for=self._gate.silent_for,
            level_db=round(self._desk.mix_db, 1),
            speaking=tuple(s for s in self._desk.speaking() if s in self._seats),
            seats=tuple(
                SeatNews(
                    seat=seat.seat,
                    name=seat.name,
                    kind=seat.kind,
                    level_db=round(self._desk.level_db(seat.seat), 1),
                    muted=seat.seat in self._seats.muted,
                    connected=seat.connected(now),
                    hears=returns.of(seat.seat) is not None,
                    gain_db=self._room.gains.get(seat.seat, 0.0),
                    holder=seat.session[:HOLDER_LETTERS],
                )
                for seat in self._seats
            ),
            ticks=self._beat.ticks,
            late_ticks=self._beat.late_ticks,
        )

    def _quality(self, lobby: Lobby) -> QualityNews:
        speakers = []
        for seat, (facts, refused) in lobby.facts().items():
            heard = Heard(facts, refused, *self._desk.quality(seat))
            sender = lobby.returns.of(seat)
            hears = Hears() if sender is None else Hears(sender.loss, sender.round_trip)
            speakers.append(speaker_quality(seat, heard, hears))
        return QualityNews(slug=self._room.slug, instance=self.instance, speakers=tuple(speakers))

    async def _recall(self) -> None:
        """Take what is kept of the room: a mute may have been said since our orders were written.

        What is said from now on is heard.
        """
        with suppress(NobodyAnswers, Malformed, TimeoutError):
            async with asyncio.timeout(RECALL_WITHIN):
                kept = await self._bus.kept_room(self._room.slug)
                if kept is not None and kept.epoch == self._room.epoch:
                    self._obey(kept)

    async def _recall_again(self) -> None:
        """Recall whenever the bus is back: the house repeats itself only every few seconds."""
        while True:
            await self._bus_back.wait()
            self._bus_back.clear()
            await self._recall()
            await asyncio.sleep(RECALL_AGAIN)
            await self._recall()

    async def _catch_up(self) -> None:
        """Hear what was said while this process was held up, before anybody is heard."""
        if self._bus.connected:
            await self._bus.flush(CATCHES_UP_WITHIN)

    def _obey(self, news: RoomNews) -> None:
        """Take in news of the room; older ones than are known change nothing."""
        if news.revision < self._room.revision:
            return
        self._room = news
        self._seats.muted = frozenset(news.muted)
        self._seats.barred = frozenset(news.barred)
        self._gate.follow(news)
        self._over = self._over or not news.wanted

    async def _hear_double(self, _subject: str, raw: bytes) -> None:
        """Leave if an older stage of this room is there: two would speak over each other."""
        if StageNews.unpack(raw).instance < self.instance:
            self._doubles += 1
            self._over = self._over or self._doubles >= DOUBLES

    def _say_goodbye(self) -> None:
        ticks = self._beat.ticks
        log.info(
            "stage closes",
            room=self._room.slug,
            ticks=ticks,
            late_ticks=self._beat.late_ticks,
            microseconds_per_tick=self._busy // max(1, ticks),
        )
