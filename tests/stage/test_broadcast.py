"""One source's connection, with real ffmpeg, a real NATS and real child processes."""

import asyncio
import base64
import itertools
import json
import os
from pathlib import Path

import numpy as np
import psutil
import pytest

from fullhouse.bus import Bus
from fullhouse.stage import broadcast
from tests.coded_noise import coded_noise, find
from tests.stage.sources import ENCODINGS, Heard, SourcePort, encoded, hang_up, source_port, until

SECONDS = 1.6
NOISE = coded_noise(SECONDS)
KEY = "Authorization: Basic " + base64.b64encode(b"source:key").decode()
REAL_TIME = "-re"


def head(room: str, *fields: str, line: str = "PUT /{} HTTP/1.1") -> bytes:
    return "\r\n".join([line.format(room), "Host: x", KEY, *fields, "", ""]).encode()


@pytest.fixture
def noise_file(tmp_path: Path) -> Path:
    path = tmp_path / "noise.wav"
    path.write_bytes(encoded(NOISE, "-f", "wav"))
    return path


def judge(heard: Heard) -> None:
    """Everything came, once, in order and in the rhythm of real time."""
    found = find(NOISE, heard.pcm())
    assert found.share >= 0.99
    assert found.worst_jump() <= 1
    assert {b - a for a, b in itertools.pairwise(heard.numbers)} == {1}
    late = np.array(heard.times) - heard.times[0] - 0.02 * np.arange(len(heard.times))
    assert late.min() > -0.5


async def test_every_kind_of_source_is_heard(nats_url: str, noise_file: Path) -> None:
    """ffmpeg speaks in real time as each kind of source, all at once, in rooms of their own."""
    kinds = {**ENCODINGS, "legacy": (*ENCODINGS["mp3"], "-legacy_icecast", "1")}
    async with source_port(nats_url) as port:
        heard = {kind: await port.hear(kind) for kind in kinds}
        sending = (port.ffmpeg(noise_file, kind, kinds[kind], REAL_TIME) for kind in kinds)
        assert await asyncio.gather(*sending) == [0] * len(kinds)
        for kind in kinds:
            await heard[kind].left()
            judge(heard[kind])


@pytest.mark.paired
async def test_a_file_sent_at_once_is_spoken_in_real_time(nats_url: str, noise_file: Path) -> None:
    """TCP makes the sender wait; an old-style one that reads no answer loses nothing, either."""

    async def send(port: SourcePort, room: str, legacy: int) -> None:
        options = (*ENCODINGS["flac"], "-ice_name", "Hütte", "-legacy_icecast", str(legacy))
        heard = await port.hear(room)
        assert await port.ffmpeg(noise_file, room, options) == 0
        await heard.left()
        judge(heard)
        assert heard.times[-1] - heard.times[0] == pytest.approx(SECONDS, abs=0.8)
        assert {seat.name for seat in heard.seats} == {"Hütte"}
        assert len(heard.seats) >= 2
        assert [seat.leaves for seat in heard.seats].count(True) == 1

    async with source_port(nats_url) as port:
        await asyncio.gather(send(port, "put", 0), send(port, "source", 1))


def in_chunks(raw: bytes) -> bytes:
    pieces = (raw[at : at + 3000] for at in range(0, len(raw), 3000))
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


async def test_a_body_that_says_its_end_is_answered_there(nats_url: str) -> None:
    """As curl -T sends a file: 200 when all of it has been spoken."""
    raw = encoded(NOISE, *ENCODINGS["ogg-opus"])
    requests = {
        "length": head("length", f"Content-Length: {len(raw)}") + raw,
        "chunked": head("chunked", "Transfer-Encoding: chunked") + in_chunks(raw),
    }

    async def send(port: SourcePort, room: str) -> None:
        heard = await port.hear(room)
        assert (await port.ask(requests[room], 15)).startswith(b"HTTP/1.1 200 OK\r\n")
        await heard.left()
        judge(heard)

    async with source_port(nats_url) as port:
        await asyncio.gather(*(send(port, room) for room in requests))


WAITING = (
    ("SOURCE /{} ICE/1.0", (), b"HTTP/1.0 200 OK\r\n"),
    ("SOURCE /{} HTTP/1.0", (), b"HTTP/1.0 200 OK\r\n"),
    ("PUT /{} HTTP/1.1", (), b"HTTP/1.1 200 OK\r\n"),
    ("PUT /{} HTTP/1.1", ("Expect: 100-continue",), b"HTTP/1.1 100 Continue\r\n"),
)


async def test_a_client_that_waits_for_the_answer_gets_it(nats_url: str) -> None:
    """libshout, BUTT and liquidsoap send no sound before."""
    sound = encoded(NOISE[:24_000], *ENCODINGS["mp3"])

    async def wait(
        port: SourcePort, room: str, line: str, fields: tuple[str, ...], answer: bytes
    ) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
        writer.write(head(room, *fields, line=line))
        assert await asyncio.wait_for(reader.readline(), 3) == answer
        heard = await port.hear(room)
        writer.write(sound)
        await heard.spoken(5)
        hang_up(writer)
        await heard.left()

    async with source_port(nats_url) as port:
        waiting = (wait(port, f"polite{n}", *how) for n, how in enumerate(WAITING))
        await asyncio.gather(*waiting)


