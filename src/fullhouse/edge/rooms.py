"""A core: all rooms that this edge knows."""

from collections.abc import Callable
from typing import Final

from fullhouse.edge.cadence import Cadences
from fullhouse.edge.room import Room
from fullhouse.errors import NotReady, UnknownRoom
from fullhouse.programme.filler import Filler
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import Counts, EdgeRoom, RoomNews, RoomState

ROOMS_AT_MOST: Final = 10_000
_QUIET: Final = frozenset({RoomState.SCHEDULED, RoomState.ENDED})


class Rooms:
    """Rooms by slug. Before the first complete news, an unknown room may well exist."""

    def __init__(
        self,
        filler: Filler,
        kept_parts: int,
        ears: Callable[[RoomSlug], int],
        cadences: Cadences | None = None,
    ) -> None:
        """Know no room yet.

        Args:
            kept_parts: the size of each room's window.
            ears: returns how many listen to a room on this edge.
            cadences: of this worker; None: one part per send, always.
        """
        self._cadences = Cadences() if cadences is None else cadences
        self._filler = filler
        self._kept_parts = kept_parts
        self._ears = ears
        self.by_slug: dict[RoomSlug, Room] = {}
        self.complete = False

    def __contains__(self, slug: RoomSlug) -> bool:
        return slug in self.by_slug

    def get(self, slug: RoomSlug) -> Room:
        """Return a room.

        Raises:
            UnknownRoom: there is none of this name.
            NotReady: nobody has told this edge yet which rooms there are.
        """
        room = self.by_slug.get(slug)
        if room is not None:
            return room
        if self.complete:
            raise UnknownRoom()
        raise NotReady("The list of rooms is on its way here. Please try once more.", retry_after=2)

    def begin(self, news: RoomNews, now: Micros) -> Room:
        """Return a new room, which nobody finds before `open`."""
        slug = news.slug
        return Room(
            news,
            now,
            filler=self._filler,
            kept_parts=self._kept_parts,
            ears=lambda: self._ears(slug),
            cadences=self._cadences,
        )

    def open(self, room: Room) -> None:
        """Let listeners find a room; beyond ten thousand rooms nobody finds more."""
        if len(self.by_slug) < ROOMS_AT_MOST:
            self.by_slug[room.news.slug] = room

    def count(self, counts: Counts, now: Micros) -> None:
        """Take in how many listen over all edges; a room that is not named has nobody."""
        for slug, room in self.by_slug.items():
            room.count(counts.listeners.get(slug, 0), now)

    def begun(self) -> list[Room]:
        """Return the rooms whose doors are open, or that are on air."""
        return [room for room in self.by_slug.values() if room.news.state not in _QUIET]

    def report(
        self, skipped: Callable[[RoomSlug], int], left: Callable[[RoomSlug], int]
    ) -> dict[RoomSlug, EdgeRoom]:
        """Return what this edge says of the rooms that somebody listens to or that have begun.

        Args:
            skipped: returns how many parts slow listeners of a room were skipped over.
            left: returns how many listeners of a room have gone.
        """
        told = {}
        for slug, room in self.by_slug.items():
            ears = self._ears(slug)
            if ears or room.news.state not in _QUIET:
                told[slug] = EdgeRoom(
                    listeners=ears,
                    part=max(0, room.window.head - 1),
                    playing=room.window.newest.value,
                    skew_ms=round(room.rhythm.skew / 1000, 1),
                    filled=room.counted.filled,
                    late=room.counted.late,
                    skipped=skipped(slug),
                    left=left(slug),
                )
        return told
