"""How much slower the machine makes processes: they wait for a processor, and that may be slow.

These machines are others', too, and their speed changes by three within the hour.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

OURS = 2.0
"""By so much a journey's own processes slow each other on two processors; the rest is others'."""
TELLS_NOTHING = 10.0
"""A machine that makes all so many times slower says nothing of what is measured on it."""
ROUNDS = 10_000_000
USUAL = 0.15
"""Seconds of processor time for so many rounds of a loop. A quiet machine on which all bounds were
kept took 0.13 (eight runs); the rest is slack.
"""


@dataclass(frozen=True, slots=True)
class Turns:
    """How long a process has run, and how long it has waited for a processor (nanoseconds)."""

    ran: int
    waited: int

    @classmethod
    def of(cls, pid: int) -> "Turns":
        """Source: Linux, Documentation/scheduler/sched-stats.rst."""
        ran = waited = 0
        for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            runs, waits, _ = thread.read_text().split()
            ran, waited = ran + int(runs), waited + int(waits)
        return cls(ran, waited)

    def slowed(self, since: "Turns") -> float:
        """Return by what factor waiting has made it slower since then; 1: not at all."""
        return 1 + (self.waited - since.waited) / max(1, self.ran - since.ran)


BIRTH = Turns(0, 0)


class Slowness:
    """The slowest of some processes, from now on."""

    def __init__(self, pids: Sequence[int]) -> None:
        self._begun = {pid: Turns.of(pid) for pid in pids}

    def factor(self) -> float:
        """Return by what factor waiting has made it slower so far."""
        return max(Turns.of(pid).slowed(begun) for pid, begun in self._begun.items())


def processor() -> float:
    """Return how many times longer a piece of Python takes here than on a usual machine."""
    began = time.thread_time()
    for _ in range(ROUNDS):
        pass
    return max(1.0, (time.thread_time() - began) / USUAL)


def within(bound: float, took: float, factor: float) -> bool:
    """Tell whether something keeps its bound, others' share of the machine left out.

    Args:
        factor: by what waiting has made it slower.
    """
    bound *= max(1.0, factor - OURS)
    return factor > TELLS_NOTHING or took <= bound or took <= bound * processor()
