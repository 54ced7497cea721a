"""A whole rehearsal against a real edge: all is found, and in the end nothing is left."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from fullhouse.errors import Refused
from fullhouse.rehearsal.conduct import Plan, check_ports, hardware, processes_for
from fullhouse.rehearsal.script import Script
from fullhouse.rehearsal.target import Target, read_link
from fullhouse.wire import RoomState
from tests.edge.alone import edge_process
from tests.edge.stand import Stage, stage

TOKEN = "north"


@pytest.mark.parametrize(
    ("listeners", "wanted", "processes"),
    [(300, 0, 1), (9_000, 0, 2), (1_000_000, 0, 51), (300, 4, 4), (30_000, 2, 2)],
)
def test_as_many_processes_as_it_takes(listeners: int, wanted: int, processes: int) -> None:
    """One more for each core only as long as there is work for it."""
    assert processes_for(listeners, wanted, files=19_800, cores=2) == processes


def test_too_few_processes_are_refused_before_anything_starts() -> None:
    with pytest.raises(Refused, match=r"need 51 processes.*19,800 files"):
        processes_for(1_000_000, 50, files=19_800, cores=2)


def plan(listeners: int, *, local: bool) -> Plan:
    link = read_link("http://192.0.2.1/demo")
    path = "/demo/live.mp4"
    target = Target(("192.0.2.1", 80), local, "192.0.2.1", "/demo", path, "/demo/hls", 0.0)
    return Plan("http://192.0.2.1/demo", link, target, Script(listeners, 10, 10))


def test_one_address_has_so_many_ports_and_no_more() -> None:
    """On one machine a crowd comes from many addresses; over a network from one."""
    check_ports(plan(1_000_000, local=True))
    check_ports(plan(10_000, local=False))
    with pytest.raises(Refused, match="machines at once"):
        check_ports(plan(1_000_000, local=False))


def test_the_machine_says_what_it_is() -> None:
    assert {"cores", "kernel", "memory GiB", "files per process"} <= hardware().keys()


async def known(port: int, house: Stage) -> str:
    """Make a live room; return its link once the edge knows it."""
    url = f"http://127.0.0.1:{port}/{house.slug}"
    await house.say(RoomState.LIVE, keep=True)
    async with asyncio.timeout(10), httpx.AsyncClient() as client:
        while (await client.get(f"{url}/state.json")).status_code != 200:  # noqa: ASYNC110 # asked
            await asyncio.sleep(0.02)
    return url


async def start(url: str, out: Path, *words: str, token: str = TOKEN) -> asyncio.subprocess.Process:
    """Start `fullhouse rehearse`."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "fullhouse", "rehearse", url, "--out", str(out), *words,
        env=os.environ | {"FULLHOUSE_REHEARSAL_TOKEN": token},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


def result(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "rehearsal.json").read_text())
    return found


async def test_a_small_crowd_hears_and_one_that_is_stopped_says_how_far_it_came(
    nats_url: str, tmp_path: Path
) -> None:
    """Two rehearsals at once: one to its end, one until Ctrl-C; and one that knows no token."""
    small = ["--listeners", "300", "--arrive-within", "2s", "--hold", "4s", "--pages", "0.2"]
    large = ["--listeners", "200", "--arrive-within", "2s", "--hold", "5m", "--processes", "3"]
    with edge_process(nats_url, "edge-rehearsed", token=TOKEN) as alone:
        async with stage(nats_url, "rehearsed") as house, asyncio.timeout(60):
            url = await known(alone.port, house)
            whole = await start(url, tmp_path / "whole", *small)
            stopped = await start(url, tmp_path / "stopped", *large)
            strange = await start(url, tmp_path, *small, token="south")
            _, line = await strange.communicate()
            assert strange.returncode == 1
            assert line.decode().count("\n") == 1
            assert "does not prove that it is yours" in line.decode()
            await asyncio.sleep(3)
            family = psutil.Process(stopped.pid).children(recursive=True)
            assert len(family) == 4
            stopped.send_signal(signal.SIGINT)
            told, _ = await stopped.communicate()
            assert stopped.returncode == 4, told
            said, shown = await whole.communicate()
    assert not [one for one in family if one.is_running()]
    told_whole = result(tmp_path / "whole")
    # A busy machine makes it VOID, or sound late: what else was found holds anyway.
    assert whole.returncode == told_whole["exit_code"], said + shown
    assert not told_whole["findings"]["troubles"]
    found = told_whole["findings"]
    assert (found["arrived"], found["joined"], found["complete"]) == (300, 300, True)
    assert found["ways"]["hls"] == pytest.approx(6, abs=2)
    assert found["page"]["count"] == pytest.approx(60, abs=4)
    assert found["parts_missing"] == 0
    assert found["followed"] > 280
    partial = result(tmp_path / "stopped")["findings"]
    assert not partial["complete"]
    assert (partial["joined"], partial["processes"]) == (200, 3)
    assert partial["longest_gap"]["count"] == 200
    assert (tmp_path / "stopped" / "rehearsal.html").read_text().startswith("<!doctype html>")
