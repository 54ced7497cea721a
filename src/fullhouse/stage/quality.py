"""A core: what was measured of one speaker in a second, in the words of the bus."""

from dataclasses import dataclass

from fullhouse.stage.frame import Reason, VoiceFacts
from fullhouse.units import Micros
from fullhouse.wire import SpeakerQuality


@dataclass(frozen=True, slots=True)
class Heard:
    """How a speaker's sound came in: what the voice counted, what was left out, how loud."""

    facts: VoiceFacts
    refused: int
    level_db: float
    clipping: float


@dataclass(frozen=True, slots=True)
class Hears:
    """How a speaker's return goes out, as its listener reports it; None: not known."""

    loss: float | None = None
    round_trip: Micros | None = None


def speaker_quality(seat: str, heard: Heard, hears: Hears) -> SpeakerQuality:
    """Return a second of one speaker."""
    facts = heard.facts
    expected = facts.packets + facts.lost
    frames = {reason: facts.frames.get(reason, 0) for reason in Reason}
    trip = hears.round_trip
    return SpeakerQuality(
        seat=seat,
        packets=facts.packets,
        loss=round(max(0, facts.lost) / expected, 4) if expected > 0 else 0.0,
        real=frames[Reason.REAL],
        late_recovered=frames[Reason.LATE_RECOVERED],
        fec=frames[Reason.FEC],
        concealed=frames[Reason.CONCEALED],
        comfort=frames[Reason.COMFORT],
        silent=frames[Reason.SILENT],
        refused=heard.refused + facts.malformed,
        trims=facts.trims,
        jitter_ms=round(facts.jitter_ms, 1),
        depth_ms=round(facts.depth_ms, 1),
        drift_ppm=round(facts.drift_ppm, 1),
        level_db=round(heard.level_db, 1),
        clipping=round(heard.clipping, 4),
        return_loss=None if hears.loss is None else round(hears.loss, 4),
        round_trip_ms=None if trip is None else round(trip / 1000, 1),
    )
