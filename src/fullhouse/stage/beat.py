"""A core: when the stage ticks. 20 ms apart, always on the room's timeline.

A stage that was held up ticks faster until it is where it should be; one that was held up for
long skips ahead to the part that the clock is at.
"""

from dataclasses import dataclass
from typing import Final

from fullhouse.programme.timeline import part_at, starts_at
from fullhouse.units import PART_MICROS, Micros, PartNumber

TICK: Final = Micros(20_000)
TICKS_PER_PART: Final = PART_MICROS // TICK
MOST_BEHIND: Final = Micros(2 * PART_MICROS)
"""Held up for longer than this, parts would come too late for every edge."""


@dataclass(slots=True)
class Beat:
    """The beat of one room.

    Attributes:
        part: the part that the next tick belongs to.
        place: the next tick's place in that part, 0 to 15.
        ticks, late_ticks: ticks so far, and those that came over 20 ms late.
        skipped_parts: parts given up because the stage was held up for too long.
    """

    epoch: Micros
    part: PartNumber
    place: int = 0
    ticks: int = 0
    late_ticks: int = 0
    skipped_parts: int = 0

    @classmethod
    def starting(cls, epoch: Micros, now: Micros) -> "Beat":
        """Return the beat that begins with the part after the one being spoken at `now`."""
        return cls(epoch, PartNumber(part_at(epoch, now) + 1 if now >= epoch else 0))

    def due(self) -> Micros:
        """Return when the next tick's 20 ms of sound are complete."""
        return Micros(starts_at(self.epoch, self.part) + (self.place + 1) * TICK)

    def skip_ahead(self, now: Micros) -> bool:
        """Go to the part that the clock is at if too far behind; return whether it did so."""
        if now - self.due() <= MOST_BEHIND:
            return False
        here = part_at(self.epoch, now)
        self.skipped_parts += here - self.part
        self.part, self.place = here, 0
        return True

    def ticked(self, now: Micros) -> None:
        """Count a tick that began at `now` and go on to the next."""
        self.ticks += 1
        self.late_ticks += now - self.due() > TICK
        self.place += 1
        if self.place == TICKS_PER_PART:
            self.part, self.place = PartNumber(self.part + 1), 0
