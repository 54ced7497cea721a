"""Machines, figures and boxes made up for tests."""

import struct
from dataclasses import replace

from hypothesis import strategies as st

from fullhouse.capacity.figures import TYPICAL, Figures
from fullhouse.capacity.machine import Machine

MACHINE = Machine(
    model="A processor",
    kernel="6.1.0",
    cores=2.0,
    memory=24_000_000_000,
    memory_free=20_000_000_000,
    page=4096,
    open_files=20_000,
    open_files_of="this shell's",
    nr_open=1_048_576,
    file_max=2_000_000,
    files_open=1_000,
    somaxconn=4_096,
    syn_backlog=2_048,
    syncookies=1,
    conntrack_max=None,
    conntrack_count=None,
    conntrack_follows=False,
    ports=(32_768, 60_999),
    tcp_pages=(280_000, 380_000, 570_000),
    tcp_pages_used=1_000,
    card_mbit=10_000,
)
FIGURES = replace(
    TYPICAL,
    measured="2026-11-22T20:00:00+00:00",
    seconds=19.2,
    listeners=3_000,
    hardware={"cpu": "A processor", "cores": 2.0},
)


@st.composite
def figures(draw: st.DrawFn) -> Figures:
    """Return figures of some machine: more bytes never cost less."""
    sizes = sorted(draw(st.sets(st.integers(500, 120_000), min_size=1, max_size=5)))
    steps = draw(st.lists(st.floats(0, 40), min_size=len(sizes), max_size=len(sizes)))
    sends, cost = [], draw(st.floats(0.5, 20))
    for size, step in zip(sizes, steps, strict=True):
        cost += step
        sends.append((size, cost))
    return replace(
        FIGURES,
        sends=tuple(sends),
        join=draw(st.floats(0, 500)),
        idle=draw(st.floats(0, 0.3)),
        part_extra=draw(st.integers(0, 2_000)),
        user=draw(st.integers(0, 10_000)),
        kernel=draw(st.integers(0, 50_000)),
        stalled=draw(st.integers(1, 4_000_000)),
        worker=draw(st.integers(0, 200_000_000)),
    )


def a_box(name: bytes, body: bytes) -> bytes:
    """Return an ISO BMFF box."""
    return struct.pack(">I4s", 8 + len(body), name) + body


def a_part(number: int, *events: bytes) -> bytes:
    """Return a part as it stands in a stream, as far as anybody looks."""
    told = b"".join(a_box(b"emsg", b"\1\0\0\0" + event) for event in events)
    tfdt = a_box(b"tfdt", b"\1\0\0\0" + struct.pack(">Q", number * 15_360))
    return told + a_box(b"moof", a_box(b"traf", tfdt)) + a_box(b"mdat", b"\x21" * 100)
