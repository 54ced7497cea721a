"""A child makes a hold of a file; whatever the file does to it, the house gets an answer."""

import asyncio
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pytest

from fullhouse.errors import Refused
from fullhouse.house import hold_making
from fullhouse.house.hold_making import Busy, HoldMaking, Unreadable, _read
from tests.coded_noise import coded_noise
from tests.programme.test_hold_maker import file_of


@contextmanager
def sent(raw: bytes) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as file:
        file.write(raw)
        file.flush()
        yield file


async def test_a_file_is_made_a_hold() -> None:
    with sent(file_of(coded_noise(2.5, 3, peak=0.2))) as file:
        made = await HoldMaking().make(file)
    assert made.hold.seconds == pytest.approx(2.24)
    assert made.hold.size == len(made.raw)


async def test_a_refusal_of_the_childs_is_passed_on() -> None:
    with sent(b"no music at all") as file, pytest.raises(Refused) as refusal:
        await HoldMaking().make(file)
    assert (refusal.value.code, refusal.value.status) == ("no_sound", 415)


async def child(program: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", program, stdout=asyncio.subprocess.PIPE
    )


@pytest.mark.parametrize(
    "program",
    [
        "kill -9 $$",
        "exit 1",
        "echo no json",
        "echo '[]'",
        "echo '{}'",
        "echo '{\"lufs\": -20}'; echo rubbish",
        "echo '{\"lufs\": -20}'; head -c 20000000 /dev/zero",
        "head -c 200000 /dev/zero",
    ],
)
async def test_a_child_that_dies_or_babbles_costs_a_plain_answer(program: str) -> None:
    process = await child(program)
    with pytest.raises(Unreadable):
        await _read(process)
    if process.returncode is None:
        process.kill()
    await process.wait()


async def test_one_is_made_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold_making, "TURN_WITHIN", 0.05)
    making = HoldMaking()
    await making._turn.acquire()
    with pytest.raises(Busy) as refusal:
        await making.make(io.BytesIO())
    assert refusal.value.retry_after == 30


async def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold_making, "WITHIN", 0.2)
    making = HoldMaking()
    for _ in range(2):
        with sent(b"") as file, pytest.raises(Unreadable, match="too long"):
            await making.make(file)
