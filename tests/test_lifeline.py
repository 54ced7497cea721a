"""Whoever holds the lifeline's end learns that `up` is gone, and only then."""

import asyncio
import os
import subprocess
import sys
import time

import pytest

from fullhouse.lifeline import VARIABLE, held_lifeline, lifeline_closed, lifeline_fds

WAITS = "import asyncio; from fullhouse.lifeline import *; asyncio.run(lifeline_closed())"
READY = "import os; os.write(1, b'ready')"


async def quiet(*waits: asyncio.Task[None]) -> bool:
    """Return whether none of the tasks ends within 50 ms."""
    done, _ = await asyncio.wait(waits, timeout=0.05)
    return not done


async def test_without_an_up_the_lifeline_never_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    waiting = asyncio.create_task(lifeline_closed())
    assert lifeline_fds() == ()
    assert await quiet(waiting)
    waiting.cancel()


async def test_all_who_wait_learn_that_it_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two waits in one process do not take the news from each other."""
    with held_lifeline() as lifeline:
        monkeypatch.setenv(VARIABLE, str(lifeline.read))
        waits = [asyncio.create_task(lifeline_closed()) for _ in range(2)]
        assert await quiet(*waits)
        lifeline.cut()
        lifeline.cut()
        await asyncio.wait_for(asyncio.gather(*waits), 1)


async def test_a_wait_that_is_cancelled_leaves_no_descriptor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with held_lifeline() as lifeline:
        monkeypatch.setenv(VARIABLE, str(lifeline.read))
        waiting = asyncio.create_task(lifeline_closed())
        assert await quiet(waiting)
        waiting.cancel()
        await asyncio.wait([waiting])
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_number_that_was_not_passed_on_is_said_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that cannot learn of its end would outlive it: better that it does not start."""
    monkeypatch.setenv(VARIABLE, "987")
    with pytest.raises(RuntimeError, match="not passed on"):
        lifeline_fds()


def test_children_of_children_end_when_the_holder_is_killed() -> None:
    """kill -9 of the holder reaches all that inherited the lifeline, however deep."""
    child = (
        "import subprocess, sys; from fullhouse.lifeline import *\n"
        f"deep = [sys.executable, '-c', {READY + '; ' + WAITS!r}]\n"
        f"subprocess.Popen(deep, pass_fds=lifeline_fds()); {WAITS}"
    )
    holder = (
        "import os, subprocess, sys, time; from fullhouse.lifeline import *\n"
        "with held_lifeline() as lifeline:\n"
        "  env = os.environ | {VARIABLE: str(lifeline.read)}\n"
        f"  child = [sys.executable, '-c', {child!r}]\n"
        "  subprocess.Popen(child, pass_fds=[lifeline.read], env=env)\n"
        "  time.sleep(60)\n"
    )
    ours, theirs = os.pipe()
    up = subprocess.Popen(
        [sys.executable, "-c", holder],
        stdout=theirs,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    os.close(theirs)
    assert os.read(ours, 100) == b"ready"
    up.kill()
    up.wait()
    os.set_blocking(ours, False)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            # Each descendant holds the output open: its end says that all of them are gone.
            assert os.read(ours, 100) == b""
            break
        except BlockingIOError:
            time.sleep(0.02)
    else:
        pytest.fail("a child of a child outlived the holder")
    os.close(ours)
