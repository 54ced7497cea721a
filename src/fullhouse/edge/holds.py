"""A core: rooms' own holds on this edge: which are loaded, and from which part on each is played.

One that is not here yet, or for which there is no room in memory, is not played: ours is.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from fullhouse.programme.hold_file import HoldFile
from fullhouse.units import PARTS_PER_SEGMENT, SECOND, Micros, PartNumber, RoomSlug
from fullhouse.wire import RoomNews, RoomState

MOST_BYTES: Final = 64 << 20
"""Of all loaded holds: six of ten minutes, or twenty of three."""
AGAIN_AFTER: Final = Micros(2 * SECOND)
AGAIN_AT_LEAST: Final = Micros(60 * SECOND)
"""A hold that cannot be had is asked for again after two seconds, four, … up to a minute."""
MOST_CHANGES: Final = 8
"""Changes of one room's hold that are remembered; for what is older there is ours."""
_WAITS: Final = frozenset({RoomState.SCHEDULED, RoomState.ENDED})


class RoomHold:
    """What one room plays as its hold, and has played within its window."""

    def __init__(self) -> None:
        self._changes: deque[tuple[int, HoldFile | None]] = deque(maxlen=MOST_CHANGES)

    @property
    def newest(self) -> HoldFile | None:
        """What is played, or soon will be; None: ours."""
        return self._changes[-1][1] if self._changes else None

    def change(self, hold: HoldFile | None, head: PartNumber, first: PartNumber) -> None:
        """Play another hold from the next segment on, so that no segment holds two.

        Args:
            head: the first part that is not decided.
            first: the oldest part that is still there.
        """
        if hold is self.newest:
            return
        start = -(-head // PARTS_PER_SEGMENT) * PARTS_PER_SEGMENT
        while self._changes and self._changes[-1][0] >= start:
            self._changes.pop()
        while len(self._changes) > 1 and self._changes[1][0] <= first:
            self._changes.popleft()
        if hold is not self.newest:
            self._changes.append((start, hold))

    def at(self, number: PartNumber) -> HoldFile | None:
        """Return what is played in a part, or None: ours."""
        for start, hold in reversed(self._changes):
            if start <= number:
                return hold
        return None


@dataclass(slots=True)
class _Wish:
    """Which hold a room names, and whether somebody may hear it now."""

    name: str
    urgent: bool


@dataclass(slots=True)
class _Failed:
    again_at: Micros
    wait: Micros


class Holds:
    """All holds of one worker."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._wishes: dict[RoomSlug, _Wish] = {}
        self._loaded: dict[str, HoldFile] = {}
        self._failed: dict[str, _Failed] = {}
        self._sizes: dict[str, int] = {}

    @property
    def waiting(self) -> bool:
        """True while a hold that could not be had is to be asked for again."""
        return bool(self._failed)

    @property
    def size(self) -> int:
        """Bytes of all loaded holds."""
        return sum(hold.size for hold in self._loaded.values())

    def named(self, news: RoomNews) -> HoldFile | None:
        """Note which hold a room names; return it if it is here."""
        if news.hold:
            self._wishes[news.slug] = _Wish(news.hold, news.state not in _WAITS)
        else:
            self._wishes.pop(news.slug, None)
        return self._loaded.get(news.hold)

    def due(self, now: Micros) -> str | None:
        """Return the hold to load next, urgent ones first, or None: there is none.

        Lets go of those that no room names any more.
        """
        named = {wish.name for wish in self._wishes.values()}
        self._loaded = {name: hold for name, hold in self._loaded.items() if name in named}
        self._failed = {name: one for name, one in self._failed.items() if name in named}
        self._sizes = {name: size for name, size in self._sizes.items() if name in named}
        for wish in sorted(self._wishes.values(), key=lambda wish: not wish.urgent):
            failed = self._failed.get(wish.name)
            if wish.name in self._loaded or (failed is not None and failed.again_at > now):
                continue
            if self._fits(self._sizes.get(wish.name, 0), wish.urgent):
                return wish.name
        return None

    def loaded(self, hold: HoldFile, now: Micros) -> tuple[list[RoomSlug], list[RoomSlug]]:
        """Take in a hold, if it finds a place.

        Returns:
            the rooms that play it from now on, and those whose own had to make way.
        """
        rooms = self._rooms_of(hold.name)
        urgent = any(self._wishes[slug].urgent for slug in rooms)
        self._sizes[hold.name] = hold.size
        if not rooms or not self._fits(hold.size, urgent):
            self.failed(hold.name, now)
            return [], []
        gone: list[RoomSlug] = []
        for name in self._idle():
            if self.size + hold.size > self._most:
                del self._loaded[name]
                gone += self._rooms_of(name)
        self._failed.pop(hold.name, None)
        self._loaded[hold.name] = hold
        return rooms, gone

    def _rooms_of(self, name: str) -> list[RoomSlug]:
        return [slug for slug, wish in self._wishes.items() if wish.name == name]

    def _fits(self, size: int, urgent: bool) -> bool:
        """Tell whether so much may be loaded; what nobody can hear now makes way for the urgent."""
        idle = sum(self._loaded[name].size for name in self._idle()) if urgent else 0
        return self.size - idle + size <= self._most

    def _idle(self) -> list[str]:
        heard = {wish.name for wish in self._wishes.values() if wish.urgent}
        return [name for name in self._loaded if name not in heard]

    def failed(self, name: str, now: Micros) -> None:
        """Note that a hold could not be had."""
        before = self._failed.get(name)
        wait = AGAIN_AFTER if before is None else min(2 * before.wait, AGAIN_AT_LEAST)
        self._failed[name] = _Failed(Micros(now + wait), Micros(wait))
