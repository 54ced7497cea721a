"""A small public address for tests: a room's page, state and stream, as some proxy spoils them."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.capacity.made import a_box, a_part

BURST = 3


@dataclass(frozen=True, slots=True)
class Spoiled:
    """What stands in front.

    Attributes:
        together: parts that come at a time.
        fields: that it adds to every answer.
        onward: where the page is sent on to.
        keeps: connections stay open.
    """

    together: int = 1
    fields: Mapping[str, str] = field(default_factory=dict)
    onward: str = ""
    keeps: bool = True


@contextmanager
def origin(spoiled: Spoiled) -> Iterator[str]:
    """Yield the address of its room."""

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path.endswith("/live.mp4"):
                self._stream()
            elif spoiled.onward and self.path == "/room":
                self._head(302, {"Location": spoiled.onward, "Content-Length": "0"})
            else:
                close = {} if spoiled.keeps else {"Connection": "close"}
                self._head(200, {"Content-Length": "2", **close})
                self.wfile.write(b"{}")

        def _head(self, status: int, fields: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in {**fields, **spoiled.fields}.items():
                self.send_header(name, value)
            self.end_headers()

        def _stream(self) -> None:
            self.close_connection = True
            self._head(200, {"Cache-Control": "no-store", "Connection": "close"})
            number = BURST
            with suppress(OSError):
                first = b"".join(map(a_part, range(BURST)))
                self.wfile.write(a_box(b"ftyp", b"") + a_box(b"moov", b"") + first)
                while number < 40:
                    time.sleep(0.32 * spoiled.together)
                    parts = range(number, number + spoiled.together)
                    self.wfile.write(b"".join(map(a_part, parts)))
                    number += spoiled.together

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/room"
        server.shutdown()
