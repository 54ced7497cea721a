"""The bundled server's configuration says what it must, and a real server understands it."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullhouse.up.nats_config import config, version_of
from tests.servers import SCRIPTS


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("nats-server: v2.15.1", (2, 15, 1)),
        ("nats-server: v2.9.10-beta.3\n", (2, 9, 10)),
        ("nats-server: v2", None),
        ("", None),
    ],
)
def test_a_servers_version(said: str, version: tuple[int, int, int] | None) -> None:
    assert version_of(said) == version


def test_versions_compare_as_numbers() -> None:
    """2.9 is older than 2.12, whatever the alphabet says."""
    old, new = version_of("v2.9.10"), version_of("v2.12.3")
    assert old is not None
    assert new is not None
    assert old < new


def test_what_was_acknowledged_is_on_the_disk_and_the_server_on_loopback() -> None:
    text = config(port=4222, password="p", store="/s", log="/l")
    assert "sync_interval: always" in text
    assert 'listen: "127.0.0.1:4222"' in text


def test_a_real_server_accepts_it_even_with_odd_folders(tmp_path: Path) -> None:
    folder = tmp_path / 'a "b" \\c é'
    folder.mkdir()
    file = folder / "nats.conf"
    file.write_text(
        config(port=4222, password="p'\"\\", store=str(folder / "s"), log=str(folder / "log"))
    )
    done = subprocess.run(
        [SCRIPTS / "nats-server", "-t", "-c", file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@settings(max_examples=30)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_no_text_leaves_its_quotes(text: str) -> None:
    line = next(
        line for line in config(port=1, password="p", store=text, log="l").split("\n")
        if line.startswith("  store_dir: ")
    )  # fmt: skip
    assert json.loads(line.removeprefix("  store_dir: ")) == text
