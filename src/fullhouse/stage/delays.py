"""A core: how long packets were under way, compared with each other, and what follows from it.

Nobody knows how long a packet really took: the speaker's clock is another. But a packet that
took longer than the quickest is late by that much, and a delay that always grows is a clock
that runs slower than ours.
"""

from collections import deque
from typing import Final

import numpy as np

from fullhouse.units import SAMPLE_RATE, SECOND, Micros

WINDOW: Final = Micros(5 * SECOND // 2)
"""So long is remembered what the network did."""
MOST: Final = 400
FEW: Final = 20
"""Fewer packets say nothing about a network."""
HOPELESS: Final = Micros(200_000)
"""So much later than the quickest, and a packet is not waited for."""
OUTLIERS: Final = 100
"""One in so many packets may be later than all others without being waited for."""
BLOCK: Final = Micros(2 * SECOND)
MOST_BLOCKS: Final = 30
LEAST_BLOCKS: Final = 5
ANOTHER_CLOCK: Final = Micros(2 * SECOND)
"""Delays that differ by more than that are no delays: the sender's clock was set anew."""

TICK: Final = Micros(20_000)
EASE: Final = 32
JUMP: Final = Micros(200_000)


class Ticks:
    """When ticks are due, from when they come: a tick may be late, but never early."""

    def __init__(self) -> None:
        self._due: Micros | None = None

    def tick(self, now: Micros) -> Micros:
        """Return when the tick that comes now was due."""
        due = now if self._due is None else self._due + TICK
        late = now - due
        if late > JUMP or late < 0:
            due = now
        else:
            due += late // EASE
        self._due = Micros(due)
        return self._due


def stamp_micros(stamp: int) -> int:
    """Return a timestamp in samples as µs."""
    return stamp * SECOND // SAMPLE_RATE


class Delays:
    """The delays of the packets of the last 2.5 seconds, and of the clock over a minute."""

    def __init__(self) -> None:
        self._start_over()

    def _start_over(self) -> None:
        self._recent: deque[tuple[Micros, int]] = deque(maxlen=MOST)
        self._sorted: list[int] | None = None
        self._blocks: deque[tuple[Micros, int]] = deque(maxlen=MOST_BLOCKS)
        self._block: tuple[Micros, int] | None = None

    def add(self, arrival: Micros, stamp: int) -> None:
        """Take when a packet came, and its timestamp without the wrap-around."""
        delay = arrival - stamp_micros(stamp)
        if self._recent and abs(delay - self._recent[-1][1]) > ANOTHER_CLOCK:
            self._start_over()
        self._recent.append((arrival, delay))
        while self._recent[0][0] < arrival - WINDOW:
            self._recent.popleft()
        self._sorted = None
        self._follow_clock(arrival, delay)

    def _follow_clock(self, arrival: Micros, delay: int) -> None:
        if self._block is None:
            self._block = arrival, delay
        elif arrival - self._block[0] < BLOCK:
            self._block = self._block[0], min(delay, self._block[1])
        else:
            self._blocks.append(self._block)
            self._block = arrival, delay

    def _in_order(self) -> list[int]:
        if self._sorted is None:
            self._sorted = sorted(delay for _, delay in self._recent)
        return self._sorted

    def spare(self, tick: Micros, stamp: int) -> Micros | None:
        """Return how much too early even late packets come, or None: too few have come.

        Args:
            tick, stamp: when the packet of this timestamp is needed.
        """
        delays = self._in_order()
        if len(delays) < FEW:
            return None
        latest = min(delays[-1 - len(delays) // OUTLIERS], delays[0] + HOPELESS)
        return Micros(tick - stamp_micros(stamp) - latest)

    @property
    def jitter_ms(self) -> float:
        """The spread of the delays: nine in ten packets differ by no more than that."""
        delays = self._in_order()
        if len(delays) < 2:
            return 0.0
        outside = len(delays) // 20
        return (delays[-1 - outside] - delays[outside]) / 1000

    @property
    def drift_ppm(self) -> float:
        """How much faster than ours the sender's clock runs; 0 before it is known."""
        if len(self._blocks) < LEAST_BLOCKS:
            return 0.0
        first_at, first = self._blocks[0]
        at = np.array([at - first_at for at, _ in self._blocks]) / SECOND
        delay = np.array([delay - first for _, delay in self._blocks], np.float64)
        return float(-np.polyfit(at, delay, 1)[0])
