"""A core: the listeners of one stream, in cohorts that get their parts together.

A cadence above one means that a listener gets several parts with one send. Not all at the same
time: each cohort has a phase, so that a crowd's sends are spread evenly over the cadence, and
stay so when it changes. A cohort is what a pass walks; nobody moves from one to another.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from fullhouse.edge.containers import RESUME_PARTS
from fullhouse.edge.listener import Slow
from fullhouse.edge.request import Format
from fullhouse.edge.roster import Roster
from fullhouse.units import PartNumber, RoomSlug

PHASES: Final = 60
"""Every cadence divides it."""
COHORT: Final = 256
"""Ears from which on newcomers begin another cohort: fewer would make passes dear."""
_AT_ONCE: Final = 32
"""Newcomers that one cohort takes in a row once all have their share."""
_STRIDE: Final = 7
"""From one phase to the next that is begun; few cohorts, too, spread over every cadence."""

PartOf = Callable[[Format, PartNumber], bytes]
"""Returns a decided part as it goes out."""


@dataclass(slots=True, eq=False)
class Cohort:
    """Ears who have the same parts.

    Attributes:
        phase: they get what is new when the head, modulo the cadence, comes by it.
        next: the first part that they have not got; once a pass has begun, that it does not bring.
        going: it waits for a pass, or is in it.
        chunk, at, end: what goes out now, and the slots that it has not reached; none before
            the pass has begun.
    """

    crowd: "Crowd"
    phase: int
    roster: Roster
    next: PartNumber
    going: bool = False
    chunk: bytes | None = None
    at: int = 0
    end: int = 0

    def due(self) -> bool:
        """Return whether something has to go out now."""
        missing, cadence = self.crowd.head - self.next, self.crowd.cadence
        return missing > 0 and (missing >= cadence or (self.crowd.head - self.phase) % cadence == 0)

    def begin(self) -> int:
        """Begin a pass with all that is new by now; return how many parts were too many for it."""
        crowd = self.crowd
        lost = max(0, crowd.head - RESUME_PARTS - self.next)
        self.chunk = crowd.chunk(PartNumber(self.next + lost))
        self.next = crowd.head
        self.at, self.end = 0, self.roster.end
        return lost

    def finish(self) -> None:
        """The pass has reached everybody."""
        self.chunk = None
        self.going = False
        self.roster.close_ranks()


@dataclass(slots=True, eq=False)
class Crowd:
    """Who listens to one stream of one room.

    Attributes:
        head: the first part that is not decided.
        cadence: parts per send.
        cohorts: those who have got everything in time, by phase.
        apart: those who have not, or had not a moment ago.
        walk: ears of `apart` that the pass under way has yet to visit; None: there is no pass.
        size: how many there are.
        over: its room is no more: nothing is sent, and all are on their way out.
    """

    slug: RoomSlug
    format: Format
    head: PartNumber
    first_phase: int
    make_roster: Callable[[], Roster]
    cadence: int = 1
    cohorts: dict[int, Cohort] = field(default_factory=dict)
    apart: dict[int, Slow] = field(default_factory=dict)
    walk: list[int] | None = None
    size: int = 0
    over: bool = False
    _part: PartOf | None = None
    _chunks: dict[PartNumber, bytes] = field(default_factory=dict)
    _door: Cohort | None = None
    _door_closes: int = 0

    def ears(self) -> list[int]:
        """Return all ears."""
        standing = (ear for cohort in self.cohorts.values() for ear in cohort.roster.ears())
        return [*standing, *self.apart]

    def advance(self, head: PartNumber, cadence: int, part: PartOf) -> list[Cohort]:
        """Take in that all parts below `head` are decided; return cohorts that begin to go."""
        self.head, self.cadence, self._part = head, cadence, part
        self._chunks.clear()
        starting = [one for one in self.cohorts.values() if not one.going and one.due()]
        for cohort in starting:
            cohort.going = True
        return starting

    def chunk(self, start: PartNumber) -> bytes:
        """Return the parts from `start` to the head in a row; the same bytes for all who ask."""
        made = self._chunks.get(start)
        if made is None:
            assert self._part is not None
            parts = [self._part(self.format, PartNumber(n)) for n in range(start, self.head)]
            made = self._chunks[start] = parts[0] if len(parts) == 1 else b"".join(parts)
        return made

    def door(self, has: PartNumber) -> Cohort | None:
        """Return the cohort for an ear that has all parts below `has`; None: there is none now."""
        door = self._door
        if door is None or door.next != has or not 0 < len(door.roster) < self._door_closes:
            door = self._door = self._find(has)
            if door is not None:
                self._door_closes = max(COHORT, len(door.roster) + _AT_ONCE)
        return door

    def _find(self, has: PartNumber) -> Cohort | None:
        """The fullest cohort that has room, else a new one, else the emptiest."""
        for phase, cohort in list(self.cohorts.items()):
            if not (cohort.going or len(cohort.roster)):
                del self.cohorts[phase]
        fitting = [one for one in self.cohorts.values() if one.next == has]
        roomy = [one for one in fitting if len(one.roster) < COHORT]
        if roomy:
            return max(roomy, key=lambda one: len(one.roster))
        for turn in range(PHASES):
            phase = (self.first_phase + turn * _STRIDE) % PHASES
            if phase not in self.cohorts:
                self.cohorts[phase] = cohort = Cohort(self, phase, self.make_roster(), has)
                return cohort
        return min(fitting, key=lambda one: len(one.roster), default=None)
