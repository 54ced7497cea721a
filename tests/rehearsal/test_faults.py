"""Honesty: what is broken on purpose turns GO into NO-GO and is named, in verdict and report.

Real edge workers, a real nginx, real connections. Beside each fault the same setting without it is
rehearsed at the same time, and is a GO: so it is the fault that is seen, and not the setting.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fullhouse.rehearsal.verdict import Kind
from fullhouse.wire import RoomState
from tests.edge.stand import stage
from tests.rehearsal.rehearsing import ROOM, Rehearsal
from tests.rehearsal.served import COLLECTING, Settings, nginx_before, queue_before, worker
from tests.servers import nats_server

SETTLES = 0.5
"""Seconds in which a worker hears of the room."""


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[str]:
    """A bus of one's own, on which there is a live room."""
    with nats_server(tmp_path) as url:
        async with stage(url, ROOM) as house:
            await house.say(RoomState.LIVE, keep=True)
            yield url


async def both(well: Rehearsal, faulty: Rehearsal) -> dict[str, Any]:
    """Return what the faulty setting's rehearsal says; the other one is a GO."""
    good, bad = await asyncio.gather(asyncio.to_thread(well.wait), asyncio.to_thread(faulty.wait))
    assert good["call"] == "GO", good["sentence"]
    assert bad["call"] == "NO-GO"
    assert bad["reasons"][0]["sentence"] in bad["page"].replace("&#x27;", "'")
    return bad


def named(record: dict[str, Any]) -> list[str]:
    """Return the causes that are named."""
    return [reason["kind"] for reason in record["reasons"] if reason["cause"]]


async def test_an_edge_that_may_open_few_files_is_named(bus: str) -> None:
    """1,024 files are a usual limit: some 900 listeners get in, and nobody else."""
    with worker(Settings(bus)) as edge, worker(Settings(bus, "edge-1", files=1_024)) as tight:
        await asyncio.sleep(SETTLES)
        record = await both(Rehearsal(edge.port, 1_200, 3, 3), Rehearsal(tight.port, 1_200, 3, 3))
    assert named(record) == [Kind.FILE_LIMIT]
    assert record["limit"]["measured"]
    assert 800 <= record["limit"]["at"] <= 1_000


async def test_joins_that_wait_for_each_other_are_named(bus: str) -> None:
    """0.2 s each in the way in: the 100 who come within 3 s would need 20."""
    with (
        worker(Settings(bus)) as edge,
        queue_before(edge.port, 0.0) as free,
        queue_before(edge.port, 0.2) as locked,
    ):
        await asyncio.sleep(SETTLES)
        record = await both(Rehearsal(free, 100, 3, 6), Rehearsal(locked, 100, 3, 6))
    assert named(record) == [Kind.SERIAL_JOINS]
    assert "one after another, 0.2" in record["sentence"]


async def test_an_edge_worker_that_is_stopped_is_named(bus: str) -> None:
    """One of two: its listeners fall silent together, and new ones get no answer."""
    with (
        worker(Settings(bus, "edge-a")) as one,
        worker(Settings(bus, "edge-b", port=one.port)),
        worker(Settings(bus, "edge-c")) as three,
        worker(Settings(bus, "edge-d", port=three.port)) as four,
    ):
        await asyncio.sleep(SETTLES)
        well, faulty = Rehearsal(one.port, 200, 2, 6), Rehearsal(three.port, 200, 2, 6)
        await asyncio.to_thread(faulty.wait_for_all)
        four.pause()
        record = await both(well, faulty)
    assert named(record) == [Kind.WORKER_STOPPED]
    assert record["sentence"].startswith("edge-d stopped: from ")


async def test_a_proxy_that_collects_sound_is_named(bus: str, tmp_path: Path) -> None:
    """A real nginx that may not be told otherwise, against one that passes sound on as it comes."""
    with (
        worker(Settings(bus)) as edge,
        nginx_before(edge.port, tmp_path / "good", "proxy_buffering off;") as passing,
        nginx_before(edge.port, tmp_path / "bad", COLLECTING) as collecting,
    ):
        await asyncio.sleep(SETTLES)
        record = await both(Rehearsal(passing, 100, 2, 7), Rehearsal(collecting, 100, 2, 7))
    assert named(record) == [Kind.BUFFERING]
    assert "the answers name nginx/" in record["sentence"]
