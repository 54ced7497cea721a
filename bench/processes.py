"""What a process takes: exact CPU time, memory; and what the kernel keeps for all sockets."""

import os
import re
import signal
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PAGE: Final = os.sysconf("SC_PAGE_SIZE")
SERVER_CORE: Final = 0
CROWD_CORE: Final = 1


def cpu(pids: Iterable[int]) -> float:
    """Return the CPU seconds that processes have used so far, all threads, in user and kernel.

    Nanoseconds from schedstat: the sum of user and system time is the same, in steps of 10 ms.
    """
    spent = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            try:
                spent += int((task / "schedstat").read_text().split()[0])
            except FileNotFoundError:
                spent += ticks(task)
    return spent / 1e9


def ticks(task: Path) -> int:
    """Return the CPU time of a task in nanoseconds, where the kernel keeps no schedstat."""
    fields = (task / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def rss(pids: Iterable[int]) -> int:
    """Return the memory that processes have in use, bytes."""
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE for pid in pids)


def pss(pids: Iterable[int]) -> int:
    """Return the memory that processes have in use, what they share counted once, bytes."""
    found = 0
    for pid in pids:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        found += int(re.findall(r"^Pss:\s+(\d+)", text, re.M)[0]) * 1024
    return found


def tcp_memory() -> int:
    """Return what lies in the buffers of all TCP sockets of this machine, bytes."""
    return _tcp("mem") * PAGE


def sockets() -> int:
    """Return how many TCP sockets of this machine are in use, both ends of a connection."""
    return _tcp("inuse")


def _tcp(name: str) -> int:
    for line in Path("/proc/net/sockstat").read_text().splitlines():
        if line.startswith("TCP:"):
            words = line.split()
            return int(words[words.index(name) + 1])
    return 0


def slab() -> int:
    """Return what the kernel keeps in small objects: sockets, files, what watches them; bytes."""
    return int(re.findall(r"^Slab:\s+(\d+)", Path("/proc/meminfo").read_text(), re.M)[0]) * 1024


def children(pid: int) -> list[int]:
    """Return the processes below a process, all generations."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except FileNotFoundError:
        return []
    below: list[int] = []
    for task in tasks:
        try:
            ids = [int(word) for word in (task / "children").read_text().split()]
        except FileNotFoundError:
            continue
        for one in ids:
            below += [one, *children(one)]
    return below


def on_core(core: int) -> None:
    """Keep this process, and those that it starts, on one core, where there is more than one."""
    if (os.cpu_count() or 1) > core and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {core})


@contextmanager
def process(
    command: Sequence[object],
    *,
    core: int | None = None,
    environment: dict[str, str] | None = None,
    stderr: int | None = None,
    folder: Path | None = None,
) -> Iterator["subprocess.Popen[str]"]:
    """Run a program while the block runs, its stdin and stdout piped, and end it after.

    Args:
        core: where it runs; None: anywhere.
    """
    started = subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        bufsize=1,
        cwd=folder,
        env=None if environment is None else {**os.environ, **environment},
    )
    if core is not None and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(started.pid, {core})
    try:
        yield started
    finally:
        if started.stdin is not None and not started.stdin.closed:
            started.stdin.close()
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
        if started.stdout is not None:
            started.stdout.close()
