"""Edge workers to rehearse against, each a process of its own, and what may stand before them.

`python -m tests.rehearsal.served '{"bus": …}'` is one worker and prints where it is. Rooms play
filler of the usual size: nobody has to speak for a crowd to hear parts in time.
"""

import asyncio
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import structlog
import uvloop

from fullhouse.edge.server import running
from fullhouse.media import PACKETS_PER_PART, Rendition
from fullhouse.programme.filler import Filler, FillerKind

ROOT: Final = Path(__file__).parents[2]
TOKEN: Final = "a token that only these tests know"
SIZES: Final = {Rendition.AAC: 171, Rendition.OPUS: 80}
FILLER: Final = Filler(
    {
        kind: {
            rendition: (b"x" * SIZES.get(rendition, 60),) * count
            for rendition, count in PACKETS_PER_PART.items()
        }
        for kind in FillerKind
    }
)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a worker is run.

    Attributes:
        port: shared by all that have the same; 0: any.
        files: that it may open; 0: as many as there are.
    """

    bus: str
    name: str = "edge-0"
    port: int = 0
    files: int = 0


async def serve(settings: Settings) -> None:
    """Run a worker until the process is ended."""
    async with running(
        bus_url=settings.bus,
        edge_name=settings.name,
        host="127.0.0.1",
        port=settings.port,
        admin_port=0,
        rewind_minutes=1,
        send_buffer=32_768,
        filler=FILLER,
        web_folder=Path("nowhere"),
        rehearsal_token=TOKEN,
    ) as one:
        print(json.dumps({"port": one.port}), flush=True)
        await asyncio.Event().wait()


@dataclass(frozen=True, slots=True)
class Served:
    """Where it is."""

    process: "subprocess.Popen[bytes]"
    port: int

    def pause(self) -> None:
        """Stop the process, as a debugger or a sleeping machine does."""
        self.process.send_signal(signal.SIGSTOP)


@contextmanager
def worker(settings: Settings) -> Iterator[Served]:
    """Run an edge worker while the block runs."""
    command = [sys.executable, "-m", "tests.rehearsal.served", json.dumps(asdict(settings))]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)) as process:
        assert process.stdout is not None
        yield Served(process, int(json.loads(process.stdout.readline())["port"]))


@contextmanager
def ended(process: "subprocess.Popen[bytes]") -> Iterator["subprocess.Popen[bytes]"]:
    """End a process with the block, even one that is paused."""
    try:
        yield process
    finally:
        process.terminate()
        process.send_signal(signal.SIGCONT)
        process.wait(10)


@contextmanager
def queue_before(port: int, step: float) -> Iterator[int]:
    """Let connections to a port wait for each other, `step` seconds each; yield the new port."""
    command = [sys.executable, "-m", "tests.rehearsal.queueing", str(port), str(step)]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())


NGINX: Final = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; {user}
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port} backlog=2048;
    location / {{
      proxy_pass http://127.0.0.1:{edge};
      proxy_set_header Host $http_host;
      {buffering}
    }}
  }}
}}
"""
COLLECTING: Final = (
    "proxy_buffering on; proxy_ignore_headers X-Accel-Buffering; proxy_buffer_size 32k;"
    "proxy_buffers 8 32k; proxy_max_temp_file_size 0;"
)
"""As many operators have it for their other sites, but with an edge that may not switch it off."""


@contextmanager
def nginx_before(edge: int, folder: Path, buffering: str) -> Iterator[int]:
    """Run a real nginx in front of a port; yield its own."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None, "nginx is not installed: run tools/need_programs.sh"
    folder.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    user = "user root;" if is_root() else ""
    (folder / "conf").write_text(
        NGINX.format(folder=folder, port=port, edge=edge, buffering=buffering, user=user)
    )
    command = [
        "nginx",
        "-p",
        str(folder),
        "-e",
        str(folder / "error.log"),
        "-c",
        str(folder / "conf"),
    ]
    with ended(subprocess.Popen(command)) as process:
        end = time.monotonic() + 10
        while not answers(port):
            assert process.poll() is None, (folder / "error.log").read_text()
            assert time.monotonic() < end, "nginx does not answer"
            time.sleep(0.02)
        yield port


def is_root() -> bool:
    """Return whether this process may do everything."""
    return Path("/proc/self").stat().st_uid == 0


def answers(port: int) -> bool:
    """Return whether somebody listens on a port."""
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    told = Settings(**json.loads(sys.argv[1]))
    if told.files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (told.files, told.files))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(told))
