"""A shell: measures a worker once a second, and lets its cadences follow.

What it reads costs about a tenth of a millisecond. `measured` says what it means.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

import structlog

from fullhouse.edge.cadence import CLASSES, Changed, Hearing, ListenerClass, Pressure
from fullhouse.edge.containers import part_bytes
from fullhouse.edge.limits import Limit
from fullhouse.edge.measured import (
    Ceilings,
    Measured,
    available,
    pressure,
    tcp_ceiling,
    tcp_pages,
    waited,
)
from fullhouse.edge.room import Room
from fullhouse.edge.worker import Worker
from fullhouse.errors import Malformed

EVERY: Final = 1.0
_PROC: Final = Path("/proc")
_LONGEST: Final = 16_384
"""Bytes of what the kernel tells that are read; the lines that count come first."""

log = structlog.get_logger()


class Told:
    """A file in which the kernel tells of itself: opened once, read again and again."""

    def __init__(self, path: Path) -> None:
        """Open it, if there is one."""
        self._file: int | None = None
        with suppress(OSError):
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def read(self) -> str:
        """Return what it tells now; nothing, where there is no such file."""
        if self._file is None:
            return ""
        with suppress(OSError):
            return os.pread(self._file, _LONGEST, 0).decode()
        return ""

    def close(self) -> None:
        """Read no more."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Gauge:
    """Measures one worker. What this system does not tell counts as no pressure.

    Attributes:
        pressure: of the last second.
    """

    def __init__(self, worker: Worker, egress_bits: float | None, proc: Path = _PROC) -> None:
        """Begin now.

        Args:
            egress_bits: a second that this worker may send; None: as many as there are.
            proc: where the kernel tells about itself.
        """
        self._worker = worker
        self._ran_and_waited = Told(proc / "thread-self/schedstat")
        self._sockets = Told(proc / "net/sockstat")
        self._memory = Told(proc / "meminfo")
        pages = 0
        with suppress(OSError, Malformed):
            pages = tcp_ceiling((proc / "sys/net/ipv4/tcp_mem").read_text())
        self._ceilings = Ceilings(egress_bits, pages)
        self.pressure = Pressure()
        self._at = time.monotonic()
        self._ran, self._waited, self._sent = self._counted()

    def _counted(self) -> tuple[float, float, int]:
        queued = 0.0
        with suppress(Malformed):
            queued = waited(self._ran_and_waited.read())
        counts, lines = self._worker.audience.counts, self._worker.lobby.lines
        return time.process_time(), queued, counts.bytes + counts.burst_bytes + lines.sent

    def read(self) -> Pressure:
        """Return the pressure since it was last asked for."""
        at, (ran, queued, sent) = time.monotonic(), self._counted()
        pages, share = 0, 1.0
        with suppress(Malformed):
            pages = tcp_pages(self._sockets.read())
        with suppress(Malformed):
            share = available(self._memory.read())
        second = Measured(
            seconds=at - self._at,
            ran=ran - self._ran,
            waited=queued - self._waited,
            lag=self._worker.pulse.lag(),
            pass_seconds=self._worker.audience.pass_seconds,
            sent=sent - self._sent,
            tcp_pages=pages,
            available=share,
        )
        self._at, self._ran, self._waited, self._sent = at, ran, queued, sent
        self.pressure = pressure(second, self._ceilings, self._worker.cadences.slowest)
        return self.pressure

    def close(self) -> None:
        """Let go of the kernel's files."""
        for told in (self._ran_and_waited, self._sockets, self._memory):
            told.close()


class Meter(Protocol):
    """What measures."""

    def read(self) -> Pressure:
        """Return the pressure since it was last asked for."""


async def keep_judging(worker: Worker, meter: Meter, every: float = EVERY) -> None:
    """Let the cadences follow the pressure, second by second; let nobody in where it is full."""
    cadences, low = worker.cadences, worker.cadences.low
    while True:
        await asyncio.sleep(every)
        changes = cadences.judge(hearings(worker), meter.read(), worker.clock.now())
        _say(changes)
        worker.lobby.desk.short = Limit.EGRESS if cadences.full else None
        if cadences.low is not low:
            low = cadences.low
            log.warning("low rendition", offered=low is not None, why=low and low.value)


def hearings(worker: Worker) -> list[Hearing]:
    """Return who listens, by room and class."""
    return [
        hearing
        for room in worker.rooms.by_slug.values()
        if worker.audience.ears(room.news.slug)
        for hearing in _hearings(worker, room)
    ]


def _hearings(worker: Worker, room: Room) -> list[Hearing]:
    slug = room.news.slug
    found = []
    for listeners in ListenerClass:
        heard = [
            (format_, worker.audience.ears(slug, format_))
            for format_ in worker.audience.formats(slug)
            if CLASSES[format_] is listeners
        ]
        if count := sum(ears for _, ears in heard):
            largest = max(part_bytes(format_) for format_, _ in heard)
            found.append(Hearing(slug, listeners, count, room.window.head, largest))
    return found


def _say(changes: Sequence[Changed]) -> None:
    for change in changes:
        rises = change.following > change.parts
        tell = log.warning if rises else log.info
        tell(
            "sound goes out in larger pieces" if rises else "sound goes out in smaller pieces",
            room=change.slug,
            listeners=change.listeners.value,
            parts=change.following,
            from_part=change.start,
            why=change.why.value,
        )
