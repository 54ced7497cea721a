"""A core: an HLS media playlist, as a player reads it that knows no low-latency parts.

Source: RFC 8216, 4.3.
"""

from dataclasses import dataclass
from typing import Final

MOST_LINES: Final = 20_000


class NotPlaylist(Exception):
    """The text is no media playlist."""


@dataclass(frozen=True, slots=True)
class MediaPlaylist:
    """What there is to fetch.

    Attributes:
        first: the number of the first segment.
        segments: their names, in order.
        init: what is to be fetched before all of them; empty: nothing.
        target: seconds that a segment lasts at the most.
    """

    first: int
    segments: tuple[str, ...]
    init: str
    target: int


def read(raw: bytes) -> MediaPlaylist:
    """Return what a playlist says.

    Raises:
        NotPlaylist: it is none.
    """
    try:
        lines = raw.decode().splitlines()
    except UnicodeDecodeError as error:
        raise NotPlaylist("not text") from error
    if not lines or lines[0] != "#EXTM3U" or len(lines) > MOST_LINES:
        raise NotPlaylist("no #EXTM3U")
    first, target, init = 0, 0, ""
    segments: list[str] = []
    awaited = False
    for line in lines[1:]:
        if line.startswith("#EXT-X-MEDIA-SEQUENCE:"):
            first = _number(line)
        elif line.startswith("#EXT-X-TARGETDURATION:"):
            target = _number(line)
        elif line.startswith("#EXT-X-MAP:"):
            init = line.partition('URI="')[2].partition('"')[0]
        elif line.startswith("#EXTINF:"):
            awaited = True
        elif line and not line.startswith("#"):
            if not awaited:
                raise NotPlaylist("a segment without its length")
            segments.append(line.strip())
            awaited = False
    if target < 1:
        raise NotPlaylist("no target duration")
    return MediaPlaylist(first, tuple(segments), init, target)


def _number(line: str) -> int:
    text = line.partition(":")[2].strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise NotPlaylist(f"no number: {line[:60]!r}")
    return int(text)
