"""A shell: reads one machine's limits out of /proc and /sys, and decides nothing."""

import os
import platform
import socket
from contextlib import suppress
from pathlib import Path

from fullhouse.capacity import proc
from fullhouse.capacity.machine import Machine

ROOT = Path("/")


def read_machine(
    running: int | None = None, outward: str = "127.0.0.1", root: Path = ROOT
) -> Machine:
    """Return what the machine has.

    Args:
        outward: an address of this machine's own; firewalls often leave loopback out.
        running: the process id of an `up` on this machine; its workers' limits are the ones that
            count, not those of the shell that asks.
        root: where /proc and /sys are.
    """
    sys = root / "proc/sys"
    memory = proc.fields(_text(root / "proc/meminfo"))
    limits, of = _limits(running, root)
    first_last = proc.numbers(_text(sys / "net/ipv4/ip_local_port_range")) or ()
    pages = proc.numbers(_text(sys / "net/ipv4/tcp_mem")) or ()
    granted, free = _granted(root, memory)
    files = proc.numbers(_text(sys / "fs/file-nr"))
    follows, followed = _conntrack(sys / "net/netfilter/nf_conntrack_count", outward)
    return Machine(
        model=proc.model(_text(root / "proc/cpuinfo")) or platform.machine(),
        kernel=platform.release(),
        cores=_cores(root),
        memory=granted,
        memory_free=free,
        page=os.sysconf("SC_PAGE_SIZE"),
        open_files=limits[1] if limits else None,
        open_files_of=of,
        nr_open=proc.number(_text(sys / "fs/nr_open")),
        file_max=proc.number(_text(sys / "fs/file-max")),
        files_open=files[0] if files else None,
        somaxconn=proc.number(_text(sys / "net/core/somaxconn")),
        syn_backlog=proc.number(_text(sys / "net/ipv4/tcp_max_syn_backlog")),
        syncookies=proc.number(_text(sys / "net/ipv4/tcp_syncookies")),
        conntrack_max=proc.number(_text(sys / "net/netfilter/nf_conntrack_max")),
        conntrack_count=followed,
        conntrack_follows=follows,
        ports=(first_last[0], first_last[1]) if len(first_last) == 2 else None,
        tcp_pages=(pages[0], pages[1], pages[2]) if len(pages) == 3 else None,
        tcp_pages_used=proc.socket_pages(_text(root / "proc/net/sockstat")),
        card_mbit=_card(root),
    )


def _text(path: Path) -> str:
    """Return what a small file holds; nothing where it cannot be read."""
    with suppress(OSError, UnicodeDecodeError):
        return path.read_text()
    return ""


def _limits(running: int | None, root: Path) -> tuple[tuple[int, int] | None, str]:
    """Return soft and hard limit of open files, and whose they are."""
    for child in edges_of(running, root):
        if limits := proc.open_files(_text(root / f"proc/{child}/limits")):
            return limits, "the running workers'"
    return proc.open_files(_text(root / "proc/self/limits")), "this shell's"


def edges_of(running: int | None, root: Path = ROOT) -> list[int]:
    """Return the process ids of the edge workers that an `up` has started."""
    if running is None:
        return []
    children = proc.numbers(_text(root / f"proc/{running}/task/{running}/children")) or ()
    return [child for child in children if "edge" in _words(root, child)]


def _words(root: Path, pid: int) -> list[str]:
    return _text(root / f"proc/{pid}/cmdline").split("\0")


def _cores(root: Path) -> float:
    here = len(os.sched_getaffinity(0))
    granted = proc.cores_of(_text(_group(root) / "cpu.max"))
    return here if granted is None else min(here, granted)


def _group(root: Path) -> Path:
    path = proc.cgroup(_text(root / "proc/self/cgroup"))
    return root / "sys/fs/cgroup" / path.strip("/")


def _granted(root: Path, memory: dict[str, int]) -> tuple[int | None, int | None]:
    """Return the bytes that we may use, and those that are free: a container may grant fewer."""
    if "MemTotal" not in memory or "MemAvailable" not in memory:
        return None, None
    whole, free = memory["MemTotal"] * 1024, memory["MemAvailable"] * 1024
    group = _group(root)
    most, used = proc.limit(_text(group / "memory.max")), proc.number(
        _text(group / "memory.current")
    )  # fmt: skip
    if most is None or most >= whole:
        return whole, free
    return most, max(0, min(free, most - (used or 0)))


def _conntrack(counter: Path, outward: str) -> tuple[bool, int | None]:
    """Return whether a connection made just now is followed, and how many are."""
    before = proc.number(_text(counter))
    if before is None:
        return False, None
    family = socket.AF_INET6 if ":" in outward else socket.AF_INET
    with suppress(OSError), socket.socket(family) as listener, socket.socket(family) as caller:
        listener.bind((outward, 0))
        listener.listen(1)
        caller.settimeout(1)
        caller.connect(listener.getsockname())
        return (proc.number(_text(counter)) or 0) > before, before
    return False, before


def _card(root: Path) -> int | None:
    """Return the speed of the slowest card that is up and says one."""
    speeds = []
    for card in sorted(root.glob("sys/class/net/*")):
        speed = proc.number(_text(card / "speed"))
        if speed is not None and speed > 0 and _text(card / "operstate").strip() == "up":
            speeds.append(speed)
    return min(speeds, default=None)
