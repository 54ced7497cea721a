"""Listening to a room, whatever happens on the way."""

import asyncio
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fullhouse.client import listen as listening
from fullhouse.client.hearing import NotWritable
from fullhouse.client.links import Format
from fullhouse.client.listen import Listening, NoRoom, Silent, Uninvited, Unreachable, listen
from fullhouse.clock import Clock
from fullhouse.units import PART_MICROS
from tests.client.peers import parts_of, push_edge
from tests.client.test_hearing import read_wav
from tests.coded_noise import coded_noise, find
from tests.stage.sources import encoded

NOISE = coded_noise(8)
PARTS = parts_of(NOISE)
PUSHED = (Format.MP4, Format.OPUS, Format.AAC, Format.OGG)


@pytest.mark.parametrize("format", PUSHED)
async def test_a_room_is_heard_in_every_form(tmp_path: Path, format: Format) -> None:
    out = tmp_path / "out.wav"
    async with push_edge(PARTS) as edge:
        heard = await listen(url=edge.url, format=format, seconds=5, out=out)
    found = find(NOISE, read_wav(out))
    assert found.share >= 0.99
    assert found.worst_jump() <= 1
    assert (heard.seconds, heard.reconnects, heard.holes) == (5, 0, 0)
    assert heard.first_sound_seconds is not None
    assert heard.first_sound_seconds < 1.5
    assert heard.level_db == pytest.approx(-16, abs=2)
    assert (heard.parts > 10) == (format in (Format.MP4, Format.OPUS))


@pytest.mark.parametrize("silent", [False, True])
async def test_a_broken_connection_is_made_again_at_the_next_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    """Closed or just silent: the listener goes on where it was, nothing twice, nothing lost."""
    monkeypatch.setattr(listening, "SILENT_SECONDS", 0.5)
    out = tmp_path / "out.wav"
    async with push_edge(PARTS) as edge:
        edge.cut_after, edge.silent = [5, 5], silent
        edge.refuse = []
        heard = await listen(url=edge.url, seconds=5, out=out)
    assert edge.asked == ["/demo/live.mp4?", "/demo/live.mp4?from=105", "/demo/live.mp4?from=110"]
    assert (heard.reconnects, heard.holes) == (2, 0)
    found = find(NOISE, read_wav(out))
    assert found.share >= 0.95
    assert found.worst_jump() <= 25


async def test_the_key_of_a_room_by_invitation_comes_along_each_time() -> None:
    """It is in no answer that somebody may keep or show."""
    async with push_edge(PARTS) as edge:
        edge.cut_after, edge.refuse = [5], []
        heard = await listen(url=f"{edge.url}?key=se-cret", seconds=3)
    assert edge.asked == ["/demo/live.mp4?key=se-cret", "/demo/live.mp4?key=se-cret&from=105"]
    assert heard.url == edge.url


async def test_without_its_key_a_room_by_invitation_says_what_is_missing() -> None:
    async with push_edge(PARTS) as edge:
        edge.refuse = [403]
        with pytest.raises(Uninvited, match="by invitation"):
            await listen(url=f"{edge.url}?key=se-cret", seconds=1)


async def test_an_edge_that_is_starting_again_is_waited_for() -> None:
    async with push_edge(PARTS) as edge:
        edge.cut_after, edge.refuse = [4], []
        states: set[str] = set()

        def watch(progress: Listening) -> None:
            states.add(progress.state)
            if progress.parts == 2:
                edge.refuse = [503, 404]

        heard = await listen(url=edge.url, seconds=4, on_progress=watch)
    assert heard.reconnects == 1
    assert states == {"connecting", "listening", "away"}


async def test_a_room_that_is_full_is_waited_for() -> None:
    async with push_edge(PARTS) as edge:
        edge.refuse = [503, 503]
        assert (await listen(url=edge.url, seconds=1)).seconds == 1


async def test_parts_that_never_came_are_counted() -> None:
    async with push_edge(PARTS) as edge:
        edge.skip = (103, 104)
        heard = await listen(url=edge.url, seconds=4)
    assert heard.holes == 2


async def test_seconds_that_never_come_are_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half a minute longer than was asked for, and then what was heard until then is it."""
    monkeypatch.setattr(listening, "PATIENCE_SECONDS", 1.0)
    async with push_edge(PARTS) as edge:
        edge.cut_after, edge.silent = [5], True
        heard = await listen(url=edge.url, seconds=3)
        assert 1 < heard.seconds < 3
        edge.refuse = [503] * 50
        with pytest.raises(Silent):
            await listen(url=edge.url, seconds=1)


async def test_what_the_stream_says_is_shown() -> None:
    seen: list[Listening] = []
    async with push_edge(PARTS) as edge:
        await listen(url=edge.url, seconds=4, on_progress=seen.append)
    last = seen[-1]
    assert last.room.speaking == ("Ana",)
    assert (last.room.title, last.room.state) == ("Demo", "live")
    assert last.level_db == pytest.approx(-16, abs=2)
    assert last.parts > 8


async def test_latency_is_measured_against_the_rooms_timeline() -> None:
    """Parts come on time here, 0.7 s after their end."""
    async with push_edge(PARTS) as edge:
        edge.pace = PART_MICROS / 1e6
        edge.epoch = Clock().now() - 101 * PART_MICROS - 700_000
        heard = await listen(url=edge.url, seconds=3.9)
    assert heard.latency_seconds == pytest.approx(0.7, abs=0.25)


async def test_a_link_that_never_worked_is_refused(tmp_path: Path) -> None:
    async with push_edge(PARTS) as edge:
        with pytest.raises(NoRoom, match="There is no room at"):
            await listen(url=edge.url.replace("demo", "other"))
        with pytest.raises(NotWritable):
            await listen(url=edge.url, out=tmp_path / "no" / "x.wav")
    with pytest.raises(Unreachable, match="Nobody answers at"):
        await listen(url="http://127.0.0.1:1/demo")


async def test_listening_can_be_stopped(tmp_path: Path) -> None:
    """What was heard until then is in the file."""
    out = tmp_path / "out.wav"
    async with push_edge(PARTS) as edge:
        task = asyncio.create_task(listen(url=edge.url, out=out))
        await asyncio.sleep(1.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert find(NOISE, read_wav(out)).share >= 0.99


@contextmanager
def playlist(folder: Path) -> Iterator[str]:
    """Serve a room whose HLS has been cut by ffmpeg."""
    hls = folder / "demo" / "hls"
    hls.mkdir(parents=True)
    (folder / "demo" / "state.json").write_text('{"epoch": 0, "title": "D", "state": "live"}')
    wav = folder / "noise.wav"
    wav.write_bytes(encoded(NOISE, "-f", "wav"))
    options = ["-hls_time", "1", "-hls_segment_type", "fmp4", "-hls_list_size", "0"]
    command = ["ffmpeg", "-v", "error", "-i", str(wav), "-c:a", "aac", *options, "live.m3u8"]
    subprocess.run(command, cwd=hls, check=True)
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/demo"
    finally:
        server.shutdown()
        server.server_close()


async def test_a_playlist_is_heard(tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    with playlist(tmp_path) as url:
        heard = await listen(url=url, format=Format.HLS, seconds=5, out=out)
    assert heard.seconds == 5
    found = find(NOISE, read_wav(out))
    assert found.share >= 0.99
    assert found.worst_jump() <= 1
