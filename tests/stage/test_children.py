"""Processes that are stages, or wait to be."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from fullhouse.stage.children import Child, adopt, end_all, start_waiting

NO_BUS = "nats://127.0.0.1:1"


async def test_a_waiting_child_runs_until_it_is_ended() -> None:
    child = await start_waiting(NO_BUS)
    assert child.running
    child.kill(signal.SIGKILL)
    await asyncio.wait_for(child.ended(), 5)
    assert not child.running
    child.kill(signal.SIGKILL)


async def test_a_running_stage_is_adopted_and_its_end_is_seen() -> None:
    """Through a pidfd: it is not our child any more after the node was started again."""
    own = await start_waiting(NO_BUS)
    born = Path(f"/proc/{own.pid}/cmdline")
    while not born.read_bytes():  # noqa: ASYNC110 - for a moment; the kernel tells nobody
        await asyncio.sleep(0.01)
    adopted = adopt(own.pid)
    assert adopted is not None
    own.kill(signal.SIGKILL)
    await asyncio.wait_for(adopted.ended(), 5)
    await own.ended()


async def test_a_process_that_is_no_stage_is_not_adopted() -> None:
    """Pids are given again: what a late message names may be anything."""
    assert adopt(os.getpid()) is None
    assert adopt(2**22 - 1) is None


async def test_a_process_that_is_gone_is_no_child() -> None:
    with pytest.raises(ProcessLookupError):
        Child(2**22 - 1)


async def test_all_are_ended_and_who_does_not_listen_is_killed() -> None:
    deaf = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", deaf, stdout=PIPE)
    assert process.stdout is not None
    await process.stdout.readline()
    children = [await start_waiting(NO_BUS), Child(process.pid, process)]
    told: list[str] = []
    await asyncio.wait_for(end_all(children, 0.5, told.append), 10)
    assert not any(child.running for child in children)
    assert told == [f"stage {process.pid} does not end by itself"]
