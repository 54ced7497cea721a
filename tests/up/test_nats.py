"""A server is prepared once and can be started at the same place as often as need be."""

import asyncio
import stat
import sys
from pathlib import Path

import pytest

from fullhouse.bus import connect
from fullhouse.errors import Refused
from fullhouse.up.nats import nats_server


def pretender(folder: Path, says: str) -> str:
    """Return the path of a program that says this of itself."""
    program = folder / "nats-server"
    program.write_text(f"#!{sys.executable}\nprint({says!r})\n")
    program.chmod(0o755)
    return str(program)


async def test_the_installed_server_runs_and_comes_back_at_the_same_place(tmp_path: Path) -> None:
    server = nats_server(tmp_path, "")
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(*server.command)
        try:
            async with connect(server.url, "test") as bus:
                assert await bus.kept_rooms() == []
        finally:
            process.kill()
            await process.wait()
    assert server.log.read_text() != ""


def test_the_file_with_the_password_is_for_the_owner_alone(tmp_path: Path) -> None:
    nats_server(tmp_path, "")
    assert stat.S_IMODE((tmp_path / "nats" / "nats.conf").stat().st_mode) == 0o600


def test_each_up_has_a_password_of_its_own(tmp_path: Path) -> None:
    assert nats_server(tmp_path, "").url != nats_server(tmp_path, "").url


@pytest.mark.parametrize(
    ("says", "complaint"), [("nats-server: v2.9.10", "2.9.10"), ("hello", "unknown version")]
)
def test_too_old_a_server_is_refused(tmp_path: Path, says: str, complaint: str) -> None:
    with pytest.raises(Refused, match=rf"{complaint}.*2\.12\.3 or newer") as refusal:
        nats_server(tmp_path, pretender(tmp_path, says))
    assert refusal.value.code == "old_nats_server"


def test_a_server_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="--nats-server"):
        nats_server(tmp_path, str(tmp_path / "nowhere"))
