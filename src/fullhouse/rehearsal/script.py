"""A core: who comes when, how, and for how long. The same seed makes the same crowd.

Listeners are numbered in the order in which they come. Every trait of one follows from its
number alone, so that many processes can play their shares without speaking to each other.
Fractions of multiples of square roots stand in for chance: they spread more evenly than dice,
and a share of a crowd, however small the crowd, is that share within a listener or two.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fullhouse.rehearsal.findings import Way

Floats = NDArray[np.float64]

MOST_LISTENERS: Final = 2_000_000
LONGEST: Final = 86_400.0
ALL_FOLLOWED: Final = 5_000
"""Crowds up to this size are followed part by part, every one; of larger ones a sample."""
SAMPLE: Final = 32
CHURN_A_MINUTE: Final = 0.02
"""The share of listeners who leave in a minute, and come back a few seconds later."""
STORM_SECONDS: Final = 4.0
"""In a return storm all are back within so long."""


class Story(StrEnum):
    """What happens to the crowd."""

    LAUNCH = "launch"
    STEADY = "steady"
    RETURN_STORM = "return-storm"
    EDGE_KILL = "edge-kill"


LAUNCH: Final = (
    (0.0, 0.0),  # doors: those who come early
    (0.5, 0.15),  # the top of the hour
    (0.65, 0.5),  # those who are a little late
    (0.8, 0.6),  # the push after the host's post
    (0.9, 0.95),
    (1.0, 1.0),
)
"""Share of the time, and the share of the crowd that has come by then."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What one listener does.

    Attributes:
        page: opens the page before the stream.
        stalls: stops reading some time after joining, and stays connected.
        followed: every part is read, not only timed.
    """

    way: Way
    page: bool
    stalls: bool
    followed: bool


@dataclass(frozen=True, slots=True)
class Away:
    """A listener leaves, and comes back. Seconds since the start."""

    at: float
    until: float


@dataclass(frozen=True, slots=True)
class Script:
    """A crowd and its evening.

    Attributes:
        arrive_within, hold: seconds.
        pages, hls, stalled: shares of the crowd.
    """

    listeners: int
    arrive_within: float
    hold: float
    story: Story = Story.LAUNCH
    pages: float = 0.0
    hls: float = 0.0
    stalled: float = 0.0
    seed: int = 0

    @property
    def lasts(self) -> float:
        """How long it all takes, seconds."""
        return self.arrive_within + self.hold

    @property
    def turn(self) -> float:
        """When the story takes its turn: the storm breaks loose, the edge dies."""
        return self.arrive_within + self.hold / 3

    def cast(self, first: int = 0, step: int = 1) -> "Cast":
        """Return what every `step`th listener from `first` on does, in the order of arrival."""
        indices = np.arange(first, self.listeners, step, dtype=np.float64)
        kind = self._chances(indices, 3)
        hls = kind < self.hls
        stalls = ~hls & (kind - self.hls < self.stalled)
        page = self._chances(indices, 5) < self.pages
        follows = np.full(len(indices), self.listeners <= ALL_FOLLOWED)
        followed = ~stalls & (follows | (self._chances(indices, 7) < 1 / SAMPLE))
        which = (hls * 8 + page * 4 + stalls * 2 + followed).astype(np.uint8)
        return Cast(
            arrivals=self._arrivals(indices).tolist(),
            traits=[_TRAITS[one] for one in which.tolist()],
            aways=self._aways(indices),
        )

    def _arrivals(self, indices: Floats) -> Floats:
        """Return when listeners come, seconds since the start; none before an earlier one."""
        share = (indices + self._chances(indices, 2)) / self.listeners
        if self.story is Story.LAUNCH:
            times, shares = zip(*LAUNCH, strict=True)
            share = np.interp(share, shares, times)
        return self.arrive_within * share

    def _aways(self, indices: Floats) -> dict[int, Away]:
        """Return, by place in the cast, who is away for a while."""
        first, second = self._chances(indices, 11), self._chances(indices, 13)
        if self.story is Story.EDGE_KILL:
            return {}
        if self.story is Story.RETURN_STORM:
            storm = min(STORM_SECONDS, self.hold / 3)
            back = self.turn + storm * (0.1 + 0.9 * first)
            return {place: Away(self.turn, until) for place, until in enumerate(back.tolist())}
        leaves = CHURN_A_MINUTE * self.hold / 60
        at = self.arrive_within + self.hold * first / leaves
        until = at + 1 + 7 * second
        return {
            place: Away(float(at[place]), float(until[place]))
            for place in np.flatnonzero(first < leaves).tolist()
        }

    def _chances(self, indices: Floats, prime: int) -> Floats:
        """Return a fraction of each listener's own, from 0 up to 1."""
        return ((indices + 1) * math.sqrt(prime) + self.seed * math.sqrt(prime + 17)) % 1.0


@dataclass(frozen=True, slots=True)
class Cast:
    """Some listeners of a script, in the order of arrival.

    Attributes:
        arrivals: seconds since the start.
        aways: by place in the cast.
    """

    arrivals: list[float]
    traits: list[Traits]
    aways: Mapping[int, Away]


_TRAITS: Final = [
    Traits(Way.HLS if one & 8 else Way.PUSH, bool(one & 4), bool(one & 2), bool(one & 1))
    for one in range(16)
]
"""All that listeners can be, so that a million of them share these."""

_SPAN: Final = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,3})?)(s|m|h|)")


def span(text: str) -> float:
    """Return seconds: of `90`, `90s`, `1.5m` or `1h`.

    Raises:
        ValueError: it is no span of time, or not from a second to a day.
    """
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no span of time: write 90s, 5m or 1h")
    seconds = float(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3_600}[found[2]]
    if not 1 <= seconds <= LONGEST:
        raise ValueError(f"{text!r} is not from a second to a day")
    return seconds
