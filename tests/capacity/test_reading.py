"""A machine is read as its kernel shows it; what is not there is None."""

import os
from pathlib import Path

import pytest

from fullhouse.capacity.reading import edges_of, read_machine

FILES = {
    "proc/meminfo": "MemTotal: 1000 kB\nMemAvailable: 800 kB\n",
    "proc/cpuinfo": "model name : A processor\n",
    "proc/self/limits": "Max open files  1024  4096  files\n",
    "proc/self/cgroup": "0::/box\n",
    "proc/7/task/7/children": "8 9 10 ",
    "proc/8/cmdline": "python\0-m\0fullhouse\0house\0",
    "proc/9/cmdline": "python\0-m\0fullhouse\0edge\0--index\0000\0",
    "proc/9/limits": "Max open files  9000  9000  files\n",
    "proc/sys/fs/file-nr": "593\t0\t2466183\n",
    "proc/sys/net/ipv4/tcp_mem": "1\t2\t3\n",
    "proc/sys/net/netfilter/nf_conntrack_count": "5\n",
    "sys/fs/cgroup/box/memory.max": "500000\n",
    "sys/fs/cgroup/box/memory.current": "100000\n",
    "sys/fs/cgroup/box/cpu.max": "50000 100000\n",
    "sys/class/net/eth0/speed": "10000\n",
    "sys/class/net/eth0/operstate": "up\n",
    "sys/class/net/eth1/speed": "100\n",
    "sys/class/net/eth1/operstate": "down\n",
    "sys/class/net/eth2/speed": "-1\n",
    "sys/class/net/eth2/operstate": "up\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_container_has_what_it_is_granted(root: Path) -> None:
    machine = read_machine(root=root)
    assert (machine.cores, machine.memory, machine.memory_free) == (0.5, 500_000, 400_000)
    assert machine.model == "A processor"
    assert machine.tcp_pages == (1, 2, 3)
    assert (machine.files_open, machine.conntrack_count) == (593, 5)
    assert machine.conntrack_follows is False  # this counter does not count


def test_the_running_workers_limits_count_and_not_the_shells(root: Path) -> None:
    assert edges_of(7, root) == [9]
    running = read_machine(7, root=root)
    assert (running.open_files, running.open_files_of) == (9_000, "the running workers'")
    shell = read_machine(root=root)
    assert (shell.open_files, shell.open_files_of) == (4_096, "this shell's")


def test_only_cards_that_are_up_and_say_their_speed_count(root: Path) -> None:
    assert read_machine(root=root).card_mbit == 10_000


def test_a_machine_without_any_of_it(tmp_path: Path) -> None:
    machine = read_machine(root=tmp_path)
    assert machine.open_files is None
    assert machine.memory is None
    assert machine.tcp_pages is None
    assert machine.cores == len(os.sched_getaffinity(0))


def test_the_machine_that_this_runs_on() -> None:
    machine = read_machine()
    assert machine.memory is not None
    assert machine.memory_free is not None
    assert 0 < machine.memory_free <= machine.memory
    assert machine.somaxconn
    assert machine.open_files
