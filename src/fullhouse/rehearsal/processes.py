"""A shell: the processes of a rehearsal: forked before anything else runs, ended all together.

One pipe is held open by the parent alone: when it closes, on purpose or because the parent died,
all children tell their last and end.
"""

import gc
import os
import resource
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, NoReturn

import structlog

from fullhouse.rehearsal.ledger import Report
from fullhouse.rehearsal.teller import Hearer, Teller

RESERVE: Final = 128
"""Files that each process keeps for other things than listeners."""

log = structlog.get_logger()

Play = Callable[[int, Teller], None]
"""Plays a process's part, told a descriptor that can be read when all is over."""


class Processes:
    """The children. Made by `processes`."""

    def __init__(self) -> None:
        self._over, self._held = os.pipe()
        self._hearers: dict[int, Hearer] = {}
        self._names: dict[int, str] = {}
        self._alive = True

    def start(self, name: str, play: Play) -> None:
        """Fork a child that plays, and ends."""
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._be_child(name, play, write)
        os.close(write)
        self._hearers[pid] = Hearer(read)
        self._names[pid] = name

    def _be_child(self, name: str, play: Play, write: int) -> NoReturn:
        code = 1
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.close(self._held)
            for hearer in self._hearers.values():
                os.close(hearer.fd)
            gc.disable()  # what a crowd makes has no cycles, and a collection would halt its loop
            play(self._over, Teller(write))
            code = 0
        except BrokenPipeError:
            pass  # the parent is gone
        except Exception:
            log.exception("a process of the rehearsal ended by a bug", process=name)
        finally:
            os._exit(code)

    @property
    def running(self) -> list[str]:
        """Return the names of those who still have something to tell."""
        return [self._names[pid] for pid, hearer in self._hearers.items() if not hearer.ended]

    def wait(self, seconds: float) -> list[tuple[str, Report]]:
        """Return what comes in, after `seconds` at the most."""
        fds = {h.fd: pid for pid, h in self._hearers.items() if not h.ended}
        poll = select.poll()
        for fd in fds:
            poll.register(fd, select.POLLIN | select.POLLHUP)
        told = []
        for fd, _ in poll.poll(max(0.0, seconds) * 1_000):
            pid = fds[fd]
            told += [(self._names[pid], report) for report in self._hearers[pid].reports()]
        return told

    def end(self) -> None:
        """Let all tell their last and end."""
        if self._alive:
            self._alive = False
            os.close(self._held)

    def close(self, patience: float) -> None:
        """End all, with force whoever has not ended in time; leave none behind."""
        self.end()
        end = time.monotonic() + patience
        left = set(self._hearers)
        while left:
            for pid in list(left):
                with suppress(ChildProcessError):
                    if os.waitpid(pid, os.WNOHANG)[0] == 0:
                        continue
                left.discard(pid)
            if left and time.monotonic() > end:
                for pid in left:
                    os.kill(pid, signal.SIGKILL)  # ours, and not waited for: it cannot be another
            if left:
                time.sleep(0.01)
        for hearer in self._hearers.values():
            os.close(hearer.fd)
        os.close(self._over)


@contextmanager
def processes(patience: float = 3.0) -> Iterator[Processes]:
    """Hold processes while the block runs."""
    held = Processes()
    try:
        yield held
    finally:
        held.close(patience)


def files_each() -> int:
    """Return how many listeners a process can have, with the limit raised as far as it goes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 1_048_576 if hard == resource.RLIM_INFINITY else min(hard, 1_048_576)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft, wanted) - RESERVE
