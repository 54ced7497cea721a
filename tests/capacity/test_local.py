"""What was tried on the machine is judged: what works, what it costs, what to type."""

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.capacity.check import Verdict
from fullhouse.capacity.local import Disk, Ring, Timekeeping, Udp, clock, disk, ring, udp


def test_a_ring_that_works_is_well() -> None:
    assert ring(Ring(0, 0, False)).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("tried", "says"),
    [
        (Ring(errno.ENOSYS, None, False), "this kernel has none"),
        (Ring(errno.EPERM, 2, False), "kernel.io_uring_disabled is 2"),
        (Ring(errno.EPERM, 0, True), "seccomp"),
        (Ring(errno.ENOMEM, 0, False), "ENOMEM"),
        (Ring(99_999, None, False), "99999"),
    ],
)
def test_a_ring_that_does_not_says_why_and_what_it_costs(tried: Ring, says: str) -> None:
    check = ring(tried)
    assert check.verdict is Verdict.WARNING
    assert says in check.found
    assert "costs more" in check.found


def test_a_clock_that_is_kept_right() -> None:
    (check,) = clock(Timekeeping(0, 0.004, 0.1, 0.7))
    assert check.verdict is Verdict.OK
    assert "4 ms" in check.found


@pytest.mark.parametrize(
    ("told", "verdict", "says"),
    [
        (Timekeeping(None, 0, None, None), Verdict.NOT_CHECKED, "does not say"),
        (Timekeeping(64, 16, None, None), Verdict.WARNING, "unsynchronised"),
        (Timekeeping(0, 0.3, None, None), Verdict.WARNING, "0.30 s off"),
        (Timekeeping(0, 0, 2.5, None), Verdict.WARNING, "2.5 s off"),
        (Timekeeping(0, 0, None, -9.0), Verdict.WARNING, "differs from this one's by 9 s"),
    ],
)
def test_a_clock_that_may_be_wrong(told: Timekeeping, verdict: Verdict, says: str) -> None:
    first = clock(told)[0]
    assert first.verdict is verdict
    assert says in first.found


def test_a_folder_that_cannot_be_written_stops_everybody() -> None:
    check = disk(Disk("/data", "permission denied", 0, 0, 0))
    assert check.at == 0
    assert "permission denied" in check.found


def test_a_disk_that_is_full_or_slow() -> None:
    assert disk(Disk("/data", "", 50_000_000_000, 1e8, 0.005)).verdict is Verdict.OK
    assert disk(Disk("/data", "", 1_000_000, 1e8, 0.005)).verdict is Verdict.WARNING
    assert disk(Disk("/data", "", 50_000_000_000, 1e8, 0.5)).verdict is Verdict.WARNING


def test_sound_that_comes_in_and_sound_that_does_not() -> None:
    assert udp(Udp("192.0.2.2", 40, 3, 37)).verdict is Verdict.OK
    lost = udp(Udp("192.0.2.2", 40, 0, 0))
    assert lost.verdict is Verdict.WARNING
    assert "0 of 40" in lost.found
    assert udp(Udp("192.0.2.2", 40, 40, 0)).verdict is Verdict.NOT_CHECKED


def test_a_public_address_that_nothing_comes_back_from_was_not_checked() -> None:
    """Networks need not turn it around, and then nothing is known."""
    assert udp(Udp("192.0.2.9", 1, 0, 0, outside=True)).verdict is Verdict.NOT_CHECKED
    assert udp(Udp("192.0.2.9", 1, 0, 1, outside=True)).verdict is Verdict.OK


@given(st.integers(1, 100), st.integers(0, 100), st.integers(0, 100), st.booleans())
def test_nothing_is_well_unless_every_free_port_was_reached(
    ports: int, taken: int, came: int, outside: bool
) -> None:
    taken, came = min(taken, ports), min(came, max(0, ports - taken))
    check = udp(Udp("192.0.2.2", ports, taken, came, outside=outside))
    assert (check.verdict is Verdict.OK) == (0 < came == ports - taken)
