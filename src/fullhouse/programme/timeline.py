"""A core: which part is when. One room, one epoch, parts of 0.32 s numbered from it.

Every node that knows a room's epoch and the time agrees on the number, without asking anyone.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from fullhouse.units import PART_MICROS, PART_SAMPLES, Micros, PartNumber, Samples

_UNIX: Final = datetime(1970, 1, 1, tzinfo=UTC)


def part_at(epoch: Micros, now: Micros) -> PartNumber:
    """Return the number of the part that is being spoken at `now` (0 before the epoch)."""
    return PartNumber(max(0, (now - epoch) // PART_MICROS))


def starts_at(epoch: Micros, number: PartNumber) -> Micros:
    """Return the unix µs at which part `number` begins; it is complete one part later."""
    return Micros(epoch + number * PART_MICROS)


def media_time(number: PartNumber) -> Samples:
    """Return the media timestamp of the part's first sample: samples since the epoch."""
    return Samples(number * PART_SAMPLES)


@lru_cache(maxsize=128)
def rfc3339(at: Micros) -> str:
    """Return a point in time as people and programs read it: `2026-05-01T18:30:00.320Z`."""
    text = (_UNIX + timedelta(microseconds=at)).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"
