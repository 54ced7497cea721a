"""A shell: /healthz and /metrics, on a port of their own that only this machine reaches."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from fullhouse.bus import Bus
from fullhouse.edge.request import Format
from fullhouse.edge.worker import Worker
from fullhouse.errors import Refused

TIMEOUT: Final = 5
TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Figures(Collector):
    """All that can be measured of one edge worker, read when it is asked for."""

    worker: Worker
    bus: Bus

    def health(self) -> dict[str, object]:
        """Return what /healthz says."""
        return {
            "ok": True,
            "bus": self.bus.connected,
            "rooms": len(self.worker.rooms.by_slug),
            "rooms_complete": self.worker.rooms.complete,
            "listeners": len(self.worker.audience),
            "connections": self.worker.lobby.connections,
        }

    def collect(self) -> Iterable[Metric]:
        yield from self._of_rooms()
        yield from self._of_worker()

    def _of_rooms(self) -> Iterable[Metric]:
        ears = GaugeMetricFamily(
            "fullhouse_edge_listeners", "Ears on endless streams.", labels=["room", "stream"]
        )
        skew = GaugeMetricFamily(
            "fullhouse_edge_skew_seconds", "How late parts arrive by this clock.", labels=["room"]
        )
        counters = {
            "sent": "Parts with the stage's sound.",
            "filled": "Parts of filler while on air.",
            "late": "Parts that came after their deadline.",
            "twice": "Parts that came more than once.",
            "astray": "Parts of another timeline, or far ahead.",
            "beats": "Beats of listeners' pages.",
            "skipped": "Parts that slow listeners were skipped over.",
        }
        families = {
            name: CounterMetricFamily(f"fullhouse_edge_{name}", text, labels=["room"])
            for name, text in counters.items()
        }
        for slug, room in self.worker.rooms.by_slug.items():
            for format_ in Format:
                if count := self.worker.audience.ears(slug, format_):
                    ears.add_metric([slug, format_.value], count)
            skew.add_metric([slug], room.rhythm.skew / 1_000_000)
            for name, family in families.items():
                counted = room.counted
                skipped = self.worker.audience.skipped(slug)
                family.add_metric([slug], skipped if name == "skipped" else getattr(counted, name))
        yield from (ears, skew, *families.values())

    def _of_worker(self) -> Iterable[Metric]:
        counts = self.worker.audience.counts
        for name, text, value in (
            ("connections", "Connections, ears included.", self.worker.lobby.connections),
            ("held", "HLS requests that wait for a part.", self.worker.pump.held()),
            ("bus_up", "1 while the bus answers.", int(self.bus.connected)),
            (
                "loop_block_seconds",
                "Longest halt of the loop in a minute.",
                self.worker.pulse.longest(),
            ),
        ):
            yield GaugeMetricFamily(f"fullhouse_edge_{name}", text, value)
        for name, text, value in (
            ("joined", "Ears that have come.", counts.joined),
            ("left", "Ears that have gone.", counts.left),
            ("closed_slow", "Ears closed because they did not keep up.", counts.closed_slow),
            ("sends", "Chunks written to ears.", counts.sends),
            ("answered", "Requests answered.", self.worker.lobby.answered),
            ("refused", "Requests refused and connections closed.", self.worker.lobby.refused),
            (
                "turned_away",
                "Connections for which there was no place.",
                self.worker.lobby.turned_away,
            ),
        ):
            yield CounterMetricFamily(f"fullhouse_edge_{name}", text, value)


@asynccontextmanager
async def answering(port: int, figures: Figures) -> AsyncIterator[int]:
    """Answer on loopback for as long as the block runs; yield the port.

    Raises:
        Refused: the port is taken.
    """
    registry = CollectorRegistry()
    registry.register(figures)
    ProcessCollector(registry=registry)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            async with asyncio.timeout(TIMEOUT):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(_answer(head, figures, registry))
                await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(answer, "127.0.0.1", port, limit=16_384)
    except OSError as error:
        message = f"Port {port} for /healthz and /metrics is taken."
        raise Refused(message, code="port_taken") from error
    async with server:
        yield server.sockets[0].getsockname()[1]


def _answer(head: bytes, figures: Figures, registry: CollectorRegistry) -> bytes:
    path = head.split(b" ", 2)[1] if head.startswith((b"GET ", b"HEAD ")) else b""
    match path.partition(b"?")[0]:
        case b"/healthz":
            status, kind, body = "200 OK", "application/json", json.dumps(figures.health()).encode()
        case b"/metrics":
            status, kind, body = "200 OK", TEXT, generate_latest(registry)
        case _:
            body = b'{"code": "no_such_page", "message": "Here are /healthz and /metrics."}\n'
            status, kind = "404 Not Found", "application/json"
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    ).encode() + (b"" if head.startswith(b"HEAD") else body)
