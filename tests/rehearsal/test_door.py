"""A crowd is let loose only on a host that proves whose it is."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from fullhouse import proof
from fullhouse.errors import Refused
from fullhouse.rehearsal.door import NobodyThere, NotOurs, check, is_local, resolve, room
from fullhouse.rehearsal.target import Link, read_link

STATE = {
    "state": "live",
    "epoch": 1_700_000_000_000_000,
    "streams": ["/demo/live.mp4"],
    "cadence": 12,
    "lowered": {"what": "The sound comes in larger pieces.", "why": "cpu"},
}


class Host(BaseHTTPRequestHandler):
    """A host that knows the token `north`, and one room."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == proof.PATH:
            nonce = parse_qs(url.query)["nonce"][0]
            name = proof.host_name(self.headers["Host"])
            self._say(200, {"proof": proof.proof("north", nonce, name)})
        elif url.path == "/demo/state.json":
            self._say(200, STATE)
        elif url.path == "/odd/state.json":
            self._say(200, {"epoch": "x"})
        else:
            self._say(404, {"code": "unknown_room", "message": "There is no such room."})

    def _say(self, status: int, said: object) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(name="link")
def link_of_a_host() -> Iterator[Link]:
    with HTTPServer(("127.0.0.1", 0), Host) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield read_link(f"http://127.0.0.1:{server.server_port}/demo")
        server.shutdown()
        thread.join()


def test_a_host_that_knows_the_token_is_the_operators(link: Link) -> None:
    check(link, "north")


def test_any_other_host_is_not(link: Link) -> None:
    with pytest.raises(NotOurs, match="--data"):
        check(link, "south")


def test_nobody_there() -> None:
    with pytest.raises(NobodyThere):
        check(read_link("http://127.0.0.1:1/demo"), "north")
    with pytest.raises(NobodyThere):
        resolve(read_link("http://no-such-host.invalid/demo"))


def test_what_the_edge_says_of_a_room(link: Link) -> None:
    said = room(link)
    assert (said.epoch, said.streams) == (1_700_000_000, ["/demo/live.mp4"])
    assert (said.lowered, said.cadence) == ("The sound comes in larger pieces.", 12)


@pytest.mark.parametrize("slug", ["nowhere", "odd"])
def test_a_room_that_is_not_there(link: Link, slug: str) -> None:
    with pytest.raises(Refused):
        room(read_link(f"http://{link.netloc}/{slug}"))


def test_only_on_this_machine_there_are_many_addresses() -> None:
    assert is_local("127.0.0.1")
    assert not is_local("192.0.2.1")
    assert not is_local("::1")
    assert resolve(read_link("http://127.0.0.1:8000/demo")) == ("127.0.0.1", 8000)
