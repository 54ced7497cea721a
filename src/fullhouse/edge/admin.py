"""A shell: what can be measured of one edge worker, for its /healthz and /metrics."""

from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from fullhouse.admin import Figures
from fullhouse.bus import Bus
from fullhouse.edge.cadence import CLASSES
from fullhouse.edge.pressure import Gauge
from fullhouse.edge.request import Format
from fullhouse.edge.worker import Worker


@dataclass(frozen=True, slots=True)
class EdgeFigures(Figures):
    """All that can be measured of one edge worker."""

    worker: Worker
    bus: Bus
    gauge: Gauge

    def health(self) -> dict[str, object]:
        """Return what /healthz says."""
        return {
            "ok": True,
            "bus": self.bus.connected,
            "rooms": len(self.worker.rooms.by_slug),
            "rooms_complete": self.worker.rooms.complete,
            "listeners": len(self.worker.audience),
            "connections": self.worker.lobby.connections,
            "places": self.worker.lobby.capacity.most,
            "full": self.worker.lobby.gate.full,
            "accepting": self.worker.lobby.gate.listening,
        }

    def collect(self) -> Iterable[Metric]:
        """Yield every family of metrics."""
        yield from self._of_rooms()
        yield from self._of_cadences()
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

    def _of_cadences(self) -> Iterable[Metric]:
        parts = GaugeMetricFamily(
            "fullhouse_edge_cadence_parts", "Parts per send.", labels=["room", "listeners"]
        )
        for slug, room in self.worker.rooms.by_slug.items():
            heard = {CLASSES[format_]: format_ for format_ in self.worker.audience.formats(slug)}
            for listeners, format_ in heard.items():
                of = self.worker.cadences.of(slug, format_, room.window.head)
                parts.add_metric([slug, listeners.value], of)
        pressure = GaugeMetricFamily(
            "fullhouse_edge_pressure",
            "How near its limit each thing was in the last second; 1: at it.",
            labels=["what"],
        )
        for what in ("cpu", "loop", "egress", "memory"):
            pressure.add_metric([what], getattr(self.gauge.pressure, what))
        low = int(self.worker.cadences.low is not None)
        yield from (parts, pressure)
        yield GaugeMetricFamily(
            "fullhouse_edge_low_offered", "1 while new listeners should take a low rendition.", low
        )

    def _of_worker(self) -> Iterable[Metric]:
        counts = self.worker.audience.counts
        for name, text, value in (
            ("connections", "Connections, ears included.", self.worker.lobby.connections),
            ("places", "Connections for which there are files.", self.worker.lobby.capacity.most),
            ("full", "1 while newcomers find no place.", int(self.worker.lobby.gate.full)),
            (
                "accepting",
                "0 while newcomers are left to other workers.",
                int(self.worker.lobby.gate.listening),
            ),
            ("held", "HLS requests that wait for a part.", self.worker.pump.held()),
            ("bus_up", "1 while the bus answers.", int(self.bus.connected)),
            (
                "pass_seconds",
                "How long it took to send out what was due at one time.",
                self.worker.audience.pass_seconds,
            ),
            (
                "loop_block_seconds",
                "Longest halt of the loop in a minute.",
                self.worker.pulse.longest(),
            ),
        ):
            yield GaugeMetricFamily(f"fullhouse_edge_{name}", text, value)
        sender = GaugeMetricFamily("fullhouse_edge_sender", "What sends here.", labels=["sender"])
        sender.add_metric([self.worker.audience.sender], 1)
        yield sender
        for name, text, value in (
            ("joined", "Ears that have come.", counts.joined),
            ("left", "Ears that have gone.", counts.left),
            ("closed_slow", "Ears closed because they did not keep up.", counts.closed_slow),
            ("sends", "Chunks written to ears.", counts.sends),
            ("sent_bytes", "What ears took of chunks, without bursts.", counts.bytes),
            ("answered", "Requests answered.", self.worker.lobby.answered),
            ("refused", "Requests refused and connections closed.", self.worker.lobby.refused),
            (
                "turned_away",
                "Connections for which there was no place.",
                self.worker.lobby.turned_away,
            ),
        ):
            yield CounterMetricFamily(f"fullhouse_edge_{name}", text, value)
