"""A core: who comes when, how, and for how long. The same seed makes the same crowd.

Listeners are numbered in the order in which they come. Every trait of one follows from its
number alone, so that many processes can play their shares without speaking to each other.
Fractions of multiples of square roots stand in for chance: they spread more evenly than dice,
and a share of a crowd, however small the crowd, is that share within a listener or two.
"""

import math
import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fullhouse.rehearsal.findings import Way

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

    def arrival(self, index: int) -> float:
        """Return when a listener comes, seconds since the start; never before an earlier one."""
        share = (index + self._chance(index, 2)) / self.listeners
        if self.story is not Story.LAUNCH:
            return self.arrive_within * share
        step = bisect_right(LAUNCH, share, key=lambda knot: knot[1])
        step = min(max(1, step), len(LAUNCH) - 1)
        (begin, had), (end, has) = LAUNCH[step - 1], LAUNCH[step]
        return self.arrive_within * (begin + (end - begin) * (share - had) / (has - had))

    def traits(self, index: int) -> Traits:
        """Return what a listener does."""
        kind = self._chance(index, 3)
        hls = kind < self.hls
        stalls = not hls and kind - self.hls < self.stalled
        return Traits(
            way=Way.HLS if hls else Way.PUSH,
            page=self._chance(index, 5) < self.pages,
            stalls=stalls,
            followed=not stalls and self._followed(index),
        )

    def _followed(self, index: int) -> bool:
        if self.listeners <= ALL_FOLLOWED:
            return True
        return self._chance(index, 7) < 1 / SAMPLE

    def away(self, index: int) -> Away | None:
        """Return when a listener is away for a while, or None: they stay."""
        first, second = self._chance(index, 11), self._chance(index, 13)
        if self.story is Story.RETURN_STORM:
            return Away(
                self.turn, self.turn + min(STORM_SECONDS, self.hold / 3) * (0.1 + 0.9 * first)
            )
        if self.story is Story.EDGE_KILL:
            return None
        leaves = CHURN_A_MINUTE * self.hold / 60
        if first >= leaves:
            return None
        at = self.arrive_within + self.hold * first / leaves
        return Away(at, at + 1 + 7 * second)

    def _chance(self, index: int, prime: int) -> float:
        """Return a fraction of this listener's own, from 0 up to 1."""
        return ((index + 1) * math.sqrt(prime) + self.seed * math.sqrt(prime + 17)) % 1.0


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
