"""The server's key."""

import stat
from pathlib import Path

import pytest

from fullhouse.errors import Refused
from fullhouse.house.database import Database
from fullhouse.house.keyfile import OtherKey, keep_to, server_key


def test_the_key_is_made_once_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    key = server_key(path)
    assert len(key) == 32
    assert server_key(path) == key
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret.key"]


def test_the_key_is_for_our_eyes_only(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    server_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_houses_have_two_keys(tmp_path: Path) -> None:
    assert server_key(tmp_path / "a") != server_key(tmp_path / "b")


def test_a_file_that_holds_no_key_is_refused_in_one_line(tmp_path: Path) -> None:
    """Another key would quietly break every link that was ever handed out."""
    path = tmp_path / "secret.key"
    path.write_bytes(b"short")
    with pytest.raises(Refused, match="does not hold a key"):
        server_key(path)
    assert path.read_bytes() == b"short"


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be used: No such file"):
        server_key(tmp_path / "missing" / "secret.key")


def test_a_shared_database_takes_one_key(database: Database) -> None:
    """A house that would hand out links of its own does not start; alone, it may begin anew."""
    keep_to(database, bytes(32))
    keep_to(database, bytes(32))
    if database.shared:
        with pytest.raises(OtherKey, match=r"secret\.key is not that of the houses"):
            keep_to(database, bytes(range(32)))
        keep_to(database, bytes(32))
    else:
        keep_to(database, bytes(range(32)))
