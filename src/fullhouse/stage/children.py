"""A shell: the processes of stages: started, kept warm, adopted, watched until they end.

Each is a session of its own: it outlives its node, and a terminal's Ctrl-C does not reach it.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from fullhouse.lifeline import lifeline_fds
from fullhouse.stage.orders import Orders

MODULE: Final = "fullhouse.stage.child"
BUS: Final = "FULLHOUSE_BUS"
ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""numpy's idle threads would only cost memory: frames are short."""


class Child:
    """A process that is a stage, or waits to be one. Its end is seen through a pidfd.

    Args:
        process: ours; None for one that a former node started.

    Raises:
        ProcessLookupError: there is no such process any more.
    """

    def __init__(self, pid: int, process: Process | None = None) -> None:
        self.pid = pid
        self._process = process
        self._pidfd = os.pidfd_open(pid)
        self._ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._pidfd, self._saw_the_end)

    def _saw_the_end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._ended.set()

    @property
    def running(self) -> bool:
        """True until the process has ended."""
        return not self._ended.is_set()

    async def ended(self) -> None:
        """Return when the process has ended."""
        await self._ended.wait()
        if self._process is not None:
            await self._process.wait()  # so that no zombie stays

    def begin(self, orders: Orders) -> None:
        """Make a waiting child the stage of a room."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(orders.line())
        self._process.stdin.close()

    def kill(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens if the process has ended."""
        if self.running:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)


async def start_waiting(bus_url: str) -> Child:
    """Start a child that waits for orders."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        MODULE,
        stdin=PIPE,
        start_new_session=True,
        pass_fds=lifeline_fds(),
        env={**os.environ, BUS: bus_url, **ONE_THREAD},
    )
    return Child(process.pid, process)


def adopt(pid: int) -> Child | None:
    """Return a stage that a former node started, or None if the process is no stage."""
    try:
        child = Child(pid)
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return None
    # Looked at after the pidfd is open: the number cannot be someone else's by now.
    return child if MODULE.encode() in arguments else None


async def end_all(children: list[Child], seconds: float, tell: Callable[[str], None]) -> None:
    """Let children finish, and end those that do not within `seconds`."""
    for child in children:
        child.kill(signal.SIGTERM)
    ending = [asyncio.create_task(child.ended()) for child in children]
    if ending:
        _, late = await asyncio.wait(ending, timeout=seconds)
        for child in children:
            if child.running:
                tell(f"stage {child.pid} does not end by itself")
                child.kill(signal.SIGKILL)
        if late:
            await asyncio.wait(late, timeout=seconds)
