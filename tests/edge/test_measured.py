"""What a second of work says about a worker's limits."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge import measured
from fullhouse.edge.cadence import Pressure
from fullhouse.edge.measured import Ceilings, Measured, pressure
from fullhouse.errors import Malformed

SOCKSTAT = "sockets: used 112\nTCP: inuse 5 orphan 0 tw 3 alloc 7 mem 412\nUDP: inuse 1 mem 9\n"
MEMINFO = "MemTotal:       24000000 kB\nMemFree: 1 kB\nMemAvailable:   6000000 kB\n"


def test_a_second_in_which_nothing_happens_is_no_pressure() -> None:
    assert pressure(Measured(1.0), Ceilings(bits=1e6, tcp_pages=1000)) == Pressure()


def test_waiting_for_a_processor_counts_as_much_as_running() -> None:
    """Where others steal the processor, a worker runs less and needs it no less."""
    assert pressure(Measured(1.0, ran=0.75), Ceilings()).cpu == pytest.approx(1)
    assert pressure(Measured(2.0, ran=0.7, waited=0.8), Ceilings()).cpu == pytest.approx(1)


def test_the_loop_is_pressed_by_lag_or_by_passes_that_take_too_long() -> None:
    assert pressure(Measured(1.0, lag=0.06), Ceilings()).loop == pytest.approx(1)
    assert pressure(Measured(1.0, lag=0.18), Ceilings(), 3).loop == pytest.approx(1)
    assert pressure(Measured(1.0, pass_seconds=0.192), Ceilings()).loop == pytest.approx(1)


def test_the_line_is_shared_by_the_workers_and_carries_headers_too() -> None:
    bits = measured.share(10, 2)
    assert bits == 5e6
    assert measured.share(None, 2) is None
    sent = Measured(1.0, sent=round(5e6 / 8 / 1.06))
    assert pressure(sent, Ceilings(bits=bits)).egress == pytest.approx(1)
    assert pressure(sent, Ceilings()).egress == 0


def test_memory_is_the_kernels_for_connections_or_the_machines() -> None:
    assert pressure(Measured(1.0, tcp_pages=500), Ceilings(tcp_pages=1000)).memory == 0.5
    for available, expected in ((0.5, 0.0), (0.2, 0.0), (0.05, 1.0), (0.125, 0.5)):
        found = pressure(Measured(1.0, available=available), Ceilings())
        assert found.memory == pytest.approx(expected)


def test_what_the_kernel_says_is_read() -> None:
    assert measured.waited("1500000000 250000000 12\n") == 0.25
    assert measured.tcp_pages(SOCKSTAT) == 412
    assert measured.tcp_ceiling("189528\t252704\t379056\n") == 252_704
    assert measured.available(MEMINFO) == 0.25


@pytest.mark.parametrize(
    "read", [measured.waited, measured.tcp_pages, measured.tcp_ceiling, measured.available]
)
@given(text=st.text(max_size=40) | st.sampled_from(["TCP: mem", "MemTotal: 1 kB", "TCP: mem x"]))
def test_what_no_kernel_says_is_malformed(read: Callable[[str], float], text: str) -> None:
    """It is a number, or malformed; nothing else happens."""
    try:
        assert read(text) is not None
    except Malformed:
        return
