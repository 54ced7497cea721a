"""A role runs until it is told to end, or until it is alone, and then ends in time."""

import os
import signal
import subprocess
import sys
import time

import pytest

from fullhouse.lifeline import VARIABLE, held_lifeline

HEAD = """
import asyncio, sys, threading, time
from fullhouse.commands.roles import run_role
from fullhouse.errors import Refused
async def ends():
    pass
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


def role(serve: str, lifeline: int | None = None) -> subprocess.Popen[str]:
    environment = {**os.environ, VARIABLE: "" if lifeline is None else str(lifeline)}
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + f"run_role('test', {serve})"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        pass_fds=[] if lifeline is None else [lifeline],
    )  # fmt: skip


def wait_until_it_serves(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "serving\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_role_that_is_told_to_end_ends_in_order(number: signal.Signals) -> None:
    process = role("serves")
    wait_until_it_serves(process)
    process.send_signal(number)
    out, err = process.communicate(timeout=5)
    assert (process.returncode, out, err) == (0, "said goodbye\n", "")


def test_a_role_ends_in_order_when_its_up_is_gone() -> None:
    with held_lifeline() as lifeline:
        process = role("serves", lifeline.read)
        wait_until_it_serves(process)
        lifeline.cut()
        assert process.communicate(timeout=5) == ("said goodbye\n", "")


def test_a_role_that_hangs_is_ended_by_the_kernel() -> None:
    process = role("hangs")
    wait_until_it_serves(process)
    process.terminate()
    begun = time.monotonic()
    assert process.wait(5) == -signal.SIGALRM
    assert time.monotonic() - begun < 3


def test_what_a_role_refuses_comes_out() -> None:
    process = role("refuses")
    _, err = process.communicate(timeout=5)
    assert process.returncode == 1
    assert "Refused: no" in err


def test_a_role_that_is_done_by_itself_is_done() -> None:
    process = role("ends")
    process.communicate(timeout=5)
    assert process.returncode == 0
