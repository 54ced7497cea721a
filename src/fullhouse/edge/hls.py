"""A core: what a request for HLS gets of one room: bytes now, or part n to wait for.

Source: draft-pantos-hls-rfc8216bis-20, 6.2.5.2 and appendix B.1 (how long answers keep).
"""

from dataclasses import dataclass
from typing import Final

from fullhouse.edge.containers import Containers
from fullhouse.edge.window import Window
from fullhouse.programme.playlist import (
    PARTS_PER_PIECE,
    TARGET_SECONDS,
    Directives,
    MediaFile,
    NoSuchFile,
    awaited,
    render,
)
from fullhouse.units import PARTS_PER_SEGMENT, SECOND, Micros, PartNumber

HELD_AT_MOST: Final = Micros(3 * TARGET_SECONDS * SECOND)
"""A request that waited this long is turned down with 503."""
KEPT_LONGER: Final = 188
"""Parts, one minute, that can be had after they have left the playlist."""
BLOCKED_AGE: Final = 6 * TARGET_SECONDS
PLAYLIST_AGE: Final = TARGET_SECONDS // 2
MEDIA_AGE: Final = 6 * TARGET_SECONDS
INIT_AGE: Final = 3600
MISSING_AGE: Final = TARGET_SECONDS


@dataclass(frozen=True, slots=True)
class Ready:
    """The answer, and for how many seconds a cache may keep it."""

    body: bytes
    max_age: int


@dataclass(frozen=True, slots=True)
class Wait:
    """There is none before this part is decided."""

    until: PartNumber


class Hls:
    """One room's playlist and files."""

    def __init__(self, epoch: Micros, window: Window, containers: Containers) -> None:
        self._epoch = epoch
        self._window = window
        self._containers = containers
        self._rendered: dict[tuple[int, int, bool, str], bytes] = {}
        self._files: dict[MediaFile, bytes] = {}

    def playlist(self, asked: Directives, key: str = "") -> Ready | Wait:
        """Return the playlist, or the part that it has to wait for.

        Args:
            key: goes behind the name of each file.

        Raises:
            TooFarAhead: the player asks for what will not be there for long.
        """
        newest = PartNumber(self._window.head - 1)
        until = awaited(asked, newest)
        if until is None and newest < PARTS_PER_SEGMENT - 1:
            until = PartNumber(PARTS_PER_SEGMENT - 1)  # plain players take no list without segments
        if until is not None:
            return Wait(until)
        age = PLAYLIST_AGE if asked.msn is None else BLOCKED_AGE
        return Ready(self._render(newest, asked.skip, key), age)

    def _render(self, newest: PartNumber, skip: bool, room_key: str) -> bytes:
        """Return the playlist: the same bytes from one HLS part to the next."""
        whole = (newest + 1) // PARTS_PER_PIECE * PARTS_PER_PIECE - 1
        listed = max(0, newest + 1 - self._window.size + KEPT_LONGER)
        key = (whole, -(-listed // PARTS_PER_SEGMENT), skip, room_key)
        if key not in self._rendered:
            if len(self._rendered) >= 4:
                self._rendered.clear()
            self._rendered[key] = render(
                self._epoch, PartNumber(listed), PartNumber(whole), skip=skip, key=room_key
            )
        return self._rendered[key]

    def file(self, file: MediaFile) -> Ready | Wait:
        """Return a file's bytes, or the part that completes it.

        Raises:
            NoSuchFile: it is gone, or not to be expected soon.
        """
        if not file.parts:
            return Ready(self._containers.hls(file.rendition, file.parts), INIT_AGE)
        head, last = self._window.head, file.parts[-1]
        if file.parts.start < self._window.first or file.parts.start > head + PARTS_PER_SEGMENT:
            raise NoSuchFile()
        if last >= head:
            return Wait(PartNumber(last))
        return Ready(self._file(file), MEDIA_AGE)

    def _file(self, file: MediaFile) -> bytes:
        made = self._files.get(file)
        if made is None:
            made = self._containers.hls(file.rendition, file.parts)
            if len(self._files) >= 8:
                del self._files[next(iter(self._files))]
            self._files[file] = made
        return made

    def forget(self) -> None:
        """Let go of all that was made: nobody listens any more."""
        self._rendered.clear()
        self._files.clear()
