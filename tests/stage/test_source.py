"""The port where sources come in: who may speak, and who may not."""

import asyncio
import base64
import itertools
import json
import os
import signal
import socket
from pathlib import Path

import pytest

from fullhouse.stage import broadcast, source
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import (
    SUBJECT_SOURCE_CHECK,
    RoomNews,
    RoomState,
    SourceVerdict,
    subject_room,
)
from tests.coded_noise import coded_noise, find
from tests.servers import nats_server
from tests.stage.sources import ENCODINGS, SourcePort, encoded, hang_up, house, source_port

NOISE = coded_noise(2)
MP3 = encoded(NOISE, *ENCODINGS["mp3"])


def head(room: str, key: str = "key", line: str = "PUT /{} HTTP/1.1") -> bytes:
    credentials = base64.b64encode(f"source:{key}".encode()).decode()
    return f"{line.format(room)}\r\nAuthorization: Basic {credentials}\r\n\r\n".encode()


async def refused(port: SourcePort, request: bytes) -> tuple[int, str]:
    fields, _, body = (await port.ask(request)).partition(b"\r\n\r\n")
    assert body.count(b"\n") == 1
    return int(fields.split()[1]), json.loads(body)["code"]


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (head("demo", "wrong"), 401, "not_allowed"),
        (head("nowhere"), 404, "unknown_room"),
        (head("a" * 300), 400, "bad_slug"),
        (head("../demo"), 400, "bad_slug"),
        (head("büro"), 400, "bad_slug"),
        (b"PUT /demo HTTP/1.1\r\n\r\n", 401, "not_allowed"),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400, "malformed"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 405, "not_a_source"),
        (b"PUT /demo HTTP/1.1\r\nX: " + b"a" * 70_000, 431, "head_too_large"),
    ],
)
async def test_a_wrong_request_is_refused_with_one_line(
    nats_url: str,
    request_: bytes,
    status: int,
    code: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And nothing is said about it at error level."""
    async with source_port(nats_url) as port:
        assert await refused(port, request_) == (status, code)
    printed = capsys.readouterr()
    assert "error" not in printed.out + printed.err


async def test_a_room_has_one_source(nats_url: str) -> None:
    """The second is told so, the first goes on."""
    async with source_port(nats_url) as port:
        heard = await port.hear("one")
        _, writer = await asyncio.open_connection("127.0.0.1", port.port)
        writer.write(head("one") + MP3)
        await heard.spoken(10)
        assert await refused(port, head("one") + MP3) == (409, "mount_taken")
        before = len(heard.frames)
        await heard.spoken(before + 20)
        hang_up(writer)
        await heard.left()
        assert find(NOISE, heard.pcm()).share >= 0.99


async def test_a_source_that_comes_back_takes_its_place(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broadcaster whose network died need not wait until we have noticed."""
    monkeypatch.setattr(broadcast, "GIVEN_UP_SECONDS", 0.5)
    async with source_port(nats_url) as port:
        heard = await port.hear("back")
        _, first = await asyncio.open_connection("127.0.0.1", port.port)
        first.write(head("back") + MP3[:14_000])
        await heard.spoken(30)
        await asyncio.sleep(0.6)
        count = len(heard.frames)
        _, second = await asyncio.open_connection("127.0.0.1", port.port)
        second.write(head("back") + MP3)
        await heard.spoken(count + 50)
        assert not any(seat.leaves for seat in heard.seats)
        assert heard.numbers == sorted(set(heard.numbers))
        first.close()
        hang_up(second)
        await heard.left()


async def test_as_many_sources_as_allowed_may_speak(nats_url: str) -> None:
    async with source_port(nats_url, sources=1) as port:
        heard = await port.hear("first")
        _, writer = await asyncio.open_connection("127.0.0.1", port.port)
        writer.write(head("first") + MP3)
        await heard.spoken()
        answer = await port.ask(head("second") + MP3)
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"Retry-After: 10" in answer
        hang_up(writer)
        await heard.left()


async def test_without_a_house_a_source_is_asked_to_come_again(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "CHECK_SECONDS", 0.3)
    async with source_port(nats_url, with_house=False) as port:
        answer = await port.ask(head("demo") + MP3)
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"Retry-After: 2" in answer
    assert b'"not_ready"' in answer


async def test_a_house_that_is_starting_again_is_waited_for(nats_url: str) -> None:
    async with source_port(nats_url, with_house=False) as port:
        heard = await port.hear("patience")
        _, writer = await asyncio.open_connection("127.0.0.1", port.port)
        writer.write(head("patience") + MP3)
        await asyncio.sleep(0.6)
        await port.bus.respond(SUBJECT_SOURCE_CHECK, house)
        await heard.spoken()
        hang_up(writer)
        await heard.left()


async def test_the_houses_own_refusal_is_passed_on(nats_url: str) -> None:
    async def full(raw: bytes) -> bytes:
        return SourceVerdict(status=403, code="room_ended", message="It is over.").pack()

    async with source_port(nats_url, with_house=False) as port:
        await port.bus.respond(SUBJECT_SOURCE_CHECK, full)
        assert await refused(port, head("demo")) == (403, "room_ended")


def news(state: RoomState, wanted: bool, revision: int) -> bytes:
    return RoomNews(
        slug=RoomSlug("ends"),
        title="",
        state=state,
        since=Micros(0),
        epoch=Micros(0),
        revision=revision,
        wanted=wanted,
    ).pack()


async def test_a_source_is_let_go_when_its_room_ends(nats_url: str) -> None:
    """Old news of an earlier end do not count: the room has begun again since."""
    async with source_port(nats_url) as port:
        heard = await port.hear("ends")
        reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
        writer.write(head("ends") + MP3)
        await heard.spoken()
        subject = subject_room(RoomSlug("ends"))
        await port.bus.publish(subject, news(RoomState.ENDED, False, 3))
        await port.bus.publish(subject, news(RoomState.LIVE, True, 4))
        await port.bus.publish(subject, news(RoomState.ENDED, False, 3))
        count = len(heard.frames)
        await heard.spoken(count + 10)
        await port.bus.publish(subject, news(RoomState.ENDED, False, 5))
        await asyncio.wait_for(reader.read(), 2)
        writer.close()
        await heard.left()


async def test_a_bus_that_goes_away_cuts_no_source(tmp_path: Path) -> None:
    """The connection stays; what is spoken meanwhile is dropped, and what comes after is heard."""
    with nats_server(tmp_path) as url:
        pid = int(next(tmp_path.glob("*.ports")).stem.rpartition("_")[2])
        async with source_port(url) as port:
            heard = await port.hear("bus")
            _, writer = await asyncio.open_connection("127.0.0.1", port.port)
            sound = encoded(coded_noise(14), *ENCODINGS["mp3"])
            sending = asyncio.create_task(send(writer, head("bus") + sound))
            await heard.spoken(20)
            freeze(pid, signal.SIGSTOP)
            await asyncio.sleep(6)  # it is taken for dead after 3 to 4
            freeze(pid, signal.SIGCONT)
            count = len(heard.frames)
            await heard.spoken(count + 60)
            assert max(b - a for a, b in itertools.pairwise(heard.numbers)) > 20
            sending.cancel()
            writer.close()


async def send(writer: asyncio.StreamWriter, raw: bytes) -> None:
    writer.write(raw)
    await writer.drain()


def freeze(pid: int, number: signal.Signals) -> None:
    os.kill(pid, number)


async def test_a_taken_port_is_said_at_once(nats_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            await source.serve(bus_url=nats_url, host="127.0.0.1", port=port)


@pytest.mark.parametrize("bound", ["CONNECTIONS", "FROM_ONE_ADDRESS"])
async def test_connections_have_a_bound(
    nats_url: str, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(source, bound, 2)
    async with source_port(nats_url) as port:
        idle = [await asyncio.open_connection("127.0.0.1", port.port) for _ in range(2)]
        await asyncio.sleep(0.1)
        assert (await refused(port, head("demo")))[0] == 503
        for _, writer in idle:
            writer.close()
        await asyncio.sleep(0.1)
        assert await refused(port, head("nowhere")) == (404, "unknown_room")


async def test_the_port_closes_its_sources_when_it_ends(nats_url: str) -> None:
    async with source_port(nats_url) as port:
        heard = await port.hear("closing")
        reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
        writer.write(head("closing") + MP3)
        await heard.spoken()
    await asyncio.wait_for(reader.read(), 2)
    writer.close()
