"""A core: who holds a room's powers while its host is gone.

When no host has been present for fifteen seconds, the first co-host who is present, by their
place, acts: they may all that the host may. A host who is back needs nothing back: their powers
were never taken, and whoever acted in their stead does so no more from that moment on. What they
gave and did meanwhile stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from fullhouse.house.membership import LEADERS, Member
from fullhouse.house.roles import Role
from fullhouse.units import SECOND, Micros

GONE_AFTER: Final = Micros(15 * SECOND)
LINGERS: Final = Micros(4 * SECOND)
"""Whoever was seen so lately is present: a page that is loaded again is away for a moment."""
MOST_SEEN: Final = 4_000
"""People of one room that are remembered; whoever was seen longest ago is forgotten."""


@dataclass(slots=True)
class Succession:
    """One room's presence. Whoever keeps it says whom they see, and asks who acts.

    Attributes:
        began: since when it is known who is there: before that, nobody was gone.
    """

    began: Micros
    _seen: dict[str, Micros] = field(default_factory=dict)

    def see(self, member: str, *, now: Micros) -> None:
        """Note that somebody is here."""
        self._seen.pop(member, None)
        if len(self._seen) >= MOST_SEEN:
            del self._seen[next(iter(self._seen))]
        self._seen[member] = now

    def excuse(self, gap: Micros) -> None:
        """Count a time as not passed in which we could not see who is here."""
        self.began = Micros(self.began + gap)
        self._seen = {member: Micros(at + gap) for member, at in self._seen.items()}

    def is_settled(self, *, now: Micros) -> bool:
        """Tell whether we have looked for long enough to know whether somebody acts."""
        return now - self.began >= GONE_AFTER

    def present(self, *, now: Micros) -> frozenset[str]:
        """Return everybody who is here."""
        return frozenset(one for one, at in self._seen.items() if now - at < LINGERS)

    def acting(self, everybody: Iterable[Member], *, now: Micros) -> str:
        """Return the member who acts for the host; empty: nobody does."""
        people = [one for one in everybody if not one.gone]
        led = max((self._seen.get(one.id, 0) for one in people if one.role in LEADERS), default=0)
        if now - max(led, self.began) < GONE_AFTER:
            return ""
        here = self.present(now=now)
        cohosts = [one for one in people if one.role is Role.COHOST and one.id in here]
        return min(cohosts, key=lambda one: (one.place, one.id)).id if cohosts else ""