async def refused(port: SourcePort, request: bytes) -> tuple[int, str]:
    """Return the status and code of a refusal, which is one line of JSON."""
    fields, _, body = (await port.ask(request)).partition(b"\r\n\r\n")
    if fields.endswith(b"100 Continue"):
        fields, _, body = body.partition(b"\r\n\r\n")
    assert body.count(b"\n") == 1
    return int(fields.split()[1]), json.loads(body)["code"]


@pytest.mark.parametrize("expects", [(), ("Expect: 100-continue",)])
@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>This is not audio.</body></html>",
        b"OggS" + bytes(50_000),
        np.random.default_rng(3).bytes(16_000_000),
        b"",
    ],
)
async def test_what_is_not_audio_is_refused(
    nats_url: str, body: bytes, expects: tuple[str, ...]
) -> None:
    async with source_port(nats_url) as port:
        request = head("junk", f"Content-Length: {len(body)}", *expects) + body
        assert await refused(port, request) == (415, "not_audio")


async def test_while_the_bus_is_away_nothing_piles_up(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is spoken then is not sent later, in a rush: its time is over."""
    async with source_port(nats_url) as port:
        heard = await port.hear("away")
        _, writer = await asyncio.open_connection("127.0.0.1", port.port)
        writer.write(head("away") + encoded(NOISE, *ENCODINGS["mp3"]))
        await heard.spoken(5)
        with monkeypatch.context() as patch:
            patch.setattr(Bus, "connected", False)
            await asyncio.sleep(0.1)
            count = len(heard.frames)
            await asyncio.sleep(0.4)
            assert len(heard.frames) == count
        await heard.spoken(count + 10)
        assert max(b - a for a, b in itertools.pairwise(heard.numbers)) >= 15
        hang_up(writer)
        await heard.left()


async def test_sound_that_turns_into_junk_ends_alone(
    nats_url: str, noise_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One warning line, and another room's source does not notice."""
    sound = encoded(NOISE, *ENCODINGS["flac"])
    async with source_port(nats_url) as port:
        heard, other = await port.hear("junk"), await port.hear("other")
        sending = asyncio.create_task(port.ffmpeg(noise_file, "other", ENCODINGS["mp3"], REAL_TIME))
        await other.spoken()
        child = next(
            process
            for process in psutil.Process().children()
            if "fullhouse.stage.decode" in process.cmdline()
        )
        _, writer = await asyncio.open_connection("127.0.0.1", port.port)
        writer.write(head("junk", "Expect: 100-continue") + sound)
        await heard.spoken()
        for process in psutil.Process().children():
            if process.pid != child.pid and "fullhouse.stage.decode" in process.cmdline():
                os.kill(process.pid, 9)
        await heard.left()
        writer.close()
        assert await sending == 0
        await other.left()
        judge(other)
    assert capsys.readouterr().out.count("source closed") == 1


async def test_a_source_that_says_nothing_more_is_closed(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After 15 s; here four, so that the test is short, and what decodes it begins before that."""
    monkeypatch.setattr(broadcast, "STALL_SECONDS", 4.0)
    async with source_port(nats_url) as port:
        heard = await port.hear("stall")
        reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
        writer.write(head("stall") + encoded(NOISE[:24_000], *ENCODINGS["mp3"]))
        answer = await asyncio.wait_for(reader.read(), 20)
        assert answer.startswith(b"HTTP/1.1 200")
        await heard.left()
        writer.close()


async def test_a_client_that_goes_in_its_head_is_forgotten(nats_url: str) -> None:
    async with source_port(nats_url) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port.port)
        writer.write(b"PUT /demo HTTP/1.1\r\n")
        writer.close()
        assert await refused(port, b"GET / HTTP/1.1\r\n\r\n") == (405, "not_a_source")


async def test_a_slow_head_is_refused(nats_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast, "HEAD_SECONDS", 0.3)
    async with source_port(nats_url) as port:
        assert await refused(port, b"PUT /demo HTTP/1.1\r\n") == (408, "head_too_slow")


async def test_no_child_outlives_its_source(nats_url: str, noise_file: Path) -> None:
    def children() -> int:
        names = [process.cmdline() for process in psutil.Process().children()]
        return sum("fullhouse.stage.decode" in name for name in names)

    async with source_port(nats_url) as port:
        heard = await port.hear("gone")
        sending = asyncio.create_task(port.ffmpeg(noise_file, "gone", ENCODINGS["aac"], REAL_TIME))
        await heard.spoken()
        assert children() == 1
        sending.cancel()
        await heard.left()
        await until(lambda: children() == 0, 5)
