"""A shell: starts, reaps and kills processes, those of our processes included.

`up` adopts what its children leave behind (a stage whose node was killed, say), so that every
descendant ends up as a direct child: seen when it ends, and killable by an id that cannot have
become somebody else's.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

PR_SET_PDEATHSIG: Final = 1
PR_SET_CHILD_SUBREAPER: Final = 36
FIRST: Final = -10
"""The nice value of what must never wait: nine times the share of the others."""


def adopt_orphans() -> None:
    """From now on, make descendants whose parent has ended children of this process."""
    if _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl PR_SET_CHILD_SUBREAPER")


class Processes:
    """The processes that we have started, by name."""

    def __init__(self, lifeline: int, ended: Callable[[str, int], None]) -> None:
        """Call `ended` with name and exit code (or minus the signal) of each that ends."""
        self._lifeline = lifeline
        self._ended = ended
        self._names: dict[int, str] = {}
        # Held so that a Popen that goes away does not complain of a child we reap ourselves.
        self._started: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        knows_the_lifeline: bool = True,
    ) -> None:
        """Start a process in a process group of its own, away from the terminal's Ctrl-C.

        What it prints goes to our stderr. One that does not know the lifeline is ended by the
        kernel when we are gone.

        Raises:
            OSError: the command cannot be run.
        """
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            process_group=0,
            pass_fds=[self._lifeline] if knows_the_lifeline else [],
            preexec_fn=None if knows_the_lifeline else _end_with_parent,  # noqa: PLW1509 # one thread
        )
        self._names[process.pid] = name
        self._started[name] = process

    def pid(self, name: str) -> int:
        """Return the process id that the name has, or had last."""
        return self._started[name].pid

    def put_first(self, name: str) -> None:
        """Let a process and all that it will start go before others, where the kernel lets us.

        Source: Linux, setpriority(2): by its group, or only one of its threads would.
        """
        with suppress(PermissionError, ProcessLookupError):
            os.setpriority(os.PRIO_PGRP, self.pid(name), FIRST)

    def terminate(self, name: str) -> None:
        """Ask the process to end."""
        if self.pid(name) in self._names:
            os.kill(self.pid(name), signal.SIGTERM)

    def reap(self) -> bool:
        """Take in all that have ended, adopted ones included; return whether any are left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            name = self._names.pop(pid, None)
            if name is not None:
                code = os.waitstatus_to_exitcode(status)
                self._started[name].returncode = code
                self._ended(name, code)

    def kill_all(self) -> None:
        """Kill every direct child, known or adopted. Theirs become ours: call it until none is."""
        for pid in _children(os.getpid()):
            # Ours until we reap it: the number cannot belong to anybody else.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


_libc: Final = ctypes.CDLL(None, use_errno=True)


def _end_with_parent() -> None:
    """In a new child: have the kernel end it when the process that started it is gone."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                # The command in parentheses may hold anything, also spaces and parentheses.
                after_the_name = (entry / "stat").read_bytes().rpartition(b")")[2].split()
                if int(after_the_name[1]) == parent:
                    found.append(int(entry.name))
    return found
