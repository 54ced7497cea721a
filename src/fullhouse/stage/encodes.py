"""A core: who hears which encode. Speakers hear everybody but themselves; the silent share one.

Whoever speaks has an encode without their own voice. Whoever is silent would hear the same as
everybody, so all of them get one and the same. Passing from one to the other is unheard: an own
encode begins as a copy of the shared one's state, and ends long after the two were last fed
different sound.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Final, Protocol, Self

from fullhouse.media import Pcm

HANG_TICKS: Final = 25
"""An own encode goes on for so long after its speaker was last heard: half a second."""
EVERYBODY: Final = ""
"""The seat of those who have none: nobody's voice is left out."""


class Encoder(Protocol):
    """Makes packets of sound, 20 ms each."""

    def encode(self, pcm: Pcm) -> bytes:
        """Return the packet of the next 960 samples."""

    def expect_loss(self, percent: int) -> None:
        """Say how many packets in a hundred are lost on the way."""

    def fork(self) -> Self:
        """Return an encoder that goes on exactly as this one would."""


class Mix(Protocol):
    """One tick's sound."""

    @property
    def pcm(self) -> Pcm:
        """Everybody."""

    def without(self, seat: str) -> Pcm:
        """Everybody but this seat."""


@dataclass(slots=True)
class _Own:
    encoder: Encoder
    idle: int = 0


class Encodes:
    """The encodes of one stage's returns.

    Args:
        make: makes a fresh encoder.
    """

    def __init__(self, make: Callable[[], Encoder]) -> None:
        self._make = make
        self._shared: Encoder | None = None
        self._own: dict[str, _Own] = {}

    def tick(self, mix: Mix, talking: Set[str], wanted: Mapping[str, int]) -> dict[str, bytes]:
        """Encode one tick.

        Args:
            talking: seats that are heard in the mix now, or were within the last second.
            wanted: the seats whose speakers listen, `EVERYBODY` for listeners without one, and
                how many packets in a hundred these lose.

        Returns:
            by wanted seat, the packet to send.
        """
        if not wanted:
            self._shared, self._own = None, {}
            return {}
        shared = self._shared = self._shared or self._make()
        self._choose(shared, talking, wanted)
        shared.expect_loss(max((wanted[s] for s in wanted if s not in self._own), default=0))
        everybody = shared.encode(mix.pcm)
        packets = dict.fromkeys(wanted, everybody)
        for seat, own in self._own.items():
            own.encoder.expect_loss(wanted[seat])
            packets[seat] = own.encoder.encode(mix.without(seat))
        return packets

    def _choose(self, shared: Encoder, talking: Set[str], wanted: Mapping[str, int]) -> None:
        for seat in wanted:
            if seat in talking and seat not in self._own:
                self._own[seat] = _Own(shared.fork())
        for seat, own in tuple(self._own.items()):
            own.idle = 0 if seat in talking else own.idle + 1
            if own.idle > HANG_TICKS or seat not in wanted:
                del self._own[seat]

    @property
    def count(self) -> int:
        """How many encoders run."""
        return len(self._own) + (self._shared is not None)
