"""A second host on this machine: a network namespace whose cable a test can pull.

Needs root and iproute2, as every machine has that may make namespaces.
"""

import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Host:
    """Another host, on a cable of its own.

    Attributes:
        here: our address on the cable.
        there: its address.
    """

    name: str
    cable: str
    here: str
    there: str

    def program(self, path: Path, binary: str) -> Path:
        """Write a script to `path` that runs `binary` on the other host; return it."""
        path.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {binary} "$@"\n')
        path.chmod(0o755)
        return path

    def pull(self) -> None:
        """Pull the cable."""
        _ip("link", "set", self.cable, "down")

    def plug(self) -> None:
        """Plug it in again."""
        _ip("link", "set", self.cable, "up")


@contextmanager
def another_host() -> Iterator[Host]:
    """Yield a host that can be reached by a cable alone; it is gone with the block."""
    mark = f"{random.randrange(16**6):06x}"
    net = f"10.{random.randrange(200, 255)}.{random.randrange(256)}"
    host = Host(f"fh-{mark}", f"fh{mark}a", f"{net}.1", f"{net}.2")
    far = f"fh{mark}b"
    _ip("netns", "add", host.name)
    try:
        _ip("link", "add", host.cable, "type", "veth", "peer", "name", far, "netns", host.name)
        _ip("addr", "add", f"{host.here}/30", "dev", host.cable)
        _ip("link", "set", host.cable, "up")
        for words in (
            ("addr", "add", f"{host.there}/30", "dev", far),
            ("link", "set", far, "up"),
            ("link", "set", "lo", "up"),
        ):
            _ip("-n", host.name, *words)
        yield host
    finally:
        _ip("netns", "del", host.name)


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
