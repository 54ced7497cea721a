"""Links in memory, for tests: what a network does to packets, by a pattern that one passes in.

Nothing waits and nothing is random: a link says when each packet arrives, if it does.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from fullhouse.units import SECOND, Micros

FRAME = Micros(20_000)


@dataclass(frozen=True, slots=True)
class Link:
    """One way through a network.

    Attributes:
        delay: how long packet number n takes, in µs.
        loses: whether packet number n is lost.
        repeats: whether packet number n comes twice.
    """

    delay: Callable[[int], int] = field(default=lambda _: 30_000)
    loses: Callable[[int], bool] = field(default=lambda _: False)
    repeats: Callable[[int], bool] = field(default=lambda _: False)

    def arrivals(self, count: int, every: int = FRAME) -> list[tuple[Micros, int]]:
        """Return (time, packet number) in order of arrival, for packets sent every 20 ms."""
        arriving: list[tuple[Micros, int]] = []
        for number in range(count):
            if not self.loses(number):
                came = Micros(SECOND + number * every + self.delay(number))
                arriving += [(came, number)] * (2 if self.repeats(number) else 1)
        return sorted(arriving)


def jitter(most_ms: int, seed: int = 1) -> Callable[[int], int]:
    """Return delays of 30 ms and up to `most_ms` more, the same for the same seed."""
    extra = np.random.default_rng(seed).integers(0, most_ms * 1000 + 1, 10_000)
    return lambda number: 30_000 + int(extra[number % 10_000])


def losing(share: float, seed: int = 2) -> Callable[[int], bool]:
    """Return a pattern that loses this share of packets, the same for the same seed."""
    lost = np.random.default_rng(seed).random(10_000) < share
    return lambda number: bool(lost[number % 10_000])


def bursts(every: int, length: int) -> Callable[[int], bool]:
    """Return a pattern that loses `length` packets in a row, once in `every`."""
    return lambda number: number % every >= every - length


def by_tick(
    arrivals: Iterable[tuple[Micros, int]], ticks: int, first: Micros = SECOND
) -> Iterator[list[tuple[Micros, int]]]:
    """Yield for each 20 ms tick what has arrived since the tick before."""
    waiting = list(arrivals)
    for tick in range(ticks):
        until = first + tick * FRAME
        count = sum(came <= until for came, _ in waiting)
        yield waiting[:count]
        del waiting[:count]
