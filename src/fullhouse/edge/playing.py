"""A core: what a part holds for the ear, and which filler fits a room's state."""

from enum import StrEnum
from typing import Final

from fullhouse.units import PART_MICROS, SECOND
from fullhouse.wire import ON_AIR, RoomState


class Playing(StrEnum):
    """What a part holds: the stage's sound, or filler of one of two kinds."""

    SOUND = "sound"
    HOLD = "hold"
    SILENCE = "silence"


QUIET_PARTS: Final = 3 * SECOND // PART_MICROS
"""A gap on air is silent for about three seconds; then the hold says that somebody cares."""


def filling(state: RoomState, gap: int, count: int) -> list[tuple[Playing, int]]:
    """Return what fills the next `count` parts, as runs of (kind, parts).

    Args:
        state: the room's state now.
        gap: parts without sound since the last one with sound.
        count: how many parts have to be filled, at least one.
    """
    if state is RoomState.DOORS:
        return [(Playing.HOLD, count)]
    if state not in ON_AIR:
        return [(Playing.SILENCE, count)]
    quiet = min(count, max(0, QUIET_PARTS - gap))
    runs = [(Playing.SILENCE, quiet), (Playing.HOLD, count - quiet)]
    return [run for run in runs if run[1]]
