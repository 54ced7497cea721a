"""A core: frames of a source, from the bus to the mix.

Frames come over the bus in order, at the pace of the source's clock; one is taken per tick. A
little waits so that a late one is not missed; what waits for too long is let go.
"""

from collections import Counter, deque
from typing import Final

import numpy as np

from fullhouse.media import Pcm
from fullhouse.stage.frame import NOTHING, Frame, Reason, VoiceFacts
from fullhouse.stage.stretch import Leaning, fit
from fullhouse.units import FRAME_SAMPLES, Micros

PREFILL: Final = 20
"""Frames that wait before the first is taken: 400 ms. Sources are in no hurry, and a busy machine
may hold up the process that decodes them for as long as `pace.LATE`."""
MOST: Final = 100
"""Two seconds: above that the oldest is dropped."""
REPEAT_WINDOW: Final = 250
"""A number so little below the last one is a repeat; one further below, a new beginning."""


class Reservoir:
    """The waiting frames of one source.

    Attributes:
        dropped: frames let go because two seconds waited.
        dry: how often nothing was left to take.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self.dry = 0
        self._came = 0
        self._taken: Counter[Reason] = Counter()
        self._frames: deque[Pcm] = deque()
        self._rest: Pcm = np.zeros(0, np.float32)
        self._last: int | None = None
        self._filling = True
        self._leaning = Leaning(low=PREFILL // 4, high=PREFILL + 4, window=200)

    def put(self, sequence: int, pcm: Pcm) -> None:
        """Take a frame that came in; one that came before is left out."""
        if self._last is not None and self._last - REPEAT_WINDOW < sequence <= self._last:
            return
        self._last = sequence
        if len(self._frames) >= MOST:
            self._frames.popleft()
            self.dropped += 1
        self._came += 1
        self._frames.append(pcm)

    def take(self, _now: Micros) -> Frame:
        """Return the next 20 ms."""
        frame = self._next()
        self._taken[frame.reason] += 1
        return frame

    def facts(self) -> VoiceFacts:
        """Return what came and what was taken since the last call."""
        told = VoiceFacts(packets=self._came, frames=dict(self._taken))
        self._came = 0
        self._taken.clear()
        return told

    def _next(self) -> Frame:
        if self._filling and len(self._frames) < PREFILL:
            return NOTHING
        self._filling = False
        need = FRAME_SAMPLES + self._leaning.watch(len(self._frames))
        while len(self._rest) < need and self._frames:
            self._rest = np.concatenate((self._rest, self._frames.popleft()))
        if len(self._rest) < need:
            self.dry += 1
            self._filling = True
            self._leaning.reset()
            self._rest = self._rest[:0]
            return NOTHING
        frame, self._rest = self._rest[:need], self._rest[need:]
        return Frame(fit(frame), Reason.REAL)
