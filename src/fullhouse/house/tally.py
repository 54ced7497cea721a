"""A core: how many listen. Each edge says its own number each second; here they are added up."""

from dataclasses import dataclass, field
from typing import Final

from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import EdgeNews

FORGOTTEN_AFTER: Final = Micros(5 * SECOND)
"""An edge that has been silent for so long holds nobody any more."""
MOST_EDGES: Final = 10_000


@dataclass(slots=True)
class Tally:
    """The newest numbers of every edge worker."""

    _edges: dict[str, tuple[Micros, EdgeNews]] = field(default_factory=dict)

    def hear(self, news: EdgeNews, *, now: Micros) -> None:
        """Take an edge's numbers in. An edge beyond the ten-thousandth is left out."""
        if news.edge in self._edges or len(self._edges) < MOST_EDGES:
            self._edges[news.edge] = (now, news)

    def listeners(self, *, now: Micros) -> dict[RoomSlug, int]:
        """Return the listeners of each room that an edge has spoken of lately."""
        self._edges = {
            edge: (heard, news)
            for edge, (heard, news) in self._edges.items()
            if now - heard < FORGOTTEN_AFTER
        }
        total: dict[RoomSlug, int] = {}
        for _, news in self._edges.values():
            for slug, room in news.rooms.items():
                total[slug] = total.get(slug, 0) + max(0, room.listeners)
        return total
