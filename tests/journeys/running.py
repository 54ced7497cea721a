"""A whole Fullhouse, started as an operator starts it, on ports and in a folder of the test's."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.house.databases import lay_down

FULLHOUSE = (sys.executable, "-m", "fullhouse")


def free_ports(count: int) -> list[int]:
    """Return ports in a row that nobody listens on.

    They lie below those that the system gives to outgoing connections, or one of these could
    take a port before it is used.
    """
    while True:
        first = random.randrange(20_000, 32_000)
        with ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    line = stack.enter_context(closing(socket.socket()))
                    line.bind(("127.0.0.1", port))
            except OSError:
                continue
        return list(range(first, first + count))


@dataclass(frozen=True, slots=True)
class Running:
    """A Fullhouse that runs.

    Attributes:
        process: `fullhouse up` itself.
        edge, house, source: its three public addresses.
        admin: the first admin port's address.
        ready: seconds from the start to the answer of all roles.
    """

    process: psutil.Process
    data: Path
    edge: str
    house: str
    source: str
    admin: str
    log: Path
    ready: float

    def command(self, *words: str) -> list[str]:
        """Return a command line that speaks to this Fullhouse."""
        return [*FULLHOUSE, *words, "--data", str(self.data)]

    def run(self, *words: str, code: int = 0) -> str:
        """Run a command to its end; return what it printed on stdout."""
        done = subprocess.run(
            self.command(*words), capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def room(self, slug: str, *words: str) -> dict[str, str]:
        """Create a room; return its links and keys."""
        links: dict[str, str] = json.loads(self.run("room", "create", slug, "--json", *words))
        return links

    def room_links(self, slug: str) -> dict[str, str]:
        """Return the links and keys of a room that is there."""
        links: dict[str, str] = json.loads(self.run("room", "show", slug, "--json"))
        return links

    def state(self, slug: str) -> dict[str, Any]:
        """Return what the edge says of a room."""
        answer = httpx.get(f"{self.edge}/{slug}/state.json", timeout=5)
        answer.raise_for_status()
        state: dict[str, Any] = answer.json()
        return state

    def wait_for_state(self, slug: str, *states: str, seconds: float = 15) -> dict[str, Any]:
        """Return the room's state once it is one of `states`."""
        end = time.monotonic() + seconds
        while (state := self.state(slug))["state"] not in states:
            assert time.monotonic() < end, f"{slug} is {state['state']}, not {states}"
            time.sleep(0.05)
        return state

    def processes(self, *words: str) -> list[psutil.Process]:
        """Return the processes below `up` whose command line has all `words`, whole ones."""
        found = []
        for process in self.process.children(recursive=True):
            try:
                line = process.cmdline()
            except psutil.NoSuchProcess:
                continue
            pieces = {Path(piece).name for piece in line}
            if pieces.issuperset(words):
                found.append(process)
        return found

    def kill(self, *words: str) -> int:
        """End the processes whose command line has all `words` with -9; return how many."""
        found = self.processes(*words)
        for process in found:
            process.send_signal(signal.SIGKILL)
        return len(found)

    def errors(self) -> list[str]:
        """Return the log lines at error level, and all tracebacks."""
        lines = self.log.read_text().splitlines()
        return [line for line in lines if '"level": "error"' in line or "Traceback" in line]


@contextmanager
def fullhouse_up(
    folder: Path,
    *words: str,
    environment: Mapping[str, str] | None = None,
    host: str = "127.0.0.1",
    first: bool = False,
) -> Iterator[Running]:
    """Run `fullhouse up` until the block ends, then as with Ctrl-C; see that nothing is left.

    Args:
        first: there is no data folder yet. Else it holds what is made at the first start alone.
    """
    edge, house, source, admin, *_ = free_ports(8)
    data, log = folder / "data", folder / "up.log"
    if not first:
        data.mkdir(exist_ok=True)
        lay_down(data / "rooms.db")
    ports = ["--edge-port", str(edge), "--house-port", str(house), "--source-port", str(source)]
    settings = {"FULLHOUSE_ADMIN_PORT": str(admin), "FULLHOUSE_LOG_FORMAT": "json"}
    settings |= {"FULLHOUSE_MEDIA_PORTS": "0"} | dict(environment or {})
    command = [*FULLHOUSE, "up", "--data", str(data), "--host", host, *ports, *words]
    started = time.monotonic()
    with log.open("wb") as file:
        child = subprocess.Popen(
            command, stdout=file, stderr=subprocess.STDOUT, env=os.environ | settings
        )
    process = psutil.Process(child.pid)
    try:
        _wait_until_ready(child, data, f"http://127.0.0.1:{admin}", log)
        yield Running(
            process=process,
            data=data,
            edge=f"http://{host}:{edge}",
            house=f"http://{host}:{house}",
            source=f"http://{host}:{source}",
            admin=f"http://127.0.0.1:{admin}",
            log=log,
            ready=time.monotonic() - started,
        )
    finally:
        _stop(child, process)


def _wait_until_ready(child: subprocess.Popen[bytes], data: Path, admin: str, log: Path) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        assert child.poll() is None, log.read_text()
        try:
            facts = json.loads((data / "run.json").read_text())
            httpx.get(f"{admin}/healthz", timeout=1).raise_for_status()
            httpx.get(f"{facts['house']}/api/sign-in", timeout=1).raise_for_status()
        except (httpx.HTTPError, OSError, ValueError, KeyError):
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(log.read_text())


def _stop(child: subprocess.Popen[bytes], process: psutil.Process) -> None:
    family = process.children(recursive=True) if child.poll() is None else []
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
    try:
        child.wait(30)
    except subprocess.TimeoutExpired:
        child.kill()
        raise
    _, left = psutil.wait_procs(family, timeout=10)
    for orphan in left:
        orphan.kill()
    assert not left, f"left behind: {left}"
