"""A core: which parts go out. While a room is on air all of them, otherwise none.

An armed room opens by itself: the part that holds the first voice's beginning goes out whole.
What was said while the room was not on air never goes out, not even the rest of a part.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fullhouse.media import Part
from fullhouse.stage.beat import TICK
from fullhouse.units import Micros, PartNumber
from fullhouse.wire import ON_AIR, RoomNews


class Opening(StrEnum):
    """What lets a room's sound out."""

    SHUT = "shut"
    ARMED = "armed"
    """The next voice opens it."""
    AIR = "air"


KEEPS_HEARD: Final = frozenset(
    {
        (Opening.ARMED, Opening.ARMED),
        (Opening.AIR, Opening.AIR),
        (Opening.ARMED, Opening.AIR),
    }
)
"""Moves that begin nothing new: a voice heard before them counts after them."""


def opening(news: RoomNews) -> Opening:
    """Return what this news lets out."""
    if news.state in ON_AIR:
        return Opening.AIR
    return Opening.ARMED if news.armed else Opening.SHUT


@dataclass(slots=True)
class _Verdict:
    """What is known of one part: `private` was spoken while shut, `whole` may go out."""

    number: PartNumber
    private: bool = False
    whole: bool = True


class Gate:
    """One room's way out. Told of every tick, and of every part when it is encoded.

    Attributes:
        heard: a voice has been heard since the room was armed or went on air.
    """

    def __init__(self) -> None:
        self.heard = False
        self._silent_ticks = 0
        self._opening = Opening.SHUT
        self._session = 0
        self._before: _Verdict | None = None
        self._now: _Verdict | None = None
        self._held: Part | None = None

    @property
    def open(self) -> bool:
        """True while sound goes out."""
        return self._opening is Opening.AIR or (self._opening is Opening.ARMED and self.heard)

    @property
    def silent_for(self) -> Micros:
        """How long the mix has held no voice."""
        return Micros(self._silent_ticks * TICK)

    def follow(self, news: RoomNews) -> None:
        """Take the room's newest news."""
        after = opening(news)
        same_run = self._opening is not Opening.AIR or self._session == news.session
        if (self._opening, after) not in KEEPS_HEARD or not same_run:
            self.heard = False
            self._held = None
        self._opening, self._session = after, news.session

    def tick(self, number: PartNumber, place: int, began: int | None) -> list[Part]:
        """Take one tick of the mix.

        Args:
            number, place: the part, and which tick of it, 0 to 15.
            began: how many ticks ago the voice in it began, or None: no voice.

        Returns:
            the part before, if it is encoded and the voice that opens the gate began in it.
        """
        if self._now is None or self._now.number != number:
            self._before, self._now = self._now, _Verdict(number)
        self._silent_ticks = 0 if began is not None else self._silent_ticks + 1
        self._now.private = self._now.private or self._opening is Opening.SHUT
        if began is not None and self._opening is not Opening.SHUT and not self.heard:
            self.heard = True
            if self._opening is Opening.ARMED:
                return self._opened(self._now, place, began)
        self._now.whole = self._now.whole and self.open
        return []

    def _opened(self, now: _Verdict, place: int, began: int) -> list[Part]:
        """Let the part go out whole that holds the voice's beginning."""
        now.whole = not now.private
        before, held, self._held = self._before, self._held, None
        if began <= place or before is None or before.number != now.number - 1:
            return []
        before.whole = not before.private
        return [held] if before.whole and held is not None and held.number == before.number else []

    def finished(self, part: Part) -> list[Part]:
        """Take a part when it is encoded, up to a part after its ticks; return what goes out."""
        verdict = next(
            (v for v in (self._before, self._now) if v and v.number == part.number), None
        )
        if verdict is None or not self.open:
            waits = verdict is not None and self._opening is Opening.ARMED and not verdict.private
            self._held = part if waits else None
            return []
        return [part] if verdict.whole else []
