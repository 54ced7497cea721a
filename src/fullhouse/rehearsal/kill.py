"""A shell: kills one edge worker of the `fullhouse up` on this machine, to see what becomes of
its listeners."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from fullhouse.errors import Refused


class NoWorker(Refused):
    code = "no_worker"


def edge_workers(up: int) -> list[int]:
    """Return the process ids of the edge workers that an `up` runs, the oldest first."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError, IndexError, ValueError):
                after_the_name = (entry / "stat").read_bytes().rpartition(b")")[2].split()
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if int(after_the_name[1]) == up and b"edge" in words and b"--index" in words:
                    found.append(int(entry.name))
    return sorted(found)


def kill_worker(up: int) -> int:
    """Kill one, as a crash would end it; return its process id.

    Raises:
        NoWorker: none runs there.
    """
    workers = edge_workers(up)
    if not workers:
        raise NoWorker("There is no edge worker of this machine's `fullhouse up` to kill.")
    os.kill(workers[0], signal.SIGKILL)
    return workers[0]
