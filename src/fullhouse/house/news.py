"""A shell: the house on the bus. It says what rooms are like, and hears stages and edges.

The bus may come late, go away and come back; the house goes on, and says all again.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import structlog

from fullhouse.bus import Answer, Bus, NobodyAnswers, connect
from fullhouse.clock import Clock
from fullhouse.errors import Malformed, Refused
from fullhouse.house.audience_flow import Flow, Leaving, flows
from fullhouse.house.quality import Qualities
from fullhouse.house.room import Room
from fullhouse.house.rooms import Rooms
from fullhouse.house.tally import Tally
from fullhouse.units import RoomSlug
from fullhouse.wire import (
    SUBJECT_ACCOUNTS,
    SUBJECT_COUNT,
    SUBJECT_SOURCE_CHECK,
    AccountNews,
    Counts,
    EdgeNews,
    HouseNews,
    Present,
    QualityNews,
    RoomNews,
    SourceCheck,
    SourceVerdict,
    StageNews,
    WhipCall,
    WhipReply,
    subject_edge,
    subject_house,
    subject_present,
    subject_quality,
    subject_room,
    subject_stage,
    subject_whip,
)

SAY_AGAIN_EVERY: Final = 5.0
COUNT_EVERY: Final = 1.0
STAGE_STARTS_WITHIN: Final = 5.0
ASK_AGAIN_AFTER: Final = 0.1
CONNECT_AGAIN_AFTER: Final = 1.0

log = structlog.get_logger()

Judge = Callable[[SourceCheck], Awaitable[None]]
"""Admits a source, or raises the refusal."""
OnStage = Callable[[StageNews], Awaitable[None]]
OnQuality = Callable[[QualityNews], Awaitable[None]]
OnCount = Callable[[dict[RoomSlug, Flow]], Awaitable[None]]
OnHouse = Callable[[HouseNews], Awaitable[None]]
OnPresent = Callable[[Present], Awaitable[None]]
OnAccount = Callable[[str], Awaitable[None]]


class StageAway(NobodyAnswers):
    code = "stage_away"
    message = "The room's stage is starting. Please try once more in a few seconds."


class Newsroom:
    """The house's connection to the bus."""

    def __init__(self, url: str, rooms: Rooms, clock: Clock, judge: Judge) -> None:
        self._url = url
        self._rooms = rooms
        self._clock = clock
        self._judge = judge
        self._tally = Tally()
        self._leaving = Leaving()
        self.qualities = Qualities()
        self._unkept: dict[RoomSlug, Room] = {}
        self._something_unkept = asyncio.Event()
        self._bus: Bus | None = None
        self.answers: dict[str, Answer] = {}
        """What answers requests on further subjects; to be filled before `run`."""
        self.on_stage: list[OnStage] = []
        self.on_quality: list[OnQuality] = []
        self.on_count: list[OnCount] = []
        self.house = secrets.token_hex(4)
        """Our name among houses that share a database; a new one each time we start."""
        self.on_house: list[OnHouse] = []
        """Told of what another house has changed in the database."""
        self.on_present: list[OnPresent] = []
        """Told of whose pages are open at another house."""
        self.on_account: list[OnAccount] = []
        """Told of accounts of which another house has ended a sign-in or a program's token."""
        rooms.on_change.append(self.announce)

    @property
    def connected(self) -> bool:
        """True while the bus answers."""
        return self._bus is not None and self._bus.connected

    @property
    def bus(self) -> Bus | None:
        """The bus, while it answers."""
        return self._bus if self.connected else None

    def listeners(self, slug: RoomSlug) -> int:
        """Return how many listen to a room."""
        return self._tally.listeners(now=self._clock.now()).get(slug, 0)

    def flow(self, slug: RoomSlug) -> Flow:
        """Return how many listen to a room, wait in it and leave it."""
        return self._flows([self._rooms.room(slug)])[slug]

    def _flows(self, rooms: Iterable[Room]) -> dict[RoomSlug, Flow]:
        now = self._clock.now()
        states = {room.slug: room.state for room in rooms}
        return flows(states, self._tally.listeners(now=now), self._leaving.per_minute(now=now))

    async def run(self) -> None:
        """Stay on the bus for ever."""
        while True:
            try:
                await self._stay()
            except Refused as error:
                log.warning("no bus yet", why=error.message)
                await asyncio.sleep(CONNECT_AGAIN_AFTER)

    async def _stay(self) -> None:
        async with connect(self._url, "house", self._say_all) as bus:
            await bus.subscribe(subject_stage("*"), self._hear_stage)
            await bus.subscribe(subject_room("*"), self._hear_room)
            await bus.subscribe(subject_quality("*"), self._hear_quality)
            await bus.subscribe(subject_edge("*"), self._hear_edge)
            await bus.subscribe(subject_house("*"), self._hear_house)
            await bus.subscribe(subject_present("*"), self._hear_present)
            await bus.subscribe(SUBJECT_ACCOUNTS, self._hear_account)
            await bus.respond(SUBJECT_SOURCE_CHECK, self._check_source, queue="house")
            for subject, answer in self.answers.items():
                await bus.respond(subject, answer, queue="house")
            self._bus = bus
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._catch_up(bus))
                    tasks.create_task(self._keep(bus))
                    tasks.create_task(self._repeat())
                    tasks.create_task(self._count(bus))
            finally:
                self._bus = None

    async def announce(self, room: Room) -> None:
        """Say how a room is now, and have it kept for those who come later."""
        self._unkept[room.slug] = room
        self._something_unkept.set()
        if self._bus is not None:
            await self._bus.publish(subject_room(room.slug), self._rooms.news(room).pack())

    async def _say_all(self) -> None:
        for room in self._rooms.all():
            await self.announce(room)

    async def _repeat(self) -> None:
        while True:
            for room in self._rooms.all():
                if self._bus is not None:
                    await self._bus.publish(subject_room(room.slug), self._rooms.news(room).pack())
            await asyncio.sleep(SAY_AGAIN_EVERY)

    async def _catch_up(self, bus: Bus) -> None:
        """Learn once what is kept of our rooms, then say them all."""
        while True:
            try:
                for kept in await bus.kept_rooms():
                    await self._rooms.reconcile(kept)
            except NobodyAnswers:
                await asyncio.sleep(1)
            except Malformed as error:
                log.warning("kept rooms are malformed", why=error.message)
                break
            else:
                break
        await self._say_all()

    async def _keep(self, bus: Bus) -> None:
        """Have the newest news of each room kept; only the newest waits."""
        while True:
            await self._something_unkept.wait()
            self._something_unkept.clear()
            while self._unkept:
                slug, room = next(iter(self._unkept.items()))
                try:
                    await bus.keep_room(self._rooms.news(room))
                except NobodyAnswers:
                    await asyncio.sleep(1)
                    continue
                if self._unkept.get(slug) is room:
                    del self._unkept[slug]

    async def _count(self, bus: Bus) -> None:
        while True:
            found = self._flows(self._rooms.all())
            counts = {slug: flow.listeners for slug, flow in found.items()}
            await bus.publish(SUBJECT_COUNT, Counts(listeners=counts).pack())
            for tell in self.on_count:
                await tell(found)
            await asyncio.sleep(COUNT_EVERY)

    async def _hear_stage(self, _subject: str, payload: bytes) -> None:
        news = StageNews.unpack(payload)
        await self._rooms.hear(news)
        for tell in self.on_stage:
            await tell(news)

    async def _hear_room(self, _subject: str, payload: bytes) -> None:
        """Hear ourselves, which changes nothing, and houses that share our database."""
        await self._rooms.reconcile(RoomNews.unpack(payload))

    async def _hear_quality(self, _subject: str, payload: bytes) -> None:
        news = QualityNews.unpack(payload)
        if not self._rooms.has(news.slug):
            return
        kept = self.qualities.hear(news, now=self._clock.now())
        for tell in self.on_quality:
            await tell(kept)

    async def _hear_edge(self, _subject: str, payload: bytes) -> None:
        news, now = EdgeNews.unpack(payload), self._clock.now()
        self._tally.hear(news, now=now)
        self._leaving.hear(news, now=now)

    async def say_house(self, news: HouseNews) -> None:
        """Tell the other houses what we have changed in the database."""
        if self._bus is not None:
            await self._bus.publish(subject_house(news.slug), news.pack())

    async def say_present(self, rooms: dict[RoomSlug, tuple[str, ...]]) -> None:
        """Tell the other houses whose pages are open here."""
        if self._bus is not None:
            news = Present(house=self.house, rooms=rooms)
            await self._bus.publish(subject_present(self.house), news.pack())

    async def say_account(self, account: str) -> None:
        """Tell the other houses that something has ended that let an account in."""
        if self._bus is not None:
            news = AccountNews(house=self.house, account=account)
            await self._bus.publish(SUBJECT_ACCOUNTS, news.pack())

    async def _hear_account(self, _subject: str, payload: bytes) -> None:
        news = AccountNews.unpack(payload)
        if news.house != self.house:
            for tell in self.on_account:
                await tell(news.account)

    async def _hear_house(self, _subject: str, payload: bytes) -> None:
        news = HouseNews.unpack(payload)
        if news.house != self.house and self._rooms.has(news.slug):
            for tell in self.on_house:
                await tell(news)

    async def _hear_present(self, _subject: str, payload: bytes) -> None:
        news = Present.unpack(payload)
        if news.house != self.house:
            for tell in self.on_present:
                await tell(news)

    async def _check_source(self, payload: bytes) -> bytes:
        try:
            await self._judge(SourceCheck.unpack(payload))
        except Refused as error:
            verdict = SourceVerdict(status=error.status, code=error.code, message=error.message)
        else:
            verdict = SourceVerdict(status=200)
        return verdict.pack()

    async def call_stage(self, slug: RoomSlug, call: WhipCall, *, seconds: float) -> WhipReply:
        """Return the stage's answer. While it starts, it is asked again for `seconds`.

        Raises:
            StageAway: no stage answered in that time.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                if self._bus is None:
                    raise NobodyAnswers()
                news = self._rooms.news(self._rooms.room(slug))
                asked = call.model_copy(update={"news": news})
                return WhipReply.unpack(
                    await self._bus.request(subject_whip(slug), asked.pack(), left)
                )
            except NobodyAnswers:
                await asyncio.sleep(min(ASK_AGAIN_AFTER, left))
            except Malformed as error:
                # The caller's request was in order: the stage's answer is not.
                log.warning("malformed answer of a stage", room=slug, why=error.message)
                break
        raise StageAway(retry_after=2)
