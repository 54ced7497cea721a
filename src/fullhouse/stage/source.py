"""A shell: the port where Icecast sources come in.

A process of its own: a stage or a house that dies cuts no broadcaster's connection. What one
connection does is in `broadcast`.
"""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog

from fullhouse.bus import Bus, NobodyAnswers, connect
from fullhouse.errors import NotReady, Refused
from fullhouse.stage.broadcast import READ_BYTES, Broken, Line, Source, Speaking
from fullhouse.stage.icecast import MountTaken, SourceRequest
from fullhouse.units import RoomSlug
from fullhouse.wire import (
    SUBJECT_SOURCE_CHECK,
    RoomNews,
    RoomState,
    SourceCheck,
    SourceVerdict,
    subject_room,
)

CHECK_SECONDS: Final = 3.0
RECEIVE_BUFFER: Final = 64 * 1024
CONNECTIONS: Final = 256
FROM_ONE_ADDRESS: Final = 64
"""So many of them at the most, so that one address cannot keep everybody out."""
SOURCES: Final = 32

log = structlog.get_logger()


async def serve(
    *,
    bus_url: str,
    host: str,
    port: int,
    sources: int = SOURCES,
    started: Callable[[int], None] | None = None,
) -> None:
    """Take Icecast sources until cancelled.

    Args:
        bus_url: as `bus.connect` takes it.
        host, port: where to listen; port 0 lets the system choose.
        sources: so many speak at once at the most.
        started: is told the port once sources can come.

    Raises:
        Refused: the bus does not answer.
        OSError: the port is taken.
    """
    async with connect(bus_url, "source") as bus:
        desk = Desk(bus, sources)
        await bus.subscribe(subject_room("*"), desk.hear_room)
        listening = socket.create_server((host, port), family=_family(host))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        server = await asyncio.start_server(desk.greet, sock=listening, limit=READ_BYTES)
        try:
            if started is not None:
                started(listening.getsockname()[1])
            await asyncio.Event().wait()
        finally:
            server.close()
            await desk.close()


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


class Desk:
    """Every connection of this port, and who speaks where."""

    def __init__(self, bus: Bus, most: int) -> None:
        self._bus = bus
        self._most = most
        self._connections: set[asyncio.Task[None]] = set()
        self._by_address: Counter[str] = Counter()
        self._sources: dict[RoomSlug, Source] = {}

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        line = Line(reader, writer)
        self._by_address[line.peer] += 1
        try:
            crowded = self._by_address[line.peer] > FROM_ONE_ADDRESS
            if crowded or len(self._connections) > CONNECTIONS:
                raise NotReady("Too many connections. Please try again soon.", retry_after=5)
            await self._serve(line, task)
        except Refused as error:
            log.info("source refused", code=error.code, peer=line.peer)
            await line.refuse(error)
        except (ConnectionError, TimeoutError):
            pass
        except asyncio.CancelledError:
            pass  # let go, or the server ends; nobody awaits this task
        finally:
            self._connections.discard(task)
            self._by_address -= Counter([line.peer])
            line.abort()

    async def close(self) -> None:
        """End all connections."""
        tasks = list(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def hear_room(self, subject: str, payload: bytes) -> None:
        """Let a room's source go when the room ends."""
        news = RoomNews.unpack(payload)
        source = self._sources.get(news.slug)
        if source is None or news.revision < source.revision:
            return
        source.revision = news.revision
        if source.wanted and not news.wanted and news.state is RoomState.ENDED:
            source.let_go("the room has ended")
        source.wanted = source.wanted or news.wanted

    async def _serve(self, line: "Line", task: asyncio.Task[None]) -> None:
        request = await line.head()
        await self._check(request)
        async with self._mount(request, task) as source:
            await Speaking(self._bus, line, source).run()

    async def _check(self, request: SourceRequest) -> None:
        """Ask the house; a house that is just starting again is waited for."""
        question = SourceCheck(slug=request.slug, user=request.user, key=request.key).pack()
        give_up = time.monotonic() + CHECK_SECONDS
        while True:
            try:
                answer = await self._bus.request(SUBJECT_SOURCE_CHECK, question, CHECK_SECONDS)
                break
            except NobodyAnswers as error:
                if time.monotonic() > give_up:
                    raise NotReady(retry_after=2) from error
                await asyncio.sleep(0.25)
        verdict = SourceVerdict.unpack(answer)
        if verdict.status != 200:
            wait = 2 if verdict.status == 503 else None
            raise Refused(
                verdict.message, code=verdict.code, status=verdict.status, retry_after=wait
            )

    @asynccontextmanager
    async def _mount(
        self, request: SourceRequest, task: asyncio.Task[None]
    ) -> AsyncIterator[Source]:
        present = self._sources.get(request.slug)
        if present is not None:
            if not present.replaceable():
                raise MountTaken()
            present.replaced = True
            present.let_go("another source came in its place")
        elif len(self._sources) >= self._most:
            raise NotReady("As many sources as this machine takes speak already.", retry_after=10)
        source = self._sources[request.slug] = Source(request, task)
        bound = log.bind(room=request.slug, source=request.name)
        bound.info("source speaks", version=request.version, method=request.method)
        try:
            yield source
            bound.info("source has ended")
        except Broken as error:
            bound.warning("source closed", why=str(error))
        except ConnectionError:
            bound.info("source has gone")
        except asyncio.CancelledError:
            if source.why:
                bound.info("source let go", why=source.why)
            raise
        finally:
            if self._sources.get(request.slug) is source:
                del self._sources[request.slug]
