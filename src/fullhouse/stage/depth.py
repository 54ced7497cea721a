"""A core: decides when a voice's sound is shortened or lengthened, and by how much.

What counts is spare time: how much earlier than needed even the later packets come. Less than
the floor, and the next hiccup is heard: the sound is lengthened. More than the floor and a
whole frame, and everybody waits for nothing: the sound is shortened. In a pause nobody notices;
in speech it is done rarely, unless much is to be made up.
"""

from typing import Final

from fullhouse.stage.splice import LONGEST, SHORTEST
from fullhouse.units import FRAME_SAMPLES, Micros

FLOOR: Final = Micros(25_000)
"""So much time is kept to spare: after a lost packet the next, which holds its copy, is there."""
SLACK: Final = Micros(5_000)
FRAME: Final = Micros(20_000)
WORTH_IT: Final = 240
"""Less than 5 ms of sound left over is left alone."""

SELDOM: Final = 50
"""Ticks from one trim to the next, for mere drift: a second."""
OFTEN: Final = 6
"""The same if more than two frames too much wait."""
HURRIED: Final = 3
"""The same if more than three frames too much wait, or if packets come too late."""


class Depth:
    """Watches one voice's spare time."""

    def __init__(self) -> None:
        self.trims = 0
        self._since = SELDOM

    def wish(self, spare: Micros, left: int, *, quiet: bool) -> int:
        """Return by how many samples to lengthen, or, negative, to shorten the next frame.

        Called once per tick.

        Args:
            spare: how much earlier than needed even late packets come.
            left: samples that are decoded and not played yet.
            quiet: there is nothing to hear just now.
        """
        self._since += 1
        if spare < FLOOR - SLACK:
            wanted = max(SHORTEST, min(LONGEST, FRAME_SAMPLES - left))
            pause = HURRIED if spare < SLACK else SELDOM
        else:
            frames = max(0, spare - FLOOR - SLACK) // FRAME
            wanted = -min(LONGEST, frames * FRAME_SAMPLES + left)
            pause = HURRIED if frames >= 3 else OFTEN if frames >= 2 else SELDOM
        if -WORTH_IT < wanted < SHORTEST or not (quiet or self._since >= pause):
            return 0
        return wanted

    def trimmed(self) -> None:
        """Take note that it was done."""
        self.trims += 1
        self._since = 0
