"""A shell: what can be measured of the house and, through it, of every speaker and stage.

The stages tell the house each second; so one place has the numbers of all rooms, whichever
machine they run on. What a stage has not said for five seconds is left out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from fullhouse.admin import Figures
from fullhouse.house.api.door import Door
from fullhouse.house.quality import REASONS
from fullhouse.wire import RoomState

OF_SPEAKER: Final = ("room", "seat")

_GAUGES: Final = (
    ("loss", "loss_ratio", "Share of the packets that the network lost.", 1.0),
    ("jitter_ms", "jitter_seconds", "How unevenly packets come.", 1000.0),
    ("depth_ms", "depth_seconds", "For how long sound waits before it is played.", 1000.0),
    ("drift_ppm", "drift_ppm", "How much faster than ours the speaker's clock runs.", 1.0),
    ("level_db", "level_dbfs", "Loudness of the last second, RMS.", 1.0),
    ("clipping", "clipping_ratio", "Share of the samples at full scale.", 1.0),
    ("return_loss", "return_loss_ratio", "Share of the return that the speaker lost.", 1.0),
    ("round_trip_ms", "round_trip_seconds", "To the speaker's browser and back.", 1000.0),
)
"""Field of `SpeakerQuality`, name, what, and by how much it is divided."""

_COUNTERS: Final = (
    ("packets", "Packets of sound that came in."),
    ("refused", "Packets left out: too fast, too large, malformed, of a strange stream."),
    ("trims", "How often sound was shortened or lengthened."),
)


@dataclass(frozen=True, slots=True)
class HouseFigures(Figures):
    """All that can be measured of the house."""

    door: Door

    def health(self) -> Mapping[str, object]:
        """Return what /healthz says."""
        return {
            "ok": True,
            "bus": self.door.newsroom.connected,
            "rooms": len(self.door.rooms.all()),
            "pages": self.door.feeds.pages,
        }

    def collect(self) -> Iterable[Metric]:
        """Yield every family of metrics."""
        yield from self._of_house()
        yield from self._of_stages()
        yield from self._of_speakers()

    def _of_house(self) -> Iterable[Metric]:
        up = int(self.door.newsroom.connected)
        yield GaugeMetricFamily("fullhouse_house_bus_up", "1 while the bus answers.", up)
        pages = self.door.feeds.pages
        yield GaugeMetricFamily("fullhouse_house_pages", "Studio pages that follow a room.", pages)
        rooms = GaugeMetricFamily("fullhouse_house_rooms", "Rooms by state.", labels=["state"])
        states = Counter(room.state for room in self.door.rooms.all())
        for state in RoomState:
            rooms.add_metric([state.value], states[state])
        yield rooms

    def _of_stages(self) -> Iterable[Metric]:
        seats = GaugeMetricFamily("fullhouse_stage_seats", "Speakers on stage.", labels=["room"])
        ticks = CounterMetricFamily("fullhouse_stage_ticks", "Ticks of 20 ms.", labels=["room"])
        late = CounterMetricFamily(
            "fullhouse_stage_late_ticks", "Ticks over 20 ms late.", labels=["room"]
        )
        for room in self.door.rooms.all():
            news = self.door.rooms.stage(room.slug)
            if news is not None:
                seats.add_metric([room.slug], len(news.seats))
                ticks.add_metric([room.slug], news.ticks)
                late.add_metric([room.slug], news.late_ticks)
        return seats, ticks, late

    def _of_speakers(self) -> Iterable[Metric]:
        now = self.door.clock.now()
        frames = CounterMetricFamily(
            "fullhouse_speaker_frames",
            "Frames of 20 ms by where their sound came from.",
            labels=[*OF_SPEAKER, "reason"],
        )
        gauges = {
            field: GaugeMetricFamily(f"fullhouse_speaker_{name}", what, labels=OF_SPEAKER)
            for field, name, what, _ in _GAUGES
        }
        counters = {
            field: CounterMetricFamily(f"fullhouse_speaker_{field}", what, labels=OF_SPEAKER)
            for field, what in _COUNTERS
        }
        for slug, speaker, sums in self.door.newsroom.qualities.speakers(now=now):
            who = [slug, speaker.seat]
            for reason in REASONS:
                frames.add_metric([*who, reason], sums[reason])
            for field, _, _, divisor in _GAUGES:
                if (value := getattr(speaker, field)) is not None:
                    gauges[field].add_metric(who, value / divisor)
            for field, family in counters.items():
                family.add_metric(who, sums[field])
        return frames, *gauges.values(), *counters.values()
