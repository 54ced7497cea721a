"""A core: how long a connection may take, and how many there may be."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Generic, TypeVar

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
        """Leave a tenth of the files, at least 100 where there are that many, for other things."""
        usable = max(8, open_files - max(100, open_files // 10))
        refused = max(4, usable // 40)
        return cls(usable - refused, refused)

    def place(self, connections: int) -> Place:
        """Return what the next connection gets when there are this many."""
        if connections < self.most:
            return Place.ROOM
        return Place.FULL if connections < self.most + self.refused else Place.NONE
