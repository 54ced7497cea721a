"""A core: what all readers of sound have in common: parts out of bytes.

A reader is fed what comes after the answer's head, in any pieces, and returns the parts that
are whole by then.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

PART_SECONDS: Final = 0.32
PART_SAMPLES: Final = 15_360
UNKNOWN: Final = -1


class NotSound(Exception):
    """The bytes are not the sound that they should be."""


@dataclass(frozen=True, slots=True)
class Part:
    """0.32 s of sound.

    Attributes:
        number: its place on the room's timeline; `UNKNOWN` where the form does not say.
        cadence: how many parts come with each send now, or will soon; 1: nothing else was said;
            0: this form of sound cannot say it.
        playing: `sound`, `hold` or `silence`; empty: not said.
    """

    number: int
    cadence: int = 1
    playing: str = ""


class Reader(Protocol):
    """Makes parts of bytes."""

    def feed(self, raw: bytes) -> Sequence[Part]:
        """Return the parts that these bytes complete.

        Raises:
            NotSound: they are no sound of this form.
        """
        ...


class Memory:
    """What bytes turned out to be. A crowd gets the same ones again and again."""

    def __init__(self, most: int = 64) -> None:
        self._known: dict[bytes, Sequence[Part]] = {}
        self._most = most

    def parts(
        self, raw: bytes, read: Callable[[bytes], tuple[Sequence[Part], int]]
    ) -> Sequence[Part] | None:
        """Return what whole boxes or pages hold, or None if they do not end with `raw`."""
        known = self._known.get(raw)
        if known is not None:
            return known
        parts, used = read(raw)
        if used != len(raw):
            return None
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[raw] = parts
        return parts
