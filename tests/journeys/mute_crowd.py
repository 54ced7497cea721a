"""A crowd that takes what comes and looks at none of it, in a process of its own.

`python -m tests.journeys.mute_crowd HOST PORT PATH COUNT` joins, prints `{"joined": COUNT}`, and
from then on, for each line on its stdin, how it goes. Ten thousand cost it a tenth of a core.
"""

import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
AT_ONCE = 100
"""Connections that are opened before the first of them has been answered."""


@dataclass(slots=True)
class Mute:
    """One listener: when something came last, and the longest time in which nothing did."""

    line: socket.socket
    last: float = 0.0
    longest: float = 0.0
    taken: int = 0


@dataclass
class MuteCrowd:
    """All listeners of one path."""

    epoll: select.epoll = field(default_factory=select.epoll)
    mutes: dict[int, Mute] = field(default_factory=dict)
    refused: int = 0
    ended: int = 0

    def join(self, host: str, port: int, path: str, count: int) -> None:
        """Let `count` listeners in; each is answered before the next hundred comes."""
        ask = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        while len(self.mutes) < count:
            fresh = [self._one(host, port, ask) for _ in range(AT_ONCE)]
            end = time.monotonic() + 30
            while any(not mute.taken for mute in fresh) and time.monotonic() < end:
                self.listen(0.01)

    def _one(self, host: str, port: int, ask: bytes) -> Mute:
        line = socket.create_connection((host, port), 30)
        line.sendall(ask)
        line.setblocking(False)
        mute = self.mutes[line.fileno()] = Mute(line)
        self.epoll.register(line.fileno(), select.EPOLLIN)
        return mute

    def listen(self, seconds: float) -> None:
        """Take what comes within so long."""
        for fd, _ in self.epoll.poll(seconds, 2048):
            if fd != 0:
                self._hear(fd, self.mutes[fd])

    def _hear(self, fd: int, mute: Mute) -> None:
        try:
            raw = mute.line.recv(131_072)
        except BlockingIOError:
            return
        except OSError:
            raw = b""
        now = time.monotonic()
        if not raw:
            self.ended += 1
            self.epoll.unregister(fd)
            return
        if not mute.taken and not raw.startswith(b"HTTP/1.1 200 "):
            self.refused += 1
        if mute.taken:
            mute.longest = max(mute.longest, now - mute.last)
        mute.taken += len(raw)
        mute.last = now

    def standing(self) -> dict[str, object]:
        """Return how it has gone so far."""
        now = time.monotonic()
        mutes = self.mutes.values()
        return {
            "joined": len(mutes),
            "refused": self.refused,
            "ended": self.ended,
            "silent": sum(now - mute.last > 12 for mute in mutes),
            "longest": max((max(mute.longest, now - mute.last) for mute in mutes), default=0.0),
        }


def main(host: str, port: int, path: str, count: int) -> None:
    """Listen until stdin ends."""
    crowd = MuteCrowd()
    crowd.join(host, port, path, count)
    crowd.epoll.register(0, select.EPOLLIN)
    while True:
        print(json.dumps(crowd.standing()), flush=True)
        while not select.select([0], [], [], 0)[0]:
            crowd.listen(0.2)
        if not sys.stdin.readline():
            return


@dataclass
class Crowd:
    """Such a process."""

    process: "subprocess.Popen[str]"

    def standing(self) -> dict[str, Any]:
        """Return how it goes."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._answer()

    def joined(self) -> dict[str, Any]:
        """Wait until all are in."""
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        return told


@contextmanager
def mute_crowd(port: int, path: str, count: int) -> Iterator[Crowd]:
    """Run a crowd until the block ends."""
    words = ["127.0.0.1", str(port), path, str(count)]
    command = [sys.executable, "-m", "tests.journeys.mute_crowd", *words]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)
    try:
        yield Crowd(process)
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
