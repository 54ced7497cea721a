"""A core: what one second of a worker's work says of how near to its limits it is.

Source: Linux Documentation/scheduler/sched-stats (schedstat), ip-sysctl (tcp_mem), proc(5).
"""

from dataclasses import dataclass
from typing import Final

from fullhouse.edge.cadence import PART_SECONDS, Pressure
from fullhouse.errors import Malformed

CPU_LIMIT: Final = 0.75
"""Of one core, run or waited for: beyond it, a burst of joins has no room."""
LAG_LIMIT: Final = 0.06
"""Seconds by which the loop is late on average, for each part per send: those who get much at once
have much in hand."""
PASS_LIMIT: Final = 0.6 * PART_SECONDS
"""Seconds for all that is due with one part: beyond them, the next part is near."""
HEADERS: Final = 1.06
"""Bytes on the line for each that is sent: 66 of headers for at most 1,448."""
SPARE_SHARE: Final = 0.2
"""Of the machine's memory: while more than this is available, there is enough."""
LEAST_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Measured:
    """One second, or however long it was.

    Attributes:
        seconds: how long it was.
        ran: seconds that the worker ran.
        waited: seconds for which it could have run, but others did.
        lag: by how many seconds the loop was late on average.
        pass_seconds: how long it took to send out all that was due at one time.
        sent: bytes.
        tcp_pages: memory that the kernel uses for all connections of the machine.
        available: share of the machine's memory, 0 to 1.
    """

    seconds: float
    ran: float = 0.0
    waited: float = 0.0
    lag: float = 0.0
    pass_seconds: float = 0.0
    sent: int = 0
    tcp_pages: int = 0
    available: float = 1.0


@dataclass(frozen=True, slots=True)
class Ceilings:
    """What does not change while a worker runs.

    Attributes:
        bits: a second that this worker may send; None: as many as there are.
        tcp_pages: from which on the kernel saves memory for connections; 0: not known.
    """

    bits: float | None = None
    tcp_pages: int = 0


def pressure(measured: Measured, ceilings: Ceilings, parts: int = 1) -> Pressure:
    """Return how near to its limit each thing is, at so many parts per send."""
    seconds = max(measured.seconds, 1e-3)
    egress = 0.0
    if ceilings.bits is not None:
        egress = measured.sent * 8 * HEADERS / seconds / ceilings.bits
    tcp = measured.tcp_pages / ceilings.tcp_pages if ceilings.tcp_pages else 0.0
    short = (SPARE_SHARE - measured.available) / (SPARE_SHARE - LEAST_SHARE)
    return Pressure(
        cpu=(measured.ran + measured.waited) / seconds / CPU_LIMIT,
        loop=max(measured.lag / (LAG_LIMIT * parts), measured.pass_seconds / PASS_LIMIT),
        egress=egress,
        memory=max(tcp, short, 0.0),
    )


def share(egress_mbit: int | None, workers: int) -> float | None:
    """Return the bits a second that one of so many workers may send; None: no ceiling."""
    return None if egress_mbit is None else egress_mbit * 1e6 / workers


def waited(schedstat: str) -> float:
    """Return the seconds that a thread has waited for a processor, from its `schedstat`."""
    return _number(schedstat.split(), 1) / 1e9


def tcp_pages(sockstat: str) -> int:
    """Return the pages that TCP uses, from `/proc/net/sockstat`."""
    for line in sockstat.splitlines():
        words = line.split()
        if words[:1] == ["TCP:"] and "mem" in words:
            return _number(words, words.index("mem") + 1)
    raise Malformed("This is no sockstat.")


def tcp_ceiling(tcp_mem: str) -> int:
    """Return from how many pages on the kernel saves, from `tcp_mem`: low, pressure, high."""
    return _number(tcp_mem.split(), 1)


def available(meminfo: str) -> float:
    """Return the share of the memory that is available, from `/proc/meminfo`."""
    sizes = {}
    for line in meminfo.splitlines():
        name, _, rest = line.partition(":")
        if name in ("MemTotal", "MemAvailable"):
            sizes[name] = _number(rest.split(), 0)
    if len(sizes) < 2 or not sizes["MemTotal"]:
        raise Malformed("This is no meminfo.")
    return min(1.0, sizes["MemAvailable"] / sizes["MemTotal"])


def _number(words: list[str], at: int) -> int:
    try:
        return int(words[at])
    except (IndexError, ValueError) as error:
        raise Malformed("This is no number of the kernel's.") from error
