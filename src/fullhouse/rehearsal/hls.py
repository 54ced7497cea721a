"""A core: a plain HLS player: what to fetch next, and what was in it.

It starts three segments back, as players do that know no low latency, and asks for the playlist
again after a segment's length.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from fullhouse.rehearsal.boxes import Boxes
from fullhouse.rehearsal.playlist import NotPlaylist, read
from fullhouse.rehearsal.sound import Memory, NotSound, Part

BEHIND: Final = 3
"""Segments before the end at which playing starts."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an answer brought.

    Attributes:
        parts: of sound.
        wait: seconds before the next request.
        lost: segments that had gone before they could be fetched.
    """

    parts: tuple[Part, ...] = ()
    wait: float = 0.0
    lost: int = 0


class Player:
    """One player."""

    def __init__(self, playlist: str, memory: Memory) -> None:
        self._playlist = playlist
        self._folder = playlist.rpartition("/")[0]
        self._memory = memory
        self._wanted: deque[str] = deque()
        self._next: int | None = None
        self._wait = 0.0
        self._has_init = False
        self._asked = playlist
        self._open = False

    def path(self) -> str:
        """Return what to fetch now: the same as long as it has not been fetched."""
        if not self._open:
            self._asked = self._wanted.popleft() if self._wanted else self._playlist
            self._open = True
        return self._asked

    def fetched(self, body: bytes) -> Fetched:
        """Take in what was asked for.

        Raises:
            NotSound: it is neither a playlist nor sound.
        """
        self._open = False
        if self._asked == self._playlist:
            return self._listed(body)
        parts = Boxes(self._memory).feed(body)
        init = body[4:8] == b"ftyp"
        if not parts and not init:
            raise NotSound("a segment without sound")
        return Fetched(tuple(parts), 0.0 if self._wanted else self._wait)

    def _listed(self, body: bytes) -> Fetched:
        try:
            listed = read(body)
        except NotPlaylist as error:
            raise NotSound(str(error)) from error
        end = listed.first + len(listed.segments)
        if self._next is None or end < self._next - BEHIND:
            self._next = max(listed.first, end - BEHIND)
        lost = max(0, listed.first - self._next)
        self._next += lost
        fresh = listed.segments[self._next - listed.first :]
        self._next = max(self._next, end)
        if fresh and listed.init and not self._has_init:
            self._has_init = True
            self._wanted.append(f"{self._folder}/{listed.init}")
        self._wanted.extend(f"{self._folder}/{name}" for name in fresh)
        # RFC 8216, 6.3.4: a target duration after a change, else half of it.
        self._wait = float(listed.target)
        return Fetched((), 0.0 if fresh else listed.target / 2, lost)
