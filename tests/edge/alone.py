"""An edge in a process of its own: `python -m tests.edge.alone BUS_URL NAME` prints its ports."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
import uvloop

from fullhouse.edge.server import running
from tests.edge.made import FILLER
from tests.edge.stand import silent_filler

ROOT = Path(__file__).parents[2]
NO_PAGES = "nowhere"
"""In place of their folder; with pages come players, who want filler that can be decoded."""


async def serve(url: str, name: str, send_buffer: int, token: str, port: int, *, web: str) -> None:
    """Run an edge until the process is ended."""
    async with running(
        bus_url=url,
        edge_name=name,
        host="127.0.0.1",
        port=port,
        admin_port=0,
        rewind_minutes=1,
        send_buffer=send_buffer,
        filler=FILLER if web == NO_PAGES else silent_filler(),
        web_folder=Path(web),
        rehearsal_token=token,
    ) as one:
        print(json.dumps({"port": one.port, "admin_port": one.admin_port}), flush=True)
        await asyncio.Event().wait()


@dataclass(frozen=True, slots=True)
class Alone:
    """Where such an edge is to be found."""

    process: "subprocess.Popen[bytes]"
    port: int
    admin_port: int


@contextmanager
def edge_process(
    url: str,
    name: str = "edge-alone",
    send_buffer: int = 32_768,
    token: str = "",
    port: int = 0,
    *,
    web: str = NO_PAGES,
) -> Iterator[Alone]:
    """Run an edge in a process of its own; yield where it is."""
    said = (url, name, str(send_buffer), token, str(port), web)
    command = [sys.executable, "-m", "tests.edge.alone", *said]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert process.stdout is not None
        ports = json.loads(process.stdout.readline())
        yield Alone(process, ports["port"], ports["admin_port"])
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        url, name, send_buffer, token, port, web = sys.argv[1:]
        runner.run(serve(url, name, int(send_buffer), token, int(port), web=web))
