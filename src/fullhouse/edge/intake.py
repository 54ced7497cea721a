"""A core: whether one worker takes newcomers, turns them down, or leaves them to other workers.

Workers of one machine share a port, and the kernel deals newcomers out to all who listen there.
A full one leaves them to the others, as long as another listens; the last one stays and says no,
for a closed port says nothing. docs/decisions/0010 tells why.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from fullhouse.edge.limits import Capacity
from fullhouse.units import Micros

LEAVING: Final = Micros(900_000)
"""From the last newcomer who was let in to the closing. Whose first packet was passed over
meanwhile sends it again after a second, and another worker gets it."""


class Intake(Enum):
    """What becomes of newcomers."""

    TAKES = auto()
    REFUSES = auto()
    LEAVES = auto()
    AWAY = auto()


class Step(Enum):
    """What is to be done at the listening socket."""

    FILL = auto()
    PASS_OVER = auto()
    CLOSE = auto()
    LISTEN = auto()
    REFUSE = auto()
    FREE = auto()


STEPS: Final[Mapping[tuple[Intake, Intake], Step]] = {
    (Intake.TAKES, Intake.REFUSES): Step.FILL,
    (Intake.REFUSES, Intake.TAKES): Step.FREE,
    (Intake.REFUSES, Intake.LEAVES): Step.PASS_OVER,
    (Intake.LEAVES, Intake.AWAY): Step.CLOSE,
    (Intake.AWAY, Intake.TAKES): Step.LISTEN,
    (Intake.AWAY, Intake.REFUSES): Step.REFUSE,
}
"""What goes with each move. There is no way back from leaving: what was begun is ended."""


class Gate:
    """One worker's intake."""

    def __init__(self, capacity: Capacity) -> None:
        self.intake = Intake.TAKES
        self._capacity = capacity
        self._left_at = Micros(0)

    @property
    def listening(self) -> bool:
        """False while newcomers are left to other workers."""
        return self.intake is not Intake.AWAY

    @property
    def full(self) -> bool:
        """True from the last place that was taken until enough are free again."""
        return self.intake is not Intake.TAKES

    def look(self, connections: int, others: int | None, now: Micros) -> Step | None:
        """Return what is to be done now, if anything.

        Args:
            others: how many other workers listen at the same port and will not leave meanwhile;
                None where that is not known.
        """
        before, self.intake = self.intake, self._next(connections, others, now)
        if before is self.intake:
            return None
        if self.intake is Intake.LEAVES:
            self._left_at = Micros(now + LEAVING)
        return STEPS[before, self.intake]

    def _next(self, connections: int, others: int | None, now: Micros) -> Intake:
        free = connections <= self._capacity.again
        match self.intake:
            case Intake.TAKES:
                return Intake.REFUSES if connections >= self._capacity.most else Intake.TAKES
            case Intake.REFUSES if free:
                return Intake.TAKES
            case Intake.REFUSES:
                return Intake.LEAVES if others else Intake.REFUSES
            case Intake.LEAVES:
                return Intake.AWAY if now >= self._left_at else Intake.LEAVES
            case Intake.AWAY if free:
                return Intake.TAKES
            case Intake.AWAY:
                return Intake.REFUSES if others == 0 else Intake.AWAY
