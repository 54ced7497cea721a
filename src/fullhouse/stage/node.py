"""A shell: the role `stage`: one child process per wanted room, and one warm spare.

A child's death is another child's start; the node's own death ends no stage. Orderly ended (by
cancelling `serve`), it ends its children.
"""

import asyncio
import signal
from contextlib import suppress
from ipaddress import ip_address
from socket import SOCK_DGRAM, gaierror
from typing import Final

import structlog

from fullhouse.bus import Bus, NobodyAnswers, connect
from fullhouse.clock import Clock
from fullhouse.errors import Refused
from fullhouse.stage.children import Child, adopt, end_all, start_waiting
from fullhouse.stage.orders import Orders
from fullhouse.stage.roster import Roster
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import RoomNews, StageNews, subject_room, subject_stage

LOOKS_EVERY: Final = 0.05
ENDS_WITHIN: Final = 1.0
SPARE_AGAIN: Final = 1.0
"""A new spare waits for so long: its imports would be felt by a stage that is just starting."""
BUS_ANSWERS_WITHIN: Final = SECOND // 2

log = structlog.get_logger()


async def serve(
    *,
    bus_url: str,
    node: str,
    media_host: str,
    media_ports: range | None,
    seats: int,
    log_format: str = "auto",
    log_level: str = "info",
) -> None:
    """Run the stages of all wanted rooms until cancelled.

    Args:
        node: this node's name on the bus; the same after a restart, so that it finds its stages.
        media_host: the address that speakers send their sound to.
        media_ports: UDP ports for it, or None for any.
        seats: speakers per room at the most.

    Raises:
        Refused: the bus does not answer, or `media_host` is no address.
    """
    pattern: dict[str, object] = {
        "node": node,
        "media_host": await _address(media_host),
        "media_ports": (media_ports[0], media_ports[-1]) if media_ports else None,
        "seats": seats,
        "log_format": log_format,
        "log_level": log_level,
    }
    async with asyncio.TaskGroup() as tasks:
        keeper = Node(bus_url, node, pattern, tasks)
        try:
            async with connect(bus_url, f"node {node}", keeper.remember) as bus:
                await keeper.run(bus)
        finally:
            await keeper.end()


class Node:
    """The children of one machine, by room."""

    def __init__(
        self, bus_url: str, name: str, pattern: dict[str, object], tasks: asyncio.TaskGroup
    ) -> None:
        self._bus_url = bus_url
        self._pattern = pattern
        self._tasks = tasks
        self._clock = Clock()
        self._roster = Roster(name, self._clock.now())
        self._children: dict[int, Child] = {}
        self._spare: Child | None = None
        self._spare_taken = asyncio.Event()
        self._chores: list[asyncio.Task[None]] = []
        self._bus_well_since = self._clock.now()
        self._remembers = asyncio.Event()
        self._remembers.set()

    async def run(self, bus: Bus) -> None:
        """Look after the children until cancelled."""
        await bus.subscribe(subject_room("*"), self._follow)
        await bus.subscribe(subject_stage("*"), self._hear)
        chores = (self._keep_spare(), self._feel_bus(bus))
        self._chores = [self._tasks.create_task(chore) for chore in chores]
        looked = self._clock.now()
        while True:
            looked, before = self._clock.now(), looked
            if looked - before > BUS_ANSWERS_WITHIN:
                self._bus_well_since = looked  # held up ourselves: what was said is not read yet
            if self._remembers.is_set():
                await self._recall(bus)
            for slug in self._roster.to_start(self._clock.now()):
                await self._start(slug)
            for pid in self._roster.hanging(self._clock.now(), self._bus_well_since):
                log.warning("stage hangs", pid=pid)
                self._children[pid].kill(signal.SIGKILL)
            await asyncio.sleep(LOOKS_EVERY)

    async def remember(self) -> None:
        """Read all rooms again soon: news may have been missed."""
        self._remembers.set()
        self._bus_well_since = self._clock.now()

    async def _recall(self, bus: Bus) -> None:
        try:
            rooms = await bus.kept_rooms()
        except NobodyAnswers:
            return  # what is known stays; the next look tries again
        self._remembers.clear()
        for news in rooms:
            self._roster.follow(news)

    async def _follow(self, _subject: str, raw: bytes) -> None:
        self._roster.follow(RoomNews.unpack(raw))

    async def _hear(self, _subject: str, raw: bytes) -> None:
        said = StageNews.unpack(raw)
        pid = self._roster.heard(said, self._clock.now())
        if pid is not None and pid not in self._children:
            child = adopt(pid)
            if child is not None:
                log.info("stage adopted", room=said.slug, pid=pid)
                self._watch(said.slug, child)

    async def _start(self, slug: RoomSlug) -> None:
        spare, self._spare = self._spare, None
        self._spare_taken.set()
        child = spare if spare is not None and spare.running else await start_waiting(self._bus_url)
        child.begin(Orders.model_validate({**self._pattern, "room": self._roster.news(slug)}))
        log.info("stage starts", room=slug, pid=child.pid, warm=child is spare)
        self._watch(slug, child)

    def _watch(self, slug: RoomSlug, child: Child) -> None:
        self._children[child.pid] = child
        self._roster.started(slug, child.pid, self._clock.now())
        self._tasks.create_task(self._attend(slug, child))

    async def _attend(self, slug: RoomSlug, child: Child) -> None:
        await child.ended()
        log.info("stage ended", room=slug, pid=child.pid)
        del self._children[child.pid]
        self._roster.ended(slug, child.pid, self._clock.now())

    async def _keep_spare(self) -> None:
        while True:
            spare = self._spare = await start_waiting(self._bus_url)
            self._spare_taken.clear()
            ends = (spare.ended(), self._spare_taken.wait())
            waiting = [asyncio.ensure_future(end) for end in ends]
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waiting:
                    wait.cancel()
            if not self._spare_taken.is_set():
                log.warning("the spare stage ended", pid=spare.pid)
                self._spare = None
            await asyncio.sleep(SPARE_AGAIN)

    async def _feel_bus(self, bus: Bus) -> None:
        """Know whether silence on the bus is a stage's or the bus's own."""
        while True:
            asked = self._clock.now()
            await bus.flush()
            took = self._clock.now() - asked
            if took > BUS_ANSWERS_WITHIN or not bus.connected:
                self._bus_well_since = Micros(asked + took)
            await asyncio.sleep(1)

    async def end(self) -> None:
        """End all children, the spare too."""
        for chore in self._chores:
            chore.cancel()
        spare = [self._spare] if self._spare is not None else []
        await end_all([*self._children.values(), *spare], ENDS_WITHIN, log.warning)


async def _address(host: str) -> str:
    """Return `host` as an IP address.

    Raises:
        Refused: it is neither an address nor a name that has one.
    """
    with suppress(ValueError):
        return str(ip_address(host))
    try:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, None, type=SOCK_DGRAM)
    except gaierror as error:
        raise Refused(f"media_host {host} has no address: {error}.", code="no_address") from error
    return str(found[0][4][0])
