"""A shell: runs a command's coroutine until it is done, or told to end, or alone."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Final, TypeVar

from fullhouse.lifeline import lifeline_closed

ENDS_WITHIN: Final = 2.2
"""Seconds from being told to end until the kernel ends it."""

Result = TypeVar("Result")


def run_until_told(work: Callable[[], Coroutine[object, object, Result]]) -> Result | None:
    """Run `work` until it is done, SIGTERM or Ctrl-C comes, or the `up` that started us is gone.

    Returns:
        What `work` returns, or None if it was told to end before.

    Raises:
        Exception: whatever `work` raises.
    """
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_until_told(work))


async def _until_told(work: Callable[[], Coroutine[object, object, Result]]) -> Result | None:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    working = asyncio.create_task(work())
    waits = [asyncio.create_task(told.wait()), asyncio.create_task(lifeline_closed())]
    await asyncio.wait([working, *waits], return_when=asyncio.FIRST_COMPLETED)
    # Whatever hangs from here on, a thread or a library, must not keep the process.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, ENDS_WITHIN)
    working.cancel()
    for wait in waits:
        wait.cancel()
    await asyncio.wait([working, *waits])
    return None if working.cancelled() else working.result()
