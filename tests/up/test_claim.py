"""Whatever would make `up` fail later makes it refuse first, in one sentence."""

import json
import socket
import stat
from pathlib import Path

import pytest

from fullhouse.errors import Refused
from fullhouse.up.claim import check_ports, claimed_folder, told_in_run_file


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    with claimed_folder(tmp_path / "a" / "b") as data:
        assert data.is_dir()
        assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_one_up_at_a_time_holds_a_folder(tmp_path: Path) -> None:
    with (
        claimed_folder(tmp_path),
        pytest.raises(Refused, match="Another fullhouse up"),
        claimed_folder(tmp_path),
    ):
        pass
    with claimed_folder(tmp_path):
        """And after it the next."""


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="Cannot write to"), claimed_folder(tmp_path / "file" / "x"):
        pass


def test_a_port_that_is_taken_is_refused_with_the_option_that_sets_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=rf"port {port}.*--house-port"):
            check_ports("127.0.0.1", {"--house-port": port})


def test_a_port_that_several_share_is_taken_as_well() -> None:
    """Edge workers share their port; a foreign edge must not share it with ours."""
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refused):
            check_ports("127.0.0.1", {"--edge-port": port})


@pytest.mark.parametrize("port", [0, 65_536])
def test_links_need_ports_that_are_known_before(port: int) -> None:
    with pytest.raises(Refused, match="--edge-port"):
        check_ports("127.0.0.1", {"--edge-port": port})


def test_an_address_that_is_not_ours_is_refused() -> None:
    with pytest.raises(Refused, match=r"192\.0\.2\.1"):
        check_ports("192.0.2.1", {"--edge-port": 8000})


def test_the_run_file_is_whole_secret_and_gone_in_the_end(tmp_path: Path) -> None:
    with told_in_run_file(tmp_path, {"house": "http://h", "pid": 1}) as file:
        assert json.loads(file.read_text()) == {"house": "http://h", "pid": 1}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == []
