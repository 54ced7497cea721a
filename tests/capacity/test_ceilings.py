"""Each limit stops the machine at a number of listeners, and raising it raises the number."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.capacity.ceilings import Use, machine_checks
from fullhouse.capacity.check import Check, Verdict
from fullhouse.capacity.figures import TYPICAL
from fullhouse.capacity.machine import Machine
from tests.capacity.made import FIGURES, MACHINE

USE = Use(workers=2, arrive_within=60, listeners=0)
FIREWALLED = replace(MACHINE, conntrack_max=262_144, conntrack_count=12, conntrack_follows=True)
LIMITS: dict[str, Callable[[int], Machine]] = {
    "open files per worker": lambda most: replace(MACHINE, open_files=most),
    "open files of the whole machine": lambda most: replace(MACHINE, file_max=most),
    "connections that wait to be let in": lambda most: replace(MACHINE, somaxconn=most),
    "connections that the firewall follows": lambda most: replace(FIREWALLED, conntrack_max=most),
    "memory": lambda most: replace(MACHINE, memory_free=most),
    "network card": lambda most: replace(MACHINE, card_mbit=most),
    "the kernel's memory for TCP": lambda most: replace(MACHINE, tcp_pages=(1, 2, most)),
}


def check_of(machine: Machine, name: str, use: Use = USE) -> Check:
    return next(one for one in machine_checks(machine, FIGURES, use) if one.name == name)


@pytest.mark.parametrize("name", LIMITS)
@given(low=st.integers(1, 10**7), more=st.integers(0, 10**7))
def test_a_higher_limit_never_stops_earlier(name: str, low: int, more: int) -> None:
    at = [check_of(LIMITS[name](most), name).at for most in (low, low + more)]
    assert at[0] is not None
    assert at[1] is not None
    assert 0 <= at[0] <= at[1]


@given(st.integers(1, 255), st.floats(1, 3_600), st.floats(1, 10))
def test_more_workers_and_more_time_never_stop_earlier(
    workers: int, seconds: float, times: float
) -> None:
    few = Use(workers, seconds, 0)
    more = Use(workers + 1, seconds * times, 0)
    for name in ("open files per worker", "connections that wait to be let in", "processor"):
        assert (check_of(MACHINE, name, few).at or 0) <= (check_of(MACHINE, name, more).at or 0)


def test_a_shell_with_the_usual_limit_is_named_first_with_its_remedies() -> None:
    """1,024 open files: what a rehearsal would run into first."""
    small = replace(MACHINE, open_files=1_024)
    worst = min(
        (one for one in machine_checks(small, FIGURES, USE) if one.at is not None),
        key=lambda one: one.at or 0,
    )
    assert worst.name == "open files per worker"
    assert worst.at == 2 * (1_024 - 110 - 25)
    assert "in a systemd unit: LimitNOFILE=1048576" in worst.remedy


def test_remedies_are_large_enough_for_the_audience() -> None:
    use = Use(2, 60, 5_000_000)
    files = check_of(MACHINE, "open files of the whole machine", use)
    assert int(files.remedy[0].rpartition("=")[2]) >= 5_000_000
    pages = check_of(MACHINE, "the kernel's memory for TCP", use).remedy[0].split()[-1]
    raised = replace(MACHINE, tcp_pages=(1, 2, int(pages.strip('"'))))
    assert (check_of(raised, "the kernel's memory for TCP", use).at or 0) >= 5_000_000


def test_a_short_queue_is_told_to_be_longer() -> None:
    check = check_of(replace(MACHINE, somaxconn=128), "connections that wait to be let in")
    assert check.at == 128 * 2 * 60 / 2
    assert "sysctl -w net.core.somaxconn=4096" in check.remedy


def test_without_syn_cookies_the_shorter_queue_counts() -> None:
    bare = replace(MACHINE, syncookies=0, syn_backlog=256)
    assert check_of(bare, "connections that wait to be let in").at == 256 * 2 * 60 / 2


def test_a_firewall_that_follows_nothing_stops_nobody() -> None:
    name = "connections that the firewall follows"
    assert check_of(MACHINE, name).verdict is Verdict.OK
    idle = replace(FIREWALLED, conntrack_count=0, conntrack_follows=False)
    assert check_of(idle, name).verdict is Verdict.OK
    assert check_of(FIREWALLED, name).at == 262_144 - 12


def test_what_cannot_be_read_is_said_to_be_not_checked() -> None:
    blind = replace(
        MACHINE, open_files=None, nr_open=None, file_max=None, somaxconn=None, ports=None,
        tcp_pages=None, memory_free=None, card_mbit=None,
    )  # fmt: skip
    verdicts = {one.name: one.verdict for one in machine_checks(blind, TYPICAL, USE)}
    for name in ("connections that the firewall follows", "egress ceiling"):
        assert verdicts.pop(name) is Verdict.OK
    assert set(verdicts.values()) == {Verdict.NOT_CHECKED}


def test_a_processor_is_judged_only_by_what_was_measured_on_it() -> None:
    (check,) = (o for o in machine_checks(MACHINE, TYPICAL, USE) if o.name == "processor")
    assert check.verdict is Verdict.NOT_CHECKED


def test_unlimited_files_are_no_limit() -> None:
    endless = replace(MACHINE, open_files=1 << 62, file_max=1 << 63)
    assert "unlimited" in check_of(endless, "open files per worker").found
    assert check_of(endless, "open files of the whole machine").verdict is Verdict.OK


def test_running_workers_know_their_places_themselves() -> None:
    assert check_of(MACHINE, "open files per worker", replace(USE, places=1_234)).at == 1_234


def test_an_egress_ceiling_counts_as_it_is_set() -> None:
    assert check_of(MACHINE, "egress ceiling").verdict is Verdict.OK
    (few, many) = (
        check_of(MACHINE, "egress ceiling", replace(USE, egress_mbit=mbit)).at or 0
        for mbit in (100, 1_000)
    )
    assert 1_000 < few < 1_500
    assert many == pytest.approx(few * 10, rel=0.01)


def test_ports_matter_to_a_rehearsal_from_here() -> None:
    name = "ports for outgoing connections"
    assert check_of(MACHINE, name).verdict is Verdict.OK
    check = check_of(MACHINE, name, replace(USE, listeners=100_000))
    assert check.verdict is Verdict.WARNING
    assert 'sysctl -w net.ipv4.ip_local_port_range="1024 65535"' in check.remedy
