"""A core: what a room does by itself, as lines of the log that are still to be written.

Doors that open at their time, a first word, a silence, a stage that is lost: nobody asked for it,
and whoever reads the log later wants to know. A room that goes silent and comes back all night
shall not fill the disk: of too many lines the next one says how many were left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fullhouse.house.commands import Command
from fullhouse.house.log import told
from fullhouse.house.room import Room
from fullhouse.rate import Limit
from fullhouse.units import SECOND, Micros

AT_ONCE: Final = 60
"""Lines of one room in a row; then one more every minute."""
EVERY: Final = Micros(60 * SECOND)
MOST_WAITING: Final = 100
"""Lines that wait while the database takes none."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One line to be written: `at`, what happened, and what can be said of it."""

    at: Micros
    what: str
    details: Mapping[str, Any]


@dataclass(slots=True)
class Deeds:
    """What one room has done by itself and the log does not know yet."""

    waiting: tuple[Deed, ...] = ()
    _left_out: int = 0
    _limit: Limit = field(default_factory=lambda: Limit(EVERY, AT_ONCE, most=1))

    def note(self, command: Command, before: Room, after: Room, *, now: Micros) -> None:
        """Note what the room has done; or that it did something, where that is too often."""
        if len(self.waiting) >= MOST_WAITING or self._limit.ask("", now=now):
            self._left_out += 1
            return
        what, details = told(command)
        details |= {"was": before.state.value, "state": after.state.value}
        if self._left_out:
            details["left_out"], self._left_out = self._left_out, 0
        self.waiting = (*self.waiting, Deed(now, what, details))

    def written(self, deeds: Sequence[Deed]) -> None:
        """These are in the log now."""
        self.waiting = tuple(one for one in self.waiting if one not in deeds)

    def forget(self) -> None:
        """Write nothing of it: another house has said otherwise, and first."""
        self.waiting = ()
