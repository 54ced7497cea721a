"""A crowd comes in, throws away what it hears, and says when it is turned away."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fullhouse.capacity.crowd import Crowd
from fullhouse.errors import Refused
from tests.capacity.made import a_part

HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


@contextmanager
def server(answer: bytes, later: bytes = b"") -> Iterator[tuple[int, list[socket.socket]]]:
    """Answer everybody with this, and half a second after the last of them with the rest."""
    lines: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        listener.settimeout(0.3)

        def serve() -> None:
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:
                    break
                lines.append(line)
                line.recv(1024)
                if answer:
                    line.sendall(answer)
                else:
                    line.close()
            for line in lines:
                if later:
                    line.sendall(later)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], lines
        thread.join(5)
    for line in lines:
        line.close()


def test_all_come_in_and_one_ear_counts_its_parts() -> None:
    first, second = HEAD + a_part(1), a_part(2) + a_part(3)
    with server(first, second) as (port, lines), Crowd(port, "/room/live.mp4") as crowd:
        assert crowd.join(150) == 150 == len(crowd)
        end = time.monotonic() + 5
        while crowd.parts < 3 and time.monotonic() < end:
            time.sleep(0.01)
        assert (crowd.parts, crowd.bytes) == (3, 3 * len(a_part(1)))
        assert len(lines) == 150


def test_those_who_stall_read_nothing() -> None:
    with server(HEAD + a_part(1)) as (port, _), Crowd(port, "/room/live.mp4") as crowd:
        crowd.join(1)
        crowd.join(5, stalls=True)
        assert len(crowd) == 6
        assert crowd.parts == 1


def test_being_turned_away_is_a_refusal() -> None:
    with server(b"") as (port, _), Crowd(port, "/x") as crowd, pytest.raises(Refused, match="away"):
        crowd.join(3)


def test_nobody_there_is_a_refusal() -> None:
    with Crowd(1, "/x") as crowd, pytest.raises(Refused, match="cannot come in"):
        crowd.join(1)
