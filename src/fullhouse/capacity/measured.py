"""A shell: the worker that is being measured, in a process of its own with a bus of its own."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fullhouse.capacity import proc
from fullhouse.errors import Refused
from fullhouse.lifeline import VARIABLE, held_lifeline

STARTS_WITHIN: Final = 20.0
ENDS_WITHIN: Final = 3.0
_PR_SET_PDEATHSIG: Final = 1
_KEPT: Final = ("FULLHOUSE_SENDER",)


@dataclass(frozen=True, slots=True)
class Worker:
    """A running worker.

    Attributes:
        port, admin_port: of its streams, and of its numbers.
    """

    pid: int
    port: int
    admin_port: int

    def cpu(self) -> float:
        """Return the CPU seconds that it has used, all threads together.

        The kernel's own clock of that process: the same account as utime and stime, in ns.
        """
        return time.clock_gettime((~self.pid << 3) | 2)

    def resident(self) -> int:
        """Return its bytes in memory."""
        pages = proc.numbers(Path(f"/proc/{self.pid}/statm").read_text())
        return pages[1] * os.sysconf("SC_PAGE_SIZE") if pages else 0

    def metrics(self) -> str:
        """Return all its numbers, in Prometheus' text form."""
        url = f"http://127.0.0.1:{self.admin_port}/metrics"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.read().decode())


@contextmanager
def measured_worker(
    folder: Path, bus_command: tuple[str, ...], bus_url: str, data: Path, send_buffer: int
) -> Iterator[Worker]:
    """Run a bus and one edge worker while the block runs.

    Args:
        folder: for what they write.
        data: where the filler lies, so that it need not be made.

    Raises:
        Refused: it does not start.
    """
    with held_lifeline() as lifeline, open(folder / "edge.log", "wb") as log:
        bus = subprocess.Popen(
            bus_command,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=_end_with_us,  # noqa: PLW1509 # no threads run yet, and it takes no locks
        )
        settings = {
            "BUS": bus_url, "EDGE_PORT": "0", "ADMIN_PORT": "0", "HOST": "127.0.0.1",
            "DATA": str(data), "SEND_BUFFER": str(send_buffer), "REWIND_MINUTES": "1",
            "LOG_FORMAT": "json", "LOG_LEVEL": "info", "NODE": "measured",
            "CADENCE_LEAST": "1", "CADENCE_MOST": "1",
        }  # fmt: skip
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in _KEPT or not name.startswith("FULLHOUSE_")
        }
        environment = kept | {f"FULLHOUSE_{name}": value for name, value in settings.items()}
        edge = subprocess.Popen(
            (sys.executable, "-m", "fullhouse", "edge"),
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment | {VARIABLE: str(lifeline.read)},
            pass_fds=(lifeline.read,),
        )
        try:
            ports = _ports(edge, folder / "edge.log")
            yield Worker(edge.pid, int(ports["port"]), int(ports["admin_port"]))
        finally:
            for process in (edge, bus):
                _end(process)


def _end_with_us() -> None:
    """Let a child that knows no lifeline end when this process does, however it does."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _ports(edge: "subprocess.Popen[bytes]", log: Path) -> Mapping[str, int]:
    """Return where the worker listens: it says so in its log."""
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and edge.poll() is None:
        for line in log.read_text(errors="replace").splitlines():
            if '"edge listens"' in line and line.endswith("}"):
                return dict(json.loads(line))
        time.sleep(0.02)
    last = next(reversed(log.read_text(errors="replace").splitlines()), "it says nothing")
    raise Refused(f"The worker to be measured does not start: {last}", code="not_measured")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
