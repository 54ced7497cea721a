"""Programs nobody here wrote, run from outside: an order in, JSON lines out, an end when told."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.journeys.running import FULLHOUSE

CLIENTS = Path(__file__).parents[1] / "clients"
NODE = ("node", "--no-warnings")
PYTHON = FULLHOUSE[:2]


def install() -> None:
    """Fetch the packages that package-lock.json pins, if they are not there."""
    lock, done = CLIENTS / "package-lock.json", CLIENTS / "node_modules" / ".package-lock.json"
    if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
        return
    words = ("npm", "ci", "--silent", "--no-audit", "--no-fund")
    subprocess.run(words, cwd=CLIENTS, check=True, timeout=110)


@dataclass(frozen=True, slots=True)
class Stranger:
    """A client that runs."""

    process: "subprocess.Popen[str]"

    def says(self, within: float = 120, **what: object) -> dict[str, Any]:
        """Return the first line from now on that says all of this.

        Args:
            within: after so many seconds it is killed.

        Raises:
            EOFError: it ended before.
        """
        patience = threading.Timer(within, self.process.kill)
        patience.start()
        try:
            for line in self._out:
                said: dict[str, Any] = json.loads(line)
                if what.items() <= said.items():
                    return said
        finally:
            patience.cancel()
        raise EOFError(f"it never said {what}")

    @property
    def _out(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout


@contextmanager
def stranger(
    script: str, order: Mapping[str, str], environment: Mapping[str, str] | None = None
) -> Iterator[Stranger]:
    """Run one of tests/clients until the block ends; it then leaves in its own way."""
    command = [*NODE, str(CLIENTS / script)] if script.endswith(".mjs") else [*PYTHON, script]
    process = subprocess.Popen(
        [*command, json.dumps(order)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | dict(environment or {}),
    )
    try:
        yield Stranger(process)
        process.communicate(timeout=15)
        assert process.returncode == 0
    finally:
        process.terminate()  # which puppeteer passes on to its browser
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@contextmanager
def connected(script: str, order: Mapping[str, str]) -> Iterator[Stranger]:
    """Run one of tests/clients until the block ends, from when it says that it is connected.

    @roamhq/wrtc sometimes tells its script nothing of a connection that carries sound. Who says
    nothing for half a minute is started anew, once.
    """
    for tries_left in (1, 0):
        try:
            with stranger(script, order) as client:
                client.says(30, state="connected")
                yield client
            return
        except EOFError as error:
            print(f"{script}: {error}")
            if not tries_left:
                raise
