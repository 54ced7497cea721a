"""A core: players that ask again and again, counted while they do."""

from collections import OrderedDict, defaultdict
from typing import Final, Generic, TypeVar

from fullhouse.units import SECOND, Micros, RoomSlug

SEEN_FOR: Final = Micros(10 * SECOND)
SEEN_AT_MOST: Final = 50_000


Player = TypeVar("Player")


class Seen(Generic[Player]):
    """Who was seen within the last ten seconds, in one room.

    Attributes:
        gone: how many were seen before, and are not any more.
    """

    def __init__(self) -> None:
        self.gone = 0
        self._last: OrderedDict[Player, Micros] = OrderedDict()

    def see(self, player: Player, now: Micros) -> None:
        """Note a player; beyond fifty thousand the longest unseen is forgotten."""
        self._last[player] = now
        self._last.move_to_end(player)
        if len(self._last) > SEEN_AT_MOST:
            self._last.popitem(last=False)

    def lose(self, player: Player) -> None:
        """Forget a player that has gone."""
        self.gone += self._last.pop(player, None) is not None

    def count(self, now: Micros) -> int:
        """Return how many were seen lately."""
        while self._last and next(iter(self._last.values())) <= now - SEEN_FOR:
            self._last.popitem(last=False)
            self.gone += 1
        return len(self._last)


class Players(Generic[Player]):
    """HLS players of all rooms, each told by the connection that it asks on."""

    def __init__(self) -> None:
        self._seen: defaultdict[RoomSlug, Seen[Player]] = defaultdict(Seen)
        self._rooms: defaultdict[Player, set[RoomSlug]] = defaultdict(set)

    def see(self, slug: RoomSlug, player: Player, now: Micros) -> None:
        """Note that a player has asked for a room's playlist."""
        self._seen[slug].see(player, now)
        self._rooms[player].add(slug)

    def lose(self, player: Player) -> None:
        """Forget a player whose connection has ended."""
        for slug in self._rooms.pop(player, ()):
            self._seen[slug].lose(player)

    def count(self, slug: RoomSlug, now: Micros) -> int:
        """Return how many players of a room were seen lately."""
        seen = self._seen.get(slug)
        return 0 if seen is None else seen.count(now)

    def gone(self, slug: RoomSlug) -> int:
        """Return how many players of a room have stopped asking, since the start."""
        seen = self._seen.get(slug)
        return 0 if seen is None else seen.gone
