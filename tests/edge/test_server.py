"""One edge worker from end to end: a real bus, real sockets, real sound."""

import pytest

from fullhouse.edge.server import kept_parts, listening, open_files
from fullhouse.errors import Refused


def test_a_window_is_as_long_as_players_may_go_back_and_a_minute_more() -> None:
    assert kept_parts(10) == 1875 + 188


def test_files_may_be_opened() -> None:
    assert open_files() >= 1024


def test_a_taken_port_and_a_foreign_address_are_refused_in_one_line() -> None:
    with listening("127.0.0.1", 0, 32_768) as sock:
        sock.listen()
        port = sock.getsockname()[1]
        with listening("127.0.0.1", port, 32_768):
            pass  # workers share a port
    with pytest.raises(Refused, match="cannot be used"):
        listening("192.0.2.1", port, 32_768)
