"""A core: what a rehearsal's seconds say together: who waited, when it broke, what grew."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from fullhouse.rehearsal.findings import Findings, Second, Way
from fullhouse.units import PART_MICROS, SECOND

PART_SECONDS: Final = PART_MICROS / SECOND
SEGMENT_SECONDS: Final = 3.84
"""How much comes at once to a player of plain HLS."""
WAITED: Final = 0.5
"""Seconds before first sound from which on somebody has stood in a queue."""
ENOUGH: Final = 5
"""Points that a trend needs."""


def rhythm(findings: Findings) -> float:
    """Return the seconds between two sends to one listener, as the server announced them."""
    return max(1, findings.cadence) * PART_SECONDS


def spacing(findings: Findings) -> float:
    """Return the longest time between two arrivals of sound that is usual for any listener."""
    hls = SEGMENT_SECONDS if findings.ways.get(Way.HLS) else 0.0
    return max(rhythm(findings), hls)


def rate_while_waiting(timeline: Sequence[Second]) -> list[int]:
    """Return the joins of the longest run of seconds in which more waited than were served.

    Those who were served had waited, too: else it is another queue that does not move at all.
    """
    longest: list[int] = []
    run: list[int] = []
    for before, second in pairwise(timeline):
        if 0 < second.joined < before.waiting and second.first_sound >= WAITED:
            run.append(second.joined)
            longest = max(longest, run, key=len)
        else:
            run = []
    return longest


def length(findings: Findings) -> float:
    """Return how long a rehearsal lasted, in seconds."""
    return findings.timeline[-1].at + 1.0 if findings.timeline else 0.0


def hearing_at(findings: Findings, at: float) -> int:
    """Return how many were hearing at a time."""
    heard = [second.hearing for second in findings.timeline if second.at <= at]
    return heard[-1] if heard else 0


def line_through(points: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Return (slope, height at 0) of the line through points, where there is one to speak of.

    Least squares; None if there are few points, if they cover less than a doubling, if they
    do not rise, or if less than half of their spread is explained by the line (r² < 0.5).
    """
    if len(points) < ENOUGH:
        return None
    width = max(x for x, _ in points) - min(x for x, _ in points)
    if width < max(x for x, _ in points) / 2 or width <= 0:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    across = sum((x - mean_x) * (y - mean_y) for x, y in points)
    spread_x = sum((x - mean_x) ** 2 for x, _ in points)
    spread_y = sum((y - mean_y) ** 2 for _, y in points)
    if across <= 0 or spread_y <= 0 or across**2 < spread_x * spread_y / 2:
        return None
    slope = across / spread_x
    return slope, mean_y - slope * mean_x


def plateau(findings: Findings) -> bool:
    """Return whether those who hear stay as many as they are, from the first trouble on."""
    began = [second.at for second in findings.timeline if second.troubled]
    heard = [second.hearing for second in findings.timeline if began and began[0] <= second.at]
    if len(heard) < 3 or not heard[0]:
        return False
    return all(abs(after - before) <= max(2, before * 0.02) for before, after in pairwise(heard))
