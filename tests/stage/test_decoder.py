"""A source's decoder as its parent sees it."""

import asyncio
import os
from collections.abc import Callable

import numpy as np
import psutil
import pytest
import uvloop

from fullhouse.media import Pcm
from fullhouse.stage.container import Container
from fullhouse.stage.decoder import Decoder, decoder
from tests.coded_noise import coded_noise, find
from tests.stage.sources import ENCODINGS, encoded

NOISE = coded_noise(3)


async def frames(child: Decoder) -> list[Pcm]:
    heard = []
    while (frame := await child.frame()) is not None:
        heard.append(frame)
    return heard


async def test_bytes_in_frames_out() -> None:
    raw = encoded(NOISE, *ENCODINGS["ogg-flac"])
    async with decoder(Container.OGG) as child:
        hearing = asyncio.create_task(frames(child))
        assert await child.write(raw)
        child.finish()
        heard = np.concatenate(await hearing)
    assert find(NOISE, heard).share == 1


async def written_while_nobody_reads(raw: bytes) -> int:
    """Return how many bytes the decoder takes within a second."""
    written = 0
    async with decoder(Container.MP3) as child:

        async def write() -> None:
            nonlocal written
            for at in range(0, len(raw), 4096):
                await child.write(raw[at : at + 4096])
                written = at

        writing = asyncio.create_task(write())
        await asyncio.sleep(1)
        writing.cancel()
    return written


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_writer_waits_while_nobody_takes_the_frames(
    new_loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    """Pipes are small: a file sent at once does not pile up on our side, on either loop."""
    raw = encoded(coded_noise(20), *ENCODINGS["mp3"])
    assert len(raw) > 200_000
    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(written_while_nobody_reads(raw)) < 62_000


async def test_a_dead_child_takes_no_more_and_gives_no_more() -> None:
    async with decoder(Container.MP3) as child:
        os.kill(child.pid, 9)
        assert await child.frame() is None
        taken = [await child.write(bytes(65536)) for _ in range(20)]
        assert not taken[-1]


async def test_the_child_ends_with_its_block() -> None:
    async with decoder(Container.MP3) as child:
        pid = child.pid
        assert psutil.pid_exists(pid)
    assert not psutil.pid_exists(pid)


async def test_the_child_is_told_no_secrets() -> None:
    os.environ["FULLHOUSE_BUS"] = "nats://user:secret@host"
    try:
        async with decoder(Container.MP3) as child:
            assert "FULLHOUSE_BUS" not in psutil.Process(child.pid).environ()
    finally:
        del os.environ["FULLHOUSE_BUS"]
