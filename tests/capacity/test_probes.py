"""What can only be found out by trying is really tried."""

import socket
from pathlib import Path

import pytest

from fullhouse.capacity.probes import ask_clock, try_disk, try_ring, try_udp


def test_a_ring_works_or_says_why_not() -> None:
    tried = try_ring()
    assert tried.failed >= 0
    assert tried.disabled in {None, 0, 1, 2}


def test_the_clock_is_asked() -> None:
    status, error = ask_clock()
    assert status is None or status >= 0
    assert error >= 0


def test_a_folder_that_is_not_there_yet_is_tried_above(tmp_path: Path) -> None:
    tried = try_disk(tmp_path / "not" / "yet")
    assert (tried.folder, tried.trouble) == (str(tmp_path), "")
    assert tried.speed > 0
    assert tried.sync > 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_says_why() -> None:
    assert try_disk(Path("/proc/fullhouse")).trouble


@pytest.mark.parametrize("ports", [range(0), range(43_100, 43_105)])
def test_sound_comes_in_on_every_free_port(ports: range) -> None:
    tried = try_udp("127.0.0.1", ports)
    assert tried.came == tried.ports - tried.taken
    assert not tried.trouble


def test_a_port_that_somebody_has_is_counted() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        tried = try_udp("127.0.0.1", range(port, port + 1))
    assert (tried.ports, tried.taken, tried.came) == (1, 1, 0)


def test_an_address_of_somebody_else_is_none_of_ours() -> None:
    assert "not an address of this machine" in try_udp("192.0.2.200", range(0)).trouble
