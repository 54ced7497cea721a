"""A core: the newest parts of one room on this edge, each decided once and for good.

A part is either the stage's sound, if it was there before its deadline, or filler of a kind.
Runs of the same kind are kept as ranges: a room that nobody speaks in costs nothing.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from fullhouse.edge.playing import Playing, filling
from fullhouse.media import Part
from fullhouse.units import Micros, PartNumber
from fullhouse.wire import RoomState

AHEAD: Final = 32
"""Parts that may come before their turn: ten seconds of a stage whose clock is fast."""


class Verdict(Enum):
    """What became of a part that arrived."""

    TAKEN = auto()
    LATE = auto()
    TWICE = auto()
    ASTRAY = auto()


@dataclass(slots=True)
class Run:
    """Parts `first` to `end` (not included) that hold the same kind."""

    first: int
    end: int
    playing: Playing


class Window:
    """The decided parts of one room, `first` to `head` (not included), and those that wait.

    Attributes:
        epoch: the room's.
        size: how many decided parts are kept.
        sounds: how many parts have been decided as sound.
    """

    def __init__(self, epoch: Micros, size: int, head: PartNumber) -> None:
        """Begin with `size` parts of silence before `head`, or as many as there can be."""
        self.epoch = epoch
        self.size = size
        self.sounds = 0
        self._head = int(head)
        self._sound: dict[int, Part] = {}
        self._waiting: dict[int, Part] = {}
        self._runs: deque[Run] = deque()
        self._last_sound: int | None = None
        if self.first < self._head:
            self._runs.append(Run(self.first, self._head, Playing.SILENCE))

    @property
    def head(self) -> PartNumber:
        """The first part that is not decided yet."""
        return PartNumber(self._head)

    @property
    def first(self) -> PartNumber:
        """The oldest part that is still there."""
        return PartNumber(max(0, self._head - self.size))

    @property
    def newest(self) -> Playing:
        """What the newest decided part holds; silence before the first."""
        return self._runs[-1].playing if self._runs else Playing.SILENCE

    def offer(self, part: Part) -> Verdict:
        """Take in a part that arrived. `advance` decides it when its turn has come."""
        number = part.number
        if part.epoch != self.epoch or number >= self._head + AHEAD:
            return Verdict.ASTRAY
        if number in self._sound or number in self._waiting:
            return Verdict.TWICE
        if number < self._head:
            return Verdict.LATE
        self._waiting[number] = part
        return Verdict.TAKEN

    def advance(self, due: PartNumber, state: RoomState) -> range:
        """Decide every part whose turn it is, and return their numbers.

        Args:
            due: the first part that may still be waited for.
            state: the room's state, which chooses the filler.
        """
        before = self._head
        while True:
            if (part := self._waiting.pop(self._head, None)) is not None:
                self._sound[self._head] = part
                self._last_sound = self._head
                self.sounds += 1
                self._append(Playing.SOUND, 1)
            elif self._head < due:
                end = min(self._waiting, default=due)
                self._fill(state, min(end, due) - self._head)
            else:
                break
        self._forget()
        return range(before, self._head)

    def _fill(self, state: RoomState, count: int) -> None:
        last = -1_000_000 if self._last_sound is None else self._last_sound
        for playing, length in filling(state, self._head - last - 1, count):
            self._append(playing, length)

    def _append(self, playing: Playing, count: int) -> None:
        if self._runs and self._runs[-1].playing is playing:
            self._runs[-1].end += count
        else:
            self._runs.append(Run(self._head, self._head + count, playing))
        self._head += count

    def _forget(self) -> None:
        first = self.first
        while self._runs and self._runs[0].end <= first:
            self._runs.popleft()
        while self._sound and (oldest := next(iter(self._sound))) < first:
            del self._sound[oldest]

    def remember(self, parts: Iterable[Part]) -> int:
        """Put sound of the past in the place of silence, and return how many parts that were.

        Only for a window that nobody has heard from yet: what was sent stays as it was.
        """
        found = {
            int(part.number): part
            for part in parts
            if part.epoch == self.epoch and self.first <= part.number < self._head
        }
        fresh = found.keys() - self._sound.keys()
        self._sound = dict(sorted((found | self._sound).items()))
        self._last_sound = max(self._sound, default=None)
        end, self._head = self._head, int(self.first)
        kept, self._runs = list(self._runs), deque()
        for run in kept:
            for number in range(max(run.first, self._head), run.end):
                self._append(Playing.SOUND if number in self._sound else run.playing, 1)
        assert self._head == end
        return len(fresh)

    def playing(self, number: PartNumber) -> Playing:
        """Return what a decided part holds.

        Raises:
            KeyError: the part is not in the window.
        """
        if not self.first <= number < self._head:
            raise KeyError(number)
        if number in self._sound:
            return Playing.SOUND
        return next(run.playing for run in reversed(self._runs) if run.first <= number)

    def sound(self, number: PartNumber) -> Part | None:
        """Return the stage's part of this number, or None where filler stands."""
        return self._sound.get(number)

    def sounds_before(self, number: PartNumber, most: int) -> list[Part]:
        """Return the newest `most` parts with sound below `number`, the newest first."""
        known = self._sound | self._waiting
        return [known[n] for n in sorted(known, reverse=True) if n < number][:most]
