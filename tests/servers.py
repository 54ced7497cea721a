"""Real servers for tests: each on a port that the system chose, below a folder of the test's."""

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
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


@contextmanager
def pretended_house(status: int, says: bytes) -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a house that always says this, and the requests that it got."""
    asked: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            key = self.headers["Authorization"]
            asked.append(f"{self.command} {self.path} {key} {body.decode()}".strip())
            self.send_response(status)
            self.end_headers()
            self.wfile.write(says)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
