"""A core: how long a connection may take, and how many there may be."""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final, Generic, TypeVar

from fullhouse.errors import NotReady
from fullhouse.units import SECOND, Micros

HEAD_TIME: Final = Micros(5 * SECOND)
"""From a request's first byte to its last."""
IDLE_TIME: Final = Micros(15 * SECOND)
"""Between requests, before the first, and without progress while an answer goes out."""

Line = TypeVar("Line")


class Deadlines(Generic[Line]):
    """Connections that must do something in time, all within the same span."""

    def __init__(self, span: Micros) -> None:
        self._span = span
        self._deadlines: dict[Line, Micros] = {}

    def start(self, line: Line, now: Micros) -> None:
        """Begin to wait for a connection, or begin anew."""
        self._deadlines.pop(line, None)
        self._deadlines[line] = Micros(now + self._span)

    def stop(self, line: Line) -> None:
        """Wait for it no more."""
        self._deadlines.pop(line, None)

    def expired(self, now: Micros) -> list[Line]:
        """Return, and wait no more for, those that are late."""
        late = []
        for line, deadline in self._deadlines.items():
            if deadline > now:
                break
            late.append(line)
        for line in late:
            del self._deadlines[line]
        return late


class Limit(StrEnum):
    """What there is too little of for one more."""

    FILES = "files"
    EGRESS = "egress"


class Full(NotReady):
    """Every place is taken.

    Attributes:
        limit: what a place is made of; None where requests that wait are too many.
    """

    code = "full"
    message = "Every place is taken at the moment. Please try again in a few seconds."

    def __init__(self, limit: Limit | None = None, *, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.limit = limit


class Place(Enum):
    """What a new connection gets."""

    ROOM = auto()
    FULL = auto()
    NONE = auto()


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many connections one worker takes, so that files are left for itself.

    Attributes:
        most: connections that are served.
        refused: further ones that are told so; beyond them they are closed unheard.
    """

    most: int
    refused: int

    @classmethod
    def below(cls, open_files: int) -> "Capacity":
        """Leave 100 to 200 files for the worker itself, and a few to turn people down with."""
        own = 100 + min(100, open_files // 100)
        usable = max(8, open_files - own)
        refused = max(4, min(200, open_files // 40))
        return cls(usable - refused, refused)

    @property
    def again(self) -> int:
        """At how many connections a worker that was full has room again: a fiftieth is free."""
        return self.most - max(1, self.most // 50)

    def place(self, connections: int) -> Place:
        """Return what the next connection gets when there are this many."""
        if connections < self.most:
            return Place.ROOM
        return Place.FULL if connections < self.most + self.refused else Place.NONE
