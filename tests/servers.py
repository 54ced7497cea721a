"""Real servers for tests: each on a port that the system chose, below a folder of the test's."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCRIPTS = Path(sys.executable).parent


@contextmanager
def nats_server(folder: Path, *options: str) -> Iterator[str]:
    """Run the nats-server that is installed along; yield its URL."""
    binary = shutil.which("nats-server", path=str(SCRIPTS)) or shutil.which("nats-server")
    assert binary is not None, "nats-server is not installed: run make setup"
    command = [binary, "-a", "127.0.0.1", "-p", "-1", "-js", "-sd", str(folder / "jetstream")]
    with (folder / "nats.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--ports_file_dir", str(folder), *options],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _url(folder / f"nats-server_{process.pid}.ports")
    finally:
        process.terminate()
        process.wait(10)


def _url(ports: Path) -> str:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if ports.exists() and ports.stat().st_size:
            return str(json.loads(ports.read_text())["nats"][0])
        time.sleep(0.02)
    raise TimeoutError("nats-server did not start")
