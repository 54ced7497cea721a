"""Which house a command asks."""

from pathlib import Path

import click
import pytest

from fullhouse.commands.asking import house_of
from fullhouse.errors import Refused
from fullhouse.settings import Settings


def test_a_house_elsewhere_needs_a_token(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="--token"):
        house_of(Settings(data=tmp_path), "http://h", None)
    house_of(Settings(data=tmp_path), "http://h", "token")


def test_without_one_it_is_the_one_that_runs_on_this_folder(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        house_of(Settings(data=tmp_path), None, None)
