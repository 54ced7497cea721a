"""The units that everything is counted in: time, samples, part numbers, room names.

Pure vocabulary: no clock, no sockets. Time is always an integer.
"""

import re
from typing import Final, NewType

from fullhouse.errors import BadSlug

Micros = NewType("Micros", int)
"""Microseconds. Unix time where a point in time is meant, else a duration."""

Samples = NewType("Samples", int)
"""Sample frames at 48 kHz."""

PartNumber = NewType("PartNumber", int)
"""The place of a part on its room's timeline, counted from the room's epoch."""

RoomSlug = NewType("RoomSlug", str)
"""A room's name in links: what `room_slug` has accepted."""

SAMPLE_RATE: Final = 48_000
FRAME_SAMPLES: Final = Samples(960)
"""One tick of the stage: 20 ms."""
PART_SAMPLES: Final = Samples(15_360)
"""One part: 0.32 s, which is exactly 16 Opus frames and 15 AAC frames."""
PART_MICROS: Final = Micros(320_000)
PARTS_PER_SEGMENT: Final = 12
SECOND: Final = Micros(1_000_000)

RESERVED_SLUGS: Final = frozenset({"api", "assets", "healthz", "metrics", "studio", "whip", "whep"})
"""Names that a room may not have, because a page or an interface has them."""

_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


def room_slug(text: str) -> RoomSlug:
    """Return `text` as a room's name, or refuse it.

    Raises:
        BadSlug: it is not 1 to 64 of a-z, 0-9 and inner hyphens, or it is reserved.
    """
    if _SLUG.fullmatch(text) is None or text in RESERVED_SLUGS:
        raise BadSlug()
    return RoomSlug(text)
