"""A core: how often something may be asked for. One integer per asker, bounded in number.

Source: the generic cell rate algorithm, ITU-T I.371 annex A, virtual scheduling.
"""

from dataclasses import dataclass, field

from fullhouse.units import Micros


@dataclass(slots=True)
class Limit:
    """Lets each asker have `burst` at once, and one more every `interval`.

    Attributes:
        most: askers that are remembered. Beyond that the one that asked first is forgotten,
            which is generous to them and bounds our memory.
    """

    interval: Micros
    burst: int
    most: int = 10_000
    _due: dict[str, Micros] = field(default_factory=dict)

    def ask(self, asker: str, *, now: Micros) -> Micros:
        """Return 0 and count the asking, or how long the asker should wait."""
        due = max(self._due.get(asker, now), now)
        wait = due - now - (self.burst - 1) * self.interval
        if wait > 0:
            return Micros(wait)
        self._due.pop(asker, None)
        if len(self._due) >= self.most:
            del self._due[next(iter(self._due))]
        self._due[asker] = Micros(due + self.interval)
        return Micros(0)
