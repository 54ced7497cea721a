"""One real calibration, short: a bus, an edge worker, parts, and a crowd on loopback."""

from pathlib import Path

import psutil
import pytest

from fullhouse.capacity.calibrate import (
    BELIEVABLE,
    EVENTS_AT_MOST,
    PACKET_AT_MOST,
    Voice,
    calibrate,
)
from fullhouse.capacity.figures import pack, unpack
from fullhouse.capacity.load import CADENCES, chunk_bytes
from fullhouse.capacity.measured import measured_worker
from fullhouse.edge.room import MAX_PACKET
from fullhouse.media import Rendition, unpack_part
from fullhouse.programme.events import MAX_EVENT_BYTES, MAX_EVENTS
from fullhouse.units import Micros
from fullhouse.up.nats import nats_server


async def test_a_worker_is_measured_and_gone_afterwards(tmp_path: Path) -> None:
    bus = nats_server(tmp_path, "")
    steps: list[str] = []
    with measured_worker(tmp_path, bus.command, bus.url, tmp_path, 32_768) as worker:
        figures = await calibrate(
            worker, bus.url, send_buffer=32_768, hardware={"cores": 2}, seconds=4,
            listeners=400, say=steps.append,
        )  # fmt: skip
    assert not psutil.pid_exists(worker.pid)
    assert len(steps) == len(CADENCES) + 3
    sizes = [size for size, _ in figures.sends]
    if not figures.disturbed:  # by a machine that is busy with other tests
        assert len(sizes) == len(CADENCES)
        for cadence, size in zip(CADENCES, sizes, strict=True):
            assert size == pytest.approx(chunk_bytes(figures, "aac", cadence), rel=0.2)
    assert 0.5 < figures.send(3_000) < 500
    assert 0 <= figures.join < 5_000
    assert figures.sender in {"uring", "write"}
    assert figures.kernel in BELIEVABLE
    assert 2_048 <= figures.stalled <= 6 * 32_768
    assert figures.listeners == 400
    assert unpack(pack(figures)) == figures


class NoBus:
    """Nobody: parts are only made here."""


@pytest.mark.parametrize("cadence", CADENCES)
def test_an_edge_takes_every_part_that_the_voice_speaks(cadence: int) -> None:
    """However large: within what an edge calls a part."""
    voice = Voice(NoBus(), Micros(0))  # type: ignore[arg-type]  # not spoken to
    part = unpack_part(voice.part(7, cadence))
    assert part.number == 7
    assert all(0 < len(p) <= min(PACKET_AT_MOST, MAX_PACKET) for p in part.packets[Rendition.AAC])
    assert len(part.events) <= min(EVENTS_AT_MOST + 1, MAX_EVENTS - 2)
    assert all(len(event) <= MAX_EVENT_BYTES for event in part.events)
