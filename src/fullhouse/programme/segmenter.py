"""A core: collects packets until a part is whole in every rendition.

Encoders run ahead of each other by a packet or two: parts come out in order, each once, when
the slowest has delivered.
"""

from collections.abc import Sequence

from fullhouse.media import PACKETS_PER_PART, Part, Rendition
from fullhouse.programme.events import MAX_EVENTS
from fullhouse.units import Micros, PartNumber


class Segmenter:
    """Parts of one room from `first` on."""

    def __init__(self, epoch: Micros, first: PartNumber) -> None:
        self._epoch = epoch
        self._next = first
        self._packets: dict[Rendition, list[bytes]] = {rendition: [] for rendition in Rendition}
        self._events: dict[PartNumber, tuple[bytes, ...]] = {}

    def add(self, rendition: Rendition, packets: Sequence[bytes]) -> None:
        """Append what an encoder has delivered; its first packet opens part `first`."""
        self._packets[rendition] += packets

    def note(self, number: PartNumber, events: Sequence[bytes]) -> None:
        """Put events into part `number`; of more than 16 the newest stay."""
        if number < self._next:
            raise ValueError(f"part {number} has gone out")
        if events:
            self._events[number] = (*self._events.get(number, ()), *events)[-MAX_EVENTS:]

    def take(self) -> Part | None:
        """Return the next part if it is whole, and forget it."""
        if any(len(self._packets[each]) < count for each, count in PACKETS_PER_PART.items()):
            return None
        packets = {}
        for rendition, count in PACKETS_PER_PART.items():
            packets[rendition] = tuple(self._packets[rendition][:count])
            del self._packets[rendition][:count]
        number = self._next
        self._next = PartNumber(number + 1)
        return Part(self._epoch, number, packets, self._events.pop(number, ()))
