"""A shell: the pipe by which every process of an `up` learns that `up` is gone.

`up` holds the write end and never writes; everything it starts inherits the read end, whose
number stands in the environment. The kernel closes the write end however `up` dies, kill -9
included, and then the read end says so at once. No polling, no pid that may be someone else's.
"""

import asyncio
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

VARIABLE: Final = "FULLHOUSE_LIFELINE"


class Lifeline:
    """The holder's side. Children are given `read`: in `pass_fds`, and as `VARIABLE`."""

    def __init__(self) -> None:
        self.read, self._write = os.pipe()

    def cut(self) -> None:
        """Tell all who have inherited it that they are alone; a second time does nothing."""
        write, self._write = self._write, -1
        if write != -1:
            os.close(write)


@contextmanager
def held_lifeline() -> Iterator[Lifeline]:
    """Hold a new lifeline for as long as the block runs, or until it is cut."""
    lifeline = Lifeline()
    try:
        yield lifeline
    finally:
        lifeline.cut()
        os.close(lifeline.read)


def lifeline_fds() -> tuple[int, ...]:
    """Return what a child of ours must be given as `pass_fds`; empty where there is no `up`.

    Raises:
        RuntimeError: the environment names a descriptor that this process was not given.
    """
    number = os.environ.get(VARIABLE, "")
    if not number:
        return ()
    try:
        if stat.S_ISFIFO(os.fstat(int(number)).st_mode):
            return (int(number),)
    except (ValueError, OSError):
        pass
    raise RuntimeError(f"{VARIABLE}={number} is not a pipe: it was not passed on to this process")


async def lifeline_closed() -> None:
    """Return when `up` is gone; where there is no `up`, never.

    May be awaited several times at once: each wait watches a descriptor of its own.
    """
    loop = asyncio.get_running_loop()
    closed = asyncio.Event()
    fds = [os.dup(fd) for fd in lifeline_fds()]
    for fd in fds:
        loop.add_reader(fd, closed.set)
    try:
        await closed.wait()
    finally:
        for fd in fds:
            loop.remove_reader(fd)
            os.close(fd)
