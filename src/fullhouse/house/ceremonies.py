"""A core: the challenges that browsers are to sign with a passkey: each once, for five minutes."""

from dataclasses import dataclass, field
from typing import Final

from fullhouse.units import SECOND, Micros

LASTS: Final = Micros(300 * SECOND)


@dataclass(slots=True)
class Ceremonies:
    """Challenges that wait to be signed, and whose account each is about (empty: anybody's).

    Attributes:
        most: how many are remembered. Beyond that the oldest is forgotten.
    """

    most: int = 1_000
    _open: dict[bytes, tuple[str, Micros]] = field(default_factory=dict)

    def begin(self, challenge: bytes, about: str, *, now: Micros) -> None:
        """Remember a challenge."""
        if len(self._open) >= self.most:
            del self._open[next(iter(self._open))]
        self._open[challenge] = (about, Micros(now + LASTS))

    def take(self, challenge: bytes, about: str, *, now: Micros) -> bool:
        """Tell whether a challenge was given, for this account, and is still good. Once."""
        whose, until = self._open.pop(challenge, ("", Micros(0)))
        return whose == about and now < until
