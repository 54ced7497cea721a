"""A core: when to start something again that has ended by itself.

The first time at once, then after waits that double up to a bound; it is never given up. What
has run quietly for a while starts with a clean slate.
"""

from dataclasses import dataclass
from typing import Final

from fullhouse.units import SECOND, Micros

FIRST_WAIT: Final = Micros(200_000)
BOUND: Final = Micros(5 * SECOND)
QUIET: Final = Micros(60 * SECOND)


@dataclass(slots=True)
class Backoff:
    """The memory of one thing's failures."""

    _failures: int = 0
    _again_at: Micros | None = None

    def failed(self, now: Micros) -> Micros:
        """Return when to start again what ended at `now`; never before `now`."""
        if self._again_at is not None and now - self._again_at >= QUIET:
            self._failures = 0
        wait = 0 if self._failures == 0 else FIRST_WAIT << min(self._failures - 1, 16)
        self._failures += 1
        self._again_at = Micros(now + min(wait, BOUND))
        return self._again_at
