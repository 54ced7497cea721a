"""A core: what one seat gives to one tick: a frame, why it is what it is, and a second's facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from fullhouse.media import Pcm


class Reason(StrEnum):
    """Where a frame's sound comes from."""

    REAL = "real"
    LATE_RECOVERED = "late-recovered"
    """The packet missed its tick and is played after all, later."""
    FEC = "fec"
    """The packet is lost; a copy inside another packet is played."""
    CONCEALED = "concealed"
    """The packet is lost or late; the decoder goes on from what was."""
    COMFORT = "comfort"
    """The speaker sends nothing because they say nothing (DTX); soft noise goes on."""
    SILENT = "silent"
    """There is nothing to hear: not yet, or no more."""


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of one seat.

    Attributes:
        pcm: 960 samples, or None for nothing at all.
    """

    pcm: Pcm | None
    reason: Reason


NOTHING: Final = Frame(None, Reason.SILENT)


@dataclass(frozen=True, slots=True)
class VoiceFacts:
    """What was counted and measured of one voice since it was asked last.

    Attributes:
        packets: packets of sound that came in.
        lost: packets that the network lost, as far as is known by now.
        malformed: packets that hold no Opus.
        frames: frames taken, by reason.
        trims: how often sound was shortened or lengthened to follow the network or the clock.
        jitter_ms: how unevenly packets come: the spread of their delays.
        depth_ms: for how long sound waits before it is played.
        drift_ppm: how much faster than ours the speaker's clock runs.
    """

    packets: int = 0
    lost: int = 0
    malformed: int = 0
    frames: Mapping[Reason, int] = field(default_factory=dict)
    trims: int = 0
    jitter_ms: float = 0.0
    depth_ms: float = 0.0
    drift_ppm: float = 0.0
