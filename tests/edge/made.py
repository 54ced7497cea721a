"""Rooms, news and parts made up for tests: packets that say what they are."""

from dataclasses import replace
from typing import Final

from fullhouse.edge.cadence import Cadences
from fullhouse.edge.room import Room
from fullhouse.media import PACKETS_PER_PART, Part, Rendition
from fullhouse.programme.filler import Filler, FillerKind
from fullhouse.programme.timeline import starts_at
from fullhouse.units import PART_MICROS, SECOND, Micros, PartNumber, RoomSlug
from fullhouse.wire import RoomNews, RoomState

EPOCH: Final = Micros(1_700_000_000 * SECOND)
HEAD: Final = 600
"""The first part that a made-up room has not decided."""
START: Final = Micros(starts_at(EPOCH, PartNumber(HEAD)) + 250_000)
"""A time at which all parts below `HEAD` are due, and no other."""

FILLER: Final = Filler(
    {
        kind: {
            rendition: tuple(
                f"{kind.value}-{rendition.value}-{number}".encode() for number in range(4 * count)
            )
            for rendition, count in PACKETS_PER_PART.items()
        }
        for kind in FillerKind
    }
)


def news(state: RoomState = RoomState.LIVE, slug: str = "demo", revision: int = 1) -> RoomNews:
    """Return news of a room that has been so for a minute."""
    return RoomNews(
        slug=RoomSlug(slug),
        title="A room",
        state=state,
        since=Micros(START - 60 * SECOND),
        epoch=EPOCH,
        revision=revision,
    )


def room(
    state: RoomState = RoomState.LIVE,
    *,
    ears: int = 0,
    kept_parts: int = 400,
    cadences: Cadences | None = None,
) -> Room:
    """Return a room whose parts below `HEAD` are silence."""
    return Room(
        news(state),
        START,
        filler=FILLER,
        kept_parts=kept_parts,
        ears=lambda: ears,
        cadences=cadences or Cadences(),
    )


def part(number: int, events: tuple[bytes, ...] = (), epoch: Micros = EPOCH) -> Part:
    """Return a part whose packets say its number."""
    packets = {
        rendition: tuple(f"{rendition.value}-{number}-{at}".encode() for at in range(count))
        for rendition, count in PACKETS_PER_PART.items()
    }
    return Part(epoch, PartNumber(number), packets, events)


def end_of(number: int) -> Micros:
    """Return when a part is complete."""
    return starts_at(EPOCH, PartNumber(number + 1))


def play(one: Room, count: int, start: int = HEAD) -> Micros:
    """Let parts arrive in time; return the time after the last."""
    for number in range(start, start + count):
        one.take(part(number), end_of(number))
        one.advance(end_of(number))
    return end_of(start + count - 1)


def later(parts: int) -> Micros:
    """Return the time so many parts after `START`."""
    return Micros(START + parts * PART_MICROS)


def without(one: Part, rendition: Rendition) -> Part:
    """Return the part without one of its renditions."""
    return replace(one, packets={r: p for r, p in one.packets.items() if r is not rendition})
