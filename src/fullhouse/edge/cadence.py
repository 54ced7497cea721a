"""A core: how many parts go out with one send, per room and class of listeners.

A cadence is 1, 3, 12 or 30 parts per send. It changes only from a part on that was named
before, so far ahead that a page which plays a little slower has gained what it will miss.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fullhouse.edge.request import Format
from fullhouse.units import PART_MICROS, SECOND, Micros, PartNumber, RoomSlug

STEPS: Final = (1, 3, 12, 30)
"""Parts per send: 0.32, 0.96, 3.84 and 9.6 s."""
STRETCH: Final = 0.05
"""A page that plays at 0.95 of its speed gains a twentieth of a second in each."""
_SPARE: Final = 1.15
_PART_SECONDS: Final = PART_MICROS / SECOND


class ListenerClass(StrEnum):
    """Who can be told: pages hear events and stretch, plain players buffer on their own."""

    PAGE = "page"
    PLAIN = "plain"


class Why(StrEnum):
    """What is short, or who wanted it."""

    CPU = "cpu"
    LOOP = "loop"
    EGRESS = "egress"
    MEMORY = "memory"
    OPERATOR = "operator"


CLASSES: Final[Mapping[Format, ListenerClass]] = {
    Format.MP4: ListenerClass.PAGE,
    Format.OPUS_MP4: ListenerClass.PAGE,
    Format.AAC: ListenerClass.PLAIN,
    Format.OGG: ListenerClass.PLAIN,
    Format.LOW_MP4: ListenerClass.PAGE,
    Format.LOW_OPUS_MP4: ListenerClass.PAGE,
    Format.LOW_AAC: ListenerClass.PLAIN,
    Format.LOW_OGG: ListenerClass.PLAIN,
}


def lead(parts: int, following: int) -> int:
    """Return how many parts ahead a step up is named, so that pages have stretched by then.

    The news itself comes with the next send, which may be `parts` away.
    """
    missing = (following - parts) * _PART_SECONDS
    return parts + 1 + int((missing / STRETCH * _SPARE + 2) / _PART_SECONDS)


@dataclass(frozen=True, slots=True)
class Told:
    """What a part says of the cadence.

    Attributes:
        parts: per send, in the part that says it.
        following: from part `start` on; None where no change lies ahead.
    """

    parts: int
    following: int | None
    start: PartNumber | None
    why: Why


@dataclass(frozen=True, slots=True)
class Lowered:
    """What a room's listeners get less of.

    Attributes:
        what: the same as a sentence for people.
        cadence_seconds: between two sends to a page.
        low: new listeners should take a low rendition.
    """

    what: str
    why: Why
    since: Micros
    cadence_seconds: float
    low: bool


class Cadences:
    """The cadences of one worker.

    Args:
        least, most: the bounds, each one of `STEPS`.
    """

    def __init__(self, least: int = 1, most: int = 30) -> None:
        self._least = least
        self._most = most

    def of(self, slug: RoomSlug, format_: Format, head: PartNumber) -> int:
        """Return the parts per send once all parts below `head` are decided."""
        return self._least

    def longest(self, slug: RoomSlug, format_: Format, head: PartNumber) -> int:
        """Return the greater of the cadence now and the one that is named: bursts cover it."""
        return self._least

    def told(self, slug: RoomSlug, number: PartNumber) -> Told | None:
        """Return what part `number` says to pages; None: nothing, one part per send."""
        if self._least == 1:
            return None
        return Told(self._least, None, None, Why.OPERATOR)

    def lowered(self, slug: RoomSlug, head: PartNumber) -> Lowered | None:
        """Return what a room's listeners get less of now, or None."""
        return None
