"""Work runs until it is done, or told to end, or alone; and then it ends in time."""

import os
import signal
import subprocess
import sys
import time

import pytest

from fullhouse.lifeline import VARIABLE, held_lifeline

HEAD = """
import asyncio, sys, threading, time
from fullhouse.commands.loop import run_until_told
from fullhouse.errors import Refused
async def ends():
    return 7
async def refuses():
    raise Refused("no")
async def serves():
    print("serving", flush=True)
    try: await asyncio.sleep(60)
    finally: print("said goodbye", flush=True)
async def hangs():
    print("serving", flush=True)
    try: await asyncio.sleep(60)
    finally: time.sleep(60)
"""


def process_of(serve: str, lifeline: int | None = None) -> subprocess.Popen[str]:
    environment = {**os.environ, VARIABLE: "" if lifeline is None else str(lifeline)}
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + f"print(run_until_told({serve}))"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        pass_fds=[] if lifeline is None else [lifeline],
    )  # fmt: skip


def wait_until_it_serves(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "serving\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_work_that_is_told_to_end_ends_in_order(number: signal.Signals) -> None:
    process = process_of("serves")
    wait_until_it_serves(process)
    process.send_signal(number)
    out, err = process.communicate(timeout=5)
    assert (process.returncode, out, err) == (0, "said goodbye\nNone\n", "")


def test_work_ends_in_order_when_its_up_is_gone() -> None:
    with held_lifeline() as lifeline:
        process = process_of("serves", lifeline.read)
        wait_until_it_serves(process)
        lifeline.cut()
        assert process.communicate(timeout=5) == ("said goodbye\nNone\n", "")


def test_work_that_hangs_is_ended_by_the_kernel() -> None:
    process = process_of("hangs")
    wait_until_it_serves(process)
    process.terminate()
    begun = time.monotonic()
    assert process.wait(5) == -signal.SIGALRM
    assert time.monotonic() - begun < 3


def test_what_work_refuses_comes_out() -> None:
    process = process_of("refuses")
    _, err = process.communicate(timeout=5)
    assert process.returncode == 1
    assert "Refused: no" in err


def test_work_that_is_done_by_itself_gives_its_result() -> None:
    assert process_of("ends").communicate(timeout=5) == ("7\n", "")
