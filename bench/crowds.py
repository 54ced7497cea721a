"""Listeners by the thousand: `c/crowd.c`, compiled here, told what to do, asked what it saw."""

import json
import random
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from bench.processes import CROWD_CORE, process
from fullhouse.errors import Refused

SOURCES: Final = Path(__file__).parent / "c"
RESULTS: Final = Path(__file__).parent / "results"
JOINED_WITHIN: Final = 90.0


def program(name: str) -> Path:
    """Return one of the bench's programs, compiled if it is not yet, or not any more.

    Raises:
        Refused: there is no C compiler, or it did not understand the program.
    """
    source, made = SOURCES / f"{name}.c", RESULTS / "bin" / name
    newest = max(path.stat().st_mtime for path in SOURCES.iterdir())
    if not made.exists() or made.stat().st_mtime < newest:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise Refused("There is no C compiler: apt-get install gcc libc6-dev.", code="no_cc")
        made.parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [compiler, "-O2", "-Wall", "-o", made, source],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Refused(f"{name}.c does not compile:\n{done.stderr}", code="no_cc")
    return made


@dataclass(frozen=True, slots=True)
class Crowd:
    """A crowd that runs."""

    process: "subprocess.Popen[str]"
    listeners: int

    def figures(self) -> dict[str, float]:
        """Return what happened since this was asked last."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("figures\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Refused("The crowd has ended by itself.", code="crowd_gone")
        found: dict[str, float] = json.loads(line)
        return found

    def wait_for_all(self, *, within: float = JOINED_WITHIN) -> dict[str, float]:
        """Wait until all have sound, or cannot have it; return the figures until then."""
        end, total = time.monotonic() + within, dict[str, float]()
        while True:
            time.sleep(0.1)
            seen = self.figures()
            for name, value in seen.items():
                total[name] = value + (total.get(name, 0) if name in ADDED else 0)
            if seen["joined"] + seen["failed"] >= self.listeners or time.monotonic() > end:
                return total


ADDED: Final = frozenset(
    ("seconds", "bytes", "reads", "playlists", "segments", "unchanged", "stale", "late",
     "listener_seconds")
)  # fmt: skip
"""What is counted between two questions; all else is as it is."""


Options = Mapping[str, float | str]
"""Of the program: rate, hls, stalled, receive-buffer, epoch, part, late, from, at-once, tick."""


def address() -> str:
    """Return an address of this machine that hardly anybody else uses: all its ports are free."""
    return f"127.{random.randint(1, 250)}.{random.randint(1, 250)}.1"


@contextmanager
def crowd(
    port: int,
    path: str,
    listeners: int,
    options: Options = MappingProxyType({}),
    *,
    core: int | None = CROWD_CORE,
) -> Iterator[Crowd]:
    """Let a crowd come while the block runs."""
    asked = {"port": port, "path": path, "listeners": listeners, "from": address(), **options}
    words = [word for name, value in asked.items() for word in (f"--{name}", str(value))]
    with process([str(program("crowd")), *words], core=core) as started:
        yield Crowd(started, listeners)
