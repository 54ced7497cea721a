"""What a machine allows, before anybody comes: how many listeners each of its limits lets in."""

import re
import resource
import socket
from dataclasses import dataclass
from math import ceil, sqrt
from pathlib import Path
from typing import Final

from fullhouse.edge.limits import Capacity

KERNEL_BYTES: Final = 9_700
"""Of both ends of a connection; measured by `python -m bench listening`."""
USER_BYTES: Final = 500
WORKER_BYTES: Final = 50_000_000
REST_BYTES: Final = 1_500_000_000
"""For the system, the bus, the stage, and what is on its way."""
WORKERS_AT_MOST: Final = 256


@dataclass(frozen=True, slots=True)
class Ceiling:
    """One limit.

    Attributes:
        allows: listeners.
    """

    name: str
    is_now: str
    allows: int


def files_per_process() -> int:
    """Return how many files a process may open at the most."""
    return min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 1_048_576)


def fair_share(files: int) -> int:
    """Return how many listeners a worker gets on average, so that none is full by chance.

    The kernel deals connections out at random: five standard deviations are left free.
    """
    most = Capacity.below(files).most
    return int(most - 5 * sqrt(most))


def workers_for(listeners: int) -> int:
    """Return how many edge workers so many listeners take."""
    return max(2, ceil(listeners / fair_share(files_per_process())))


def number(path: str, at: int = 0) -> int | None:
    """Return a number that the kernel tells, or None if it does not."""
    try:
        return int(Path(path).read_text().split()[at])
    except (OSError, ValueError, IndexError):
        return None


def available_bytes() -> int:
    """Return the memory that can be had without swapping."""
    text = Path("/proc/meminfo").read_text()
    return int(re.findall(r"^MemAvailable:\s+(\d+)", text, re.M)[0]) * 1024


def connections_are_tracked() -> bool:
    """True if the kernel keeps a list of this machine's own connections, which may be full."""
    with (
        socket.create_server(("127.0.0.1", 0)) as door,
        socket.create_connection(door.getsockname()),
    ):
        return bool(number("/proc/sys/net/netfilter/nf_conntrack_count"))


def ceilings() -> list[Ceiling]:
    """Return every limit that is known, the lowest first."""
    files, share = files_per_process(), fair_share(files_per_process())
    memory = available_bytes()
    each = KERNEL_BYTES + USER_BYTES + WORKER_BYTES / share
    found = [
        Ceiling("files per process", f"{files:,}", share * WORKERS_AT_MOST),
        Ceiling("memory", f"{memory / 2**30:.1f} GiB", int((memory - REST_BYTES) / each)),
    ]
    if (most := number("/proc/sys/fs/file-max")) is not None:
        used = number("/proc/sys/fs/file-nr") or 0
        found.append(Ceiling("fs.file-max, two each", f"{most:,}", (most - used - 20_000) // 2))
    most = number("/proc/sys/net/netfilter/nf_conntrack_max")
    if most is not None and connections_are_tracked():
        found.append(Ceiling("nf_conntrack_max", f"{most:,}", most))
    return sorted(found, key=lambda one: one.allows)
