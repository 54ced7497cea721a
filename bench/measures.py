"""The bench's measurements. Each returns the figures of one run; `__main__` repeats them."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager as Running
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.crowds import Crowd, Options, crowd
from bench.processes import cpu, rss, slab, tcp_memory
from bench.servers import (
    Server,
    edge,
    icecast,
    limit,
    metric,
    nginx_file,
    nginx_hls,
)

Figures = dict[str, float]

WINDOW: Final = 11.52
"""Seconds: whole cadences of 0.96 s, of 3.84 s and whole segments of 3.84 s."""
SETTLES: Final = 4.0
"""Longer than any segment: by then each HLS player is in its rhythm."""
JOINS_A_SECOND: Final = 5_000
PARTS_PER_SECOND: Final = 1 / 0.32


@dataclass(frozen=True, slots=True)
class Peer:
    """One way to bring the same sound to many.

    Attributes:
        run: starts it, given a folder of its own.
        options: of the crowd.
        holds: whether it is measured while all listen, or only while they join.
    """

    name: str
    run: Callable[[Path], Running[Server]]
    options: Options
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Sizes:
    """What one listener of the product gets, in bytes: at once, and with each send."""

    burst: int
    chunk: int


def probe(server: Server, seconds: float = 3.0) -> Sizes:
    """Listen to an endless stream for a moment; return how large what comes is."""
    line = socket.create_connection(("127.0.0.1", server.port))
    line.sendall(f"GET {server.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    batches, last, end = [0], time.monotonic(), time.monotonic() + seconds
    line.settimeout(0.05)
    while time.monotonic() < end or len(batches) < 3:
        try:
            got = len(line.recv(1 << 20))
        except TimeoutError:
            continue
        if time.monotonic() - last > 0.1 and batches[-1]:
            batches.append(0)
        batches[-1] += got
        last = time.monotonic()
    line.close()
    return Sizes(batches[0], max(batches[1:]))


def peers(bus: str, data: Path, sizes: Sizes) -> list[Peer]:
    """Return everything that is compared, in the order in which each round runs it."""

    def product(sender: str, parts: int) -> Callable[[Path], Running[Server]]:
        return lambda _: edge(bus, data, sender=sender, parts=parts)

    def in_c(name: str) -> Callable[[Path], Running[Server]]:
        return lambda _: limit(name, sizes.burst, sizes.chunk, 0.96, 3)

    return [
        Peer("edge, io_uring", product("uring", 3), {"part": 0.96}),
        Peer("edge, write", product("write", 3), {"part": 0.96}),
        Peer("C send()", in_c("send_loop"), {"part": 0.96}),
        Peer("C io_uring", in_c("uring_loop"), {"part": 0.96}),
        Peer("nginx HLS 2 s", lambda at: nginx_hls(at, 2), {"hls": 2, "part": 2}),
        Peer("icecast2", lambda at: icecast(at, "ogg", sizes.burst), {"part": 0.96, "rate": 1000}),
        Peer("icecast2 AAC", lambda at: icecast(at, "aac", sizes.burst), {"rate": 1000}),
        Peer("edge 3.84 s", product("auto", 12), {"part": 3.84}),
        Peer("nginx HLS 3.84 s", lambda at: nginx_hls(at, 3.84), {"hls": 3.84, "part": 3.84}),
        Peer("nginx file", lambda at: nginx_file(at, sizes.burst), {}, holds=False),
    ]


def listening(peer: Peer, folder: Path, listeners: int) -> Figures:
    """Let a crowd come and listen for a while; return what that cost the server.

    What those who have come already cost while the others join is taken off the joins.
    """
    with peer.run(folder) as server:
        memory, kernel, before = rss(server.pids), (tcp_memory(), slab()), cpu(server.pids)
        options = {"rate": JOINS_A_SECOND, **peer.options}
        with crowd(server.port, server.path, listeners, options) as here:
            joins = here.wait_for_all(within=30)
            joined = cpu(server.pids) - before
            held = hold(here, server) if peer.holds else Figures(us=0.0)
            memory = rss(server.pids) - memory
            small = slab() - kernel[1]
    joined -= held["us"] * joins["listener_seconds"] / 1e6
    there = max(1.0, joins["joined"])
    return held | {
        "join_us": joined / there * 1e6,
        "joined": joins["joined"],
        "failed": joins["failed"],
        "joined_after": joins["joined_after"],
        "first_p99": joins["first_p99"],
        "user_kb": memory / there / 1000,
        "kernel_kb": small / there / 1000,
    }


def hold(here: Crowd, server: Server) -> Figures:
    """Measure while all listen."""
    time.sleep(SETTLES)
    here.figures()
    before = cpu(server.pids)
    time.sleep(WINDOW)
    seen, spent = here.figures(), cpu(server.pids) - before
    return {
        "us": spent / seen["listener_seconds"] * 1e6,
        "kbit_s": seen["bytes"] / seen["listener_seconds"] * 8 / 1000,
        "reads": seen["reads"] / seen["listener_seconds"],
        "gap_max": seen["gap_max"],
        "lag_p99": seen["lag_p99"],
        "ended": seen["ended"],
        "unchanged": seen["unchanged"],
        "segments": seen["segments"],
    }


def stalled(bus: str, data: Path, listeners: int) -> Figures:
    """Let a crowd come that reads nothing but the first bytes; return what the kernel keeps.

    Their own buffers are as small as may be: what lies there lies on listeners' machines else.
    """
    with edge(bus, data) as server:
        before = (tcp_memory(), slab())
        options = {"rate": 1000.0, "stalled": listeners, "receive-buffer": 4096}
        with crowd(server.port, server.path, listeners, options) as here:
            here.wait_for_all()
            most = 0
            for _ in range(40):
                time.sleep(0.5)
                most = max(most, tcp_memory() + slab() - sum(before))
            return {"stalled_kb": most / listeners / 1000, "joined": here.figures()["joined"]}


def punctual(bus: str, data: Path, listeners: int, seconds: float) -> Figures:
    """Let one worker serve a crowd each 0.32 s; return how late what came was."""
    with edge(bus, data) as server:
        options = {"rate": 3000.0, "epoch": server.epoch / 1e6, "late": 0.2}
        with crowd(server.port, server.path, listeners, options) as here:
            joins = here.wait_for_all()
            time.sleep(2)
            here.figures()
            late, before = sum(metric(server, "fullhouse_edge_late_total")), cpu(server.pids)
            time.sleep(seconds)
            seen, spent = here.figures(), cpu(server.pids) - before
            late = sum(metric(server, "fullhouse_edge_late_total")) - late
            halt = max(metric(server, "fullhouse_edge_loop_block_seconds"))
    return {
        "joined": joins["joined"],
        "late": seen["late"] + seen["stale"],
        "late_at_the_edge": late,
        "lateness_p99_ms": seen["lateness_p99"] * 1000,
        "lateness_max_ms": seen["lateness_max"] * 1000,
        "gap_max": seen["gap_max"],
        "halt_ms": halt * 1000,
        "core": spent / seen["seconds"],
        "lag_p99_ms": seen["lag_p99"] * 1000,
    }


@contextmanager
def many(server: Server, counts: list[int], options: Options) -> Iterator[list[Crowd]]:
    """Let several crowds come, each from addresses of its own."""
    if not counts:
        yield []
        return
    with (
        crowd(server.port, server.path, counts[0], options, core=None) as one,
        many(server, counts[1:], options) as others,
    ):
        yield [one, *others]


def rush(bus: str, data: Path, early: int, late: int, seconds: float) -> Figures:
    """Let many arrive at two workers while others listen; return how either fared."""
    with (
        edge(bus, data, workers=2, core=None) as server,
        crowd(server.port, server.path, early, {"rate": 1000}, core=None) as here,
    ):
        here.wait_for_all()
        time.sleep(3)
        here.figures()
        before, per_crowd = cpu(server.pids), late // 2
        with many(server, [per_crowd] * 2, {"rate": per_crowd / seconds}) as crowds:
            joins = [one.wait_for_all(within=seconds + 20) for one in crowds]
            spent, seen = cpu(server.pids) - before, here.figures()
            taken = metric(server, "fullhouse_edge_joined_total")
    return {
        "joined": sum(one["joined"] for one in joins),
        "failed": sum(one["failed"] + one["ended"] for one in joins) + seen["ended"],
        "first_p50": max(one["first_p50"] for one in joins),
        "first_p99": max(one["first_p99"] for one in joins),
        "first_max": max(one["first_max"] for one in joins),
        "gap_p99": seen["gap_p99"],
        "gap_max": seen["gap_max"],
        "stale": seen["stale"],
        "server_s": spent,
        "least_share": min(taken) / sum(taken),
        "lag_p99_ms": 1000 * max(one["lag_p99"] for one in (*joins, seen)),
    }
