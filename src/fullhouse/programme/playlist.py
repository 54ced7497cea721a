"""A core: HLS with low-latency parts, from part numbers alone.

A segment is 12 parts (3.84 s), its media sequence number the first one's number divided by 12;
an HLS part is 3 of ours (0.96 s). Everything follows from the numbers of the first and the
newest decided part, so that every edge writes the same playlist.
Source: draft-pantos-hls-rfc8216bis-20; the sections stand beside the rules.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from fullhouse.errors import Refused
from fullhouse.media import Rendition
from fullhouse.programme.timeline import rfc3339, starts_at
from fullhouse.units import PARTS_PER_SEGMENT, Micros, PartNumber

PARTS_PER_PIECE: Final = 3
"""Of our parts in one HLS part, here called piece where the two meet."""
PIECES_PER_SEGMENT: Final = PARTS_PER_SEGMENT // PARTS_PER_PIECE
TARGET_SECONDS: Final = 4
"""EXT-X-TARGETDURATION: 3.84 s, rounded."""
LISTED_PIECES_SEGMENTS: Final = 3
"""Newest whole segments that are listed with their parts, too (§6.2.2)."""
SKIP_SEGMENTS: Final = 7
"""Newest whole segments that a delta update still lists: over CAN-SKIP-UNTIL together."""
ADVANCE_PARTS: Final = 4
"""How many HLS parts ahead a playlist may be asked for: 3 s (§6.2.5.2)."""
ADVANCE_SEGMENTS: Final = 2
MAX_QUERY: Final = 256

_PIECE: Final = "0.96"
_SEGMENT: Final = "3.84"
_HEAD: Final = (
    "#EXTM3U\n"
    "#EXT-X-VERSION:9\n"
    "#EXT-X-TARGETDURATION:4\n"
    "#EXT-X-INDEPENDENT-SEGMENTS\n"
    "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0,HOLD-BACK=12.0,"
    "PART-HOLD-BACK=2.88\n"
    f"#EXT-X-PART-INF:PART-TARGET={_PIECE}\n"
)


class BadDirective(Refused):
    code = "bad_directive"
    message = "_HLS_msn and _HLS_part are whole numbers, the second only with the first."


class TooFarAhead(Refused):
    code = "too_far_ahead"
    message = "That is more than two segments ahead of the stream."


class NoSuchFile(Refused):
    code = "no_such_file"
    status = 404
    message = "The stream has no file of that name."


def render(
    epoch: Micros,
    first: PartNumber,
    newest: PartNumber,
    *,
    rendition: Rendition = Rendition.AAC,
    skip: bool = False,
    key: str = "",
) -> bytes:
    """Return the media playlist.

    Args:
        epoch: the room's.
        first: the oldest part that can still be had; the playlist begins with the first segment
            that is there from its beginning.
        newest: the newest decided part; all from `first` on are decided.
        rendition: names the files.
        skip: leave out what a player has had before, if that is anything.
        key: of an invited room; every file that is named takes it, too.
    """
    pieces = (newest + 1) // PARTS_PER_PIECE
    oldest = -(-first // PARTS_PER_SEGMENT)
    whole = max(oldest, pieces // PIECES_PER_SEGMENT)
    skipped = max(0, whole - SKIP_SEGMENTS - oldest) if skip else 0
    listed = oldest + skipped
    lines = [_HEAD, f"#EXT-X-MEDIA-SEQUENCE:{oldest}\n"]
    lines.append(f'#EXT-X-MAP:URI="{rendition}-init.mp4"\n')
    if skipped:
        lines.append(f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}\n")
    begins = rfc3339(starts_at(epoch, PartNumber(listed * PARTS_PER_SEGMENT)))
    lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{begins}\n")
    for msn in range(listed, whole):
        if msn >= whole - LISTED_PIECES_SEGMENTS:
            lines += _pieces(rendition, msn, PIECES_PER_SEGMENT)
        lines.append(f"#EXTINF:{_SEGMENT},\n{rendition}-{msn}.mp4\n")
    begun = max(0, pieces - whole * PIECES_PER_SEGMENT)
    lines += _pieces(rendition, whole, begun)
    lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{rendition}-{whole}.{begun}.mp4"\n')
    text = "".join(lines)
    return (text.replace(".mp4", f".mp4?key={key}") if key else text).encode()


def _pieces(rendition: Rendition, msn: int, count: int) -> list[str]:
    return [
        f'#EXT-X-PART:DURATION={_PIECE},URI="{rendition}-{msn}.{piece}.mp4",INDEPENDENT=YES\n'
        for piece in range(count)
    ]


@dataclass(frozen=True, slots=True)
class Directives:
    """What a player asks of a playlist.

    Attributes:
        msn: hold the answer until this segment is there; None: answer now.
        piece: until this HLS part of it is there; None: the whole segment.
        skip: a delta update will do.
    """

    msn: int | None = None
    piece: int | None = None
    skip: bool = False


_NUMBER: Final = re.compile(r"[0-9]{1,15}")


def parse_directives(query: str) -> Directives:
    """Return what a playlist request's query string asks; other names than ours pass unread.

    Raises:
        BadDirective: a directive is given twice, is no number, or names a part of no segment.
    """
    if len(query) > MAX_QUERY:
        raise BadDirective("The query of a playlist request is too long.")
    given: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.startswith("_HLS_"):
            if name in given:
                raise BadDirective("A delivery directive is given twice.")
            given[name] = value
    msn, piece = (_number(given.get(name)) for name in ("_HLS_msn", "_HLS_part"))
    if msn is None and piece is not None:
        raise BadDirective()
    skip = given.get("_HLS_skip")
    if skip not in (None, "YES", "v2"):
        raise BadDirective("_HLS_skip is YES or v2.")
    return Directives(msn, piece, skip is not None)


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if _NUMBER.fullmatch(text) is None:
        raise BadDirective()
    return int(text)


def awaited(directives: Directives, newest: PartNumber) -> PartNumber | None:
    """Return the part that must be decided before the answer, or None: answer now.

    The answer to a player that waited therefore always has something new.

    Args:
        directives: what the player asks.
        newest: the newest decided part.

    Raises:
        TooFarAhead: more than two segments, or four HLS parts, after the newest (§6.2.5.2).
    """
    if directives.msn is None:
        return None
    last_segment = (newest + 1) // PARTS_PER_SEGMENT - 1
    last_piece = (newest + 1) // PARTS_PER_PIECE - 1
    msn, piece = directives.msn, directives.piece
    if msn > last_segment + ADVANCE_SEGMENTS:
        raise TooFarAhead()
    if piece is None:
        until = PartNumber((msn + 1) * PARTS_PER_SEGMENT - 1)
    else:
        if msn > last_segment and msn * PIECES_PER_SEGMENT + piece > last_piece + ADVANCE_PARTS:
            raise TooFarAhead()
        if piece >= PIECES_PER_SEGMENT:  # it asks for what follows the segment's last part
            msn, piece = msn + 1, 0
        until = PartNumber(msn * PARTS_PER_SEGMENT + (piece + 1) * PARTS_PER_PIECE - 1)
    return until if until > newest else None


@dataclass(frozen=True, slots=True)
class MediaFile:
    """What a name in a playlist stands for.

    Attributes:
        rendition: of its packets.
        parts: numbers of the parts that it holds, one after the other; none: the init segment.
    """

    rendition: Rendition
    parts: range


_NAME: Final = re.compile(r"(aac|opus)-(?:(init)|([0-9]{1,15})(?:\.([0-3]))?)\.mp4")


def parse_file_name(name: str) -> MediaFile:
    """Return what `aac-init.mp4`, `aac-12.mp4` or `aac-12.3.mp4` stands for.

    Raises:
        NoSuchFile: the name is none of these.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise NoSuchFile()
    rendition = Rendition(found[1])
    if found[2]:
        return MediaFile(rendition, range(0))
    start = int(found[3]) * PARTS_PER_SEGMENT
    if found[4] is None:
        return MediaFile(rendition, range(start, start + PARTS_PER_SEGMENT))
    start += int(found[4]) * PARTS_PER_PIECE
    return MediaFile(rendition, range(start, start + PARTS_PER_PIECE))
