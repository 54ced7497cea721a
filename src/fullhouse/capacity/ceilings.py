"""A core: at how many listeners each of a machine's limits stops it, and what raises the limit.

Source: ip-sysctl.rst, fs.rst and nf_conntrack-sysctl.rst of the Linux kernel.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fullhouse.capacity.check import Check, ceiling, fine, not_checked, warning
from fullhouse.capacity.figures import Figures
from fullhouse.capacity.load import (
    BUSY_AT_MOST,
    CADENCES,
    CARD_AT_MOST,
    MEMORY_AT_MOST,
    PEAK,
    STALLED,
    load,
    places,
    slowest,
)
from fullhouse.capacity.machine import Machine
from fullhouse.capacity.proc import UNLIMITED

BACKLOG: Final = 4_096
"""What a worker asks for; the kernel grants no more than somaxconn."""
HALT: Final = 1.0
"""Seconds for which a worker may be held up while people arrive, and nobody is turned away."""
ASKS_FOR: Final = 1_048_576
"""Open files that a worker asks for at the most."""
WORKERS_AT_MOST: Final = 256


@dataclass(frozen=True, slots=True)
class Use:
    """How the machine is to be used.

    Attributes:
        workers: edge workers.
        arrive_within: seconds in which the whole audience comes.
        listeners: that are wanted; remedies are dimensioned for them.
        already: listeners that are there now and hold files and memory already.
        places: of the running workers together, as they say themselves; 0: they do not.
        egress_mbit: what all workers together may send, as set; None: no ceiling.
    """

    workers: int
    arrive_within: float
    listeners: int
    already: int = 0
    places: int = 0
    egress_mbit: int | None = None


def machine_checks(machine: Machine, figures: Figures, use: Use) -> list[Check]:
    """Return what every limit of the kernel and the hardware comes to."""
    checks: tuple[Callable[[Machine, Figures, Use], Check], ...] = (
        _open_files, _nr_open, _file_max, _backlog, _conntrack, _ports, _tcp_memory, _memory,
        _processor, _card, _egress,
    )  # fmt: skip
    return [check(machine, figures, use) for check in checks]


def _wanted(use: Use, at: float) -> int:
    """Return for how many listeners a remedy should do: at least for twice what there is."""
    return max(use.listeners, int(at) * 2)


def _round_up(count: float) -> int:
    """Return a round number above: people type these."""
    step = int("1".ljust(len(str(int(count))) - 1, "0"))
    return (int(count) // step + 1) * step


def _open_files(machine: Machine, _: Figures, use: Use) -> Check:
    name = "open files per worker"
    if machine.open_files is None:
        return not_checked(name, "/proc/self/limits does not say")
    least = min(machine.open_files, ASKS_FOR)
    at = use.places or places(least) * use.workers
    said = "unlimited" if machine.open_files >= UNLIMITED else f"{machine.open_files:,}"
    found = f"{said} ({machine.open_files_of}) × {use.workers} workers, but for some of their own"
    workers = -(-_wanted(use, at) // places(least))
    remedy = []
    if machine.open_files < ASKS_FOR:
        remedy += [f"in a systemd unit: LimitNOFILE={ASKS_FOR}",
                   f"in a shell, as root: ulimit -n {ASKS_FOR}",
                   f"in Docker: --ulimit nofile={ASKS_FOR}:{ASKS_FOR}"]  # fmt: skip
    if workers <= WORKERS_AT_MOST:
        remedy.append(f"or with more workers: fullhouse up --workers {workers}")
    return ceiling(name, at, found, *remedy)


def _nr_open(machine: Machine, _: Figures, use: Use) -> Check:
    name = "what a process's limit can be raised to"
    if machine.nr_open is None:
        return not_checked(name, "/proc/sys/fs/nr_open cannot be read")
    at = places(min(machine.nr_open, ASKS_FOR)) * use.workers
    if machine.nr_open >= ASKS_FOR:
        return fine(name, f"fs.nr_open {machine.nr_open:,}: all that a worker asks for")
    found = f"fs.nr_open {machine.nr_open:,} × {use.workers} workers"
    return ceiling(name, at, found, f"sysctl -w fs.nr_open={ASKS_FOR}")


def _file_max(machine: Machine, _: Figures, use: Use) -> Check:
    name = "open files of the whole machine"
    if machine.file_max is None or machine.files_open is None:
        return not_checked(name, "/proc/sys/fs/file-max cannot be read")
    if machine.file_max >= UNLIMITED:
        return fine(name, "no limit")
    at = use.already + machine.file_max - machine.files_open
    found = f"fs.file-max {machine.file_max:,}, {machine.files_open:,} in use"
    files = _round_up(_wanted(use, at) + machine.files_open)
    return ceiling(name, at, found, f"sysctl -w fs.file-max={files}")


def _backlog(machine: Machine, _: Figures, use: Use) -> Check:
    name = "connections that wait to be let in"
    if machine.somaxconn is None:
        return not_checked(name, "/proc/sys/net/core/somaxconn cannot be read")
    each = min(BACKLOG, machine.somaxconn)
    if machine.syncookies == 0 and machine.syn_backlog is not None:
        each = min(each, machine.syn_backlog)
    a_second = each * use.workers / HALT
    at = a_second * use.arrive_within / PEAK
    found = (
        f"{each:,} × {use.workers} workers: {a_second:,.0f} joins a second while one is held up for"
        f" {HALT:.0f} s; all arrive within {use.arrive_within:g} s, the busiest second"
        f" {PEAK:g} × the average"
    )
    workers = -(-int(_wanted(use, at) * PEAK / use.arrive_within * HALT) // BACKLOG)
    remedy = []
    if machine.somaxconn < BACKLOG:
        remedy.append(f"sysctl -w net.core.somaxconn={BACKLOG}")
    if machine.syncookies == 0:
        remedy.append("sysctl -w net.ipv4.tcp_syncookies=1")
    if use.workers < workers <= WORKERS_AT_MOST:
        remedy.append(f"or with more workers: fullhouse up --workers {workers}")
    return ceiling(name, at, found, *remedy)


def _conntrack(machine: Machine, _: Figures, use: Use) -> Check:
    name = "connections that the firewall follows"
    if machine.conntrack_max is None or machine.conntrack_count is None:
        return fine(name, "connection tracking is not loaded")
    at = use.already + machine.conntrack_max - machine.conntrack_count
    found = f"nf_conntrack_max {machine.conntrack_max:,}, {machine.conntrack_count:,} in use"
    if not machine.conntrack_follows and machine.conntrack_count == 0:
        return fine(name, f"{found}; loaded, but no rule makes it follow connections now")
    wanted = _round_up(_wanted(use, at) * 1.2 + machine.conntrack_count)
    return ceiling(
        name, at, found,
        f"sysctl -w net.netfilter.nf_conntrack_max={wanted}",
        "or let the edge port pass untracked: nft add rule inet raw prerouting tcp dport 8000 "
        "notrack (and tcp sport 8000 in output)",
    )  # fmt: skip


def _ports(machine: Machine, _: Figures, use: Use) -> Check:
    name = "ports for outgoing connections"
    if machine.ports is None:
        return not_checked(name, "/proc/sys/net/ipv4/ip_local_port_range cannot be read")
    first, last = machine.ports
    count = last - first + 1
    found = (
        f"{first}-{last}: {count:,} connections to one address. Listeners from elsewhere do not"
        " need them; a proxy on this machine, and a rehearsal from it, need one a listener"
    )
    if use.listeners <= count:
        return fine(name, found)
    return warning(
        name, found, 'sysctl -w net.ipv4.ip_local_port_range="1024 65535"',
        "and beyond 64,000: several addresses for the edge, or rehearse from several machines",
    )  # fmt: skip


def _tcp_memory(machine: Machine, figures: Figures, use: Use) -> Check:
    name = "the kernel's memory for TCP"
    if machine.tcp_pages is None or machine.tcp_pages_used is None:
        return not_checked(name, "/proc/sys/net/ipv4/tcp_mem cannot be read")
    each = load(figures, "aac", CADENCES[0]).buffers
    most = machine.tcp_pages[2] * machine.page
    used = 0 if use.already else machine.tcp_pages_used * machine.page
    at = (most - used) / each
    found = (
        f"tcp_mem allows {most / 1e9:.2f} GB; {each / 1000:.1f} kB a listener, of which"
        f" {STALLED:.0%} stall. {most / figures.stalled:,.0f} stalled ones would fill it"
    )
    pages = _round_up(_wanted(use, at) * each / machine.page)
    line = f'sysctl -w net.ipv4.tcp_mem="{pages // 2} {pages * 3 // 4} {pages}"'
    return ceiling(name, at, found, line)


def _memory(machine: Machine, figures: Figures, use: Use) -> Check:
    name = "memory"
    if machine.memory_free is None:
        return not_checked(name, "/proc/meminfo cannot be read")
    one = load(figures, "aac", CADENCES[0])
    each = one.user + one.kernel
    at = use.already + (machine.memory_free * MEMORY_AT_MOST - use.workers * figures.worker) / each
    found = (
        f"{machine.memory_free / 1e9:.1f} GB free, of which {MEMORY_AT_MOST:.0%} are planned for;"
        f" {figures.worker / 1e6:.0f} MB a worker, {each / 1000:.1f} kB a listener"
    )
    needed = (_wanted(use, at) * each + use.workers * figures.worker) / MEMORY_AT_MOST
    return ceiling(name, at, found, f"a machine with {needed / 1e9:.0f} GB free, or more machines")


def _processor(machine: Machine, figures: Figures, use: Use) -> Check:
    name = "processor"
    if not figures.measured:
        return not_checked(name, "not measured on this machine yet", "fullhouse plan measures it")
    cores = min(machine.cores, use.workers) * BUSY_AT_MOST
    slow = slowest(figures, "aac")
    shortest, longest = (cores / load(figures, "aac", one).cores for one in (CADENCES[0], slow))
    found = (
        f"{cores:.1f} cores' worth of {machine.cores:g}: {shortest:,.0f} listeners with a send each"
        f" {CADENCES[0] * 0.32:.2f} s, {longest:,.0f} with one each {slow * 0.32:.2f} s"
    )
    remedy = ["more machines: fullhouse plan --listeners N says how many"]
    if use.workers < machine.cores:
        remedy.insert(0, f"a worker for each core: fullhouse up --workers {int(machine.cores)}")
    return ceiling(name, longest, found, *remedy)


def _card(machine: Machine, figures: Figures, _: Use) -> Check:
    name = "network card"
    if machine.card_mbit is None:
        return not_checked(
            name, "no card says its speed: ask who runs the machine, and then fullhouse plan"
        )
    bits = load(figures, "aac", CADENCES[0]).bits
    at = machine.card_mbit * 1e6 * CARD_AT_MOST / bits
    found = (
        f"{machine.card_mbit:,} Mbit/s, of which {CARD_AT_MOST:.0%} are planned for;"
        f" {bits / 1000:.0f} kbit/s a listener of AAC with all that is around it"
    )
    return ceiling(name, at, found, "more machines, or a lower rendition")


def _egress(machine: Machine, figures: Figures, use: Use) -> Check:
    name = "egress ceiling"
    if use.egress_mbit is None:
        return fine(name, "none is set")
    bits = load(figures, "aac", CADENCES[0]).bits
    found = f"set to {use.egress_mbit:,} Mbit/s; {bits / 1000:.0f} kbit/s a listener of AAC"
    at = use.egress_mbit * 1e6 / bits
    return ceiling(name, at, found, "a higher --egress-mbit, if the line carries it")
