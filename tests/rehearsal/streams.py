"""Streams as an edge sends them, for tests of the rehearsal's own parsers."""

import json
from collections.abc import Sequence
from itertools import pairwise

from fullhouse.media import PACKETS_PER_PART, Rendition
from fullhouse.programme import adts, cmaf, ogg
from fullhouse.units import PartNumber

INIT = cmaf.init_segment(Rendition.AAC)


def packets(rendition: Rendition, number: int) -> list[bytes]:
    """Return packets that say whose they are."""
    return [
        f"{rendition.value}-{number}-{at}".encode() for at in range(PACKETS_PER_PART[rendition])
    ]


def event(**fields: object) -> bytes:
    """Return an event."""
    return json.dumps(fields).encode()


def mp4(number: int, events: Sequence[bytes] = ()) -> bytes:
    """Return a part in CMAF."""
    sound = packets(Rendition.AAC, number)
    return cmaf.media_part(Rendition.AAC, PartNumber(number), sound, events)


def aac(number: int) -> bytes:
    """Return a part in ADTS."""
    return adts.frames(packets(Rendition.AAC, number))


def page(number: int) -> bytes:
    """Return a part in Ogg."""
    return ogg.page(7, PartNumber(number), packets(Rendition.OPUS, number))


def cut(raw: bytes, cuts: Sequence[int]) -> list[bytes]:
    """Return the bytes in pieces."""
    places = sorted({0, *(place % (len(raw) + 1) for place in cuts), len(raw)})
    return [raw[one:other] for one, other in pairwise(places)]
