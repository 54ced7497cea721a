"""A token that stays the same over restarts, and that nobody else may read."""

from pathlib import Path

import pytest

from fullhouse.errors import Refused
from fullhouse.up.token_file import kept_token


def test_a_token_is_made_once_and_kept(tmp_path: Path) -> None:
    token = kept_token(tmp_path / "a.token")
    assert len(token) >= 32
    assert kept_token(tmp_path / "a.token") == token
    assert kept_token(tmp_path / "b.token") != token


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    kept_token(tmp_path / "a.token")
    assert (tmp_path / "a.token").stat().st_mode & 0o777 == 0o600


def test_an_empty_file_is_no_token(tmp_path: Path) -> None:
    """An empty token would let in whoever knows that."""
    (tmp_path / "a.token").touch()
    with pytest.raises(Refused, match="Delete it"):
        kept_token(tmp_path / "a.token")
