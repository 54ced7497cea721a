"""A shell: one edge worker, from its sockets to the bus. Opening order is the text."""

import asyncio
import gc
import resource
import socket
import zlib
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from fullhouse.admin import answering
from fullhouse.bus import connect
from fullhouse.edge.admin import EdgeFigures
from fullhouse.edge.arrivals import Arrivals
from fullhouse.edge.cadence import Cadences
from fullhouse.edge.choice import choose
from fullhouse.edge.feed import Feed
from fullhouse.edge.hls import KEPT_LONGER
from fullhouse.edge.limits import Capacity
from fullhouse.edge.lobby import Lobby
from fullhouse.edge.port import Port, listening
from fullhouse.edge.pressure import Gauge, keep_judging
from fullhouse.edge.sender import Sender
from fullhouse.edge.web import load_web
from fullhouse.edge.worker import Worker
from fullhouse.networks import NEAR, Proxies
from fullhouse.programme.filler import Filler
from fullhouse.units import PART_MICROS, SECOND

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Edge:
    """A worker that runs.

    Attributes:
        port: where listeners come in.
        admin_port: where /healthz and /metrics are, on loopback.
    """

    port: int
    admin_port: int
    worker: Worker


def kept_parts(rewind_minutes: int) -> int:
    """Return how many parts a window holds so that players may go back this far."""
    return -(-rewind_minutes * 60 * SECOND // PART_MICROS) + KEPT_LONGER


async def serve(
    *,
    bus_url: str,
    edge_name: str,
    host: str,
    port: int,
    admin_port: int,
    rewind_minutes: int,
    send_buffer: int,
    filler: Filler,
    web_folder: Path,
    rehearsal_token: str = "",
    cadences: Cadences | None = None,
    egress_bits: float | None = None,
    sender: str = "auto",
    proxies: Proxies = NEAR,
) -> None:
    """Run one edge worker until it is cancelled.

    Args:
        edge_name: what this worker calls itself on the bus; no two the same.
        port: shared with the other workers of this machine; 0: any.
        admin_port: on loopback; 0: any.
        send_buffer: bytes that the kernel keeps for a listener who does not read.
        web_folder: the built pages; may be missing.
        rehearsal_token: what a rehearsal must know, too; empty: none is let in.
        cadences: as the operator bounds them; None: as they come.
        egress_bits: a second that this worker may send; None: as many as there are.
        sender: `auto`, `uring` or `write`.
        proxies: those in front of this worker.

    Raises:
        Refused: a port is taken, or the bus does not answer.
    """
    async with running(
        bus_url=bus_url,
        edge_name=edge_name,
        host=host,
        port=port,
        admin_port=admin_port,
        rewind_minutes=rewind_minutes,
        send_buffer=send_buffer,
        filler=filler,
        web_folder=web_folder,
        rehearsal_token=rehearsal_token,
        cadences=cadences,
        egress_bits=egress_bits,
        sender=sender,
        proxies=proxies,
    ) as edge:
        gc.collect()
        gc.freeze()  # what is here now stays: looking through it again would halt the loop
        log.info("edge listens", host=host, port=edge.port, admin_port=edge.admin_port)
        await asyncio.Event().wait()


@asynccontextmanager
async def running(
    *,
    bus_url: str,
    edge_name: str,
    host: str,
    port: int,
    admin_port: int,
    rewind_minutes: int,
    send_buffer: int,
    filler: Filler,
    web_folder: Path,
    rehearsal_token: str = "",
    cadences: Cadences | None = None,
    egress_bits: float | None = None,
    sender: str = "auto",
    proxies: Proxies = NEAR,
) -> AsyncIterator[Edge]:
    """Run one edge worker while the block runs. Arguments and errors as `serve`."""
    reload = asyncio.Event()

    async def load_again() -> None:
        reload.set()

    worker = Worker.build(
        asyncio.get_running_loop(),
        filler=filler,
        kept_parts=kept_parts(rewind_minutes),
        web=load_web(web_folder),
        rehearsal_token=rehearsal_token,
        cadences=cadences,
        edge_name=edge_name,
        capacity=Capacity.below(open_files()),
        sender=chosen(sender),
        proxies=proxies,
        first_phase=zlib.crc32(edge_name.encode()),
    )
    async with AsyncExitStack() as stack:
        stack.callback(worker.close)
        sock = stack.enter_context(listening(host, port, send_buffer))
        bus = await stack.enter_async_context(connect(bus_url, edge_name, load_again))
        feed = Feed(bus, edge_name, worker, reload)
        await feed.start()
        gauge = Gauge(worker, egress_bits)
        stack.callback(gauge.close)
        figures = EdgeFigures(worker, bus, gauge)
        admin_at = await stack.enter_async_context(answering(admin_port, figures))
        judging = keep_judging(worker, gauge)
        await stack.enter_async_context(
            chores(
                feed.keep_loading(),
                feed.holds.keep_loading(),
                feed.keep_reporting(),
                feed.keep_raising(),
                judging,
            )
        )
        await stack.enter_async_context(accepting(sock, worker.lobby))
        yield Edge(sock.getsockname()[1], admin_at, worker)


def chosen(setting: str) -> Sender:
    """Return the sender that is used, and say which it is."""
    sender, why_not = choose(setting)
    say = log.warning if why_not and setting == "uring" else log.info
    why = {"why": why_not} if why_not else {}
    say("edge sends", sender=sender.name, **why)
    return sender


@asynccontextmanager
async def chores(*works: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Let endless works run while the block runs; one that breaks breaks the block."""
    async with asyncio.TaskGroup() as tasks:
        running_works = [tasks.create_task(work) for work in works]
        try:
            yield
        finally:
            for work in running_works:
                work.cancel()


@asynccontextmanager
async def accepting(sock: socket.socket, lobby: Lobby) -> AsyncIterator[None]:
    """Let listeners in while the block runs."""
    arrivals = Arrivals(asyncio.get_running_loop(), Port(sock), lobby)
    arrivals.open()
    try:
        yield
    finally:
        arrivals.close()


def open_files() -> int:
    """Return how many files this process may open, raised as far as it may raise that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 1_048_576) if hard != resource.RLIM_INFINITY else 1_048_576
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft, wanted)
