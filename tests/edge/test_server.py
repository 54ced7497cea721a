"""One edge worker from end to end: a real bus, real sockets, real sound."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from fullhouse.edge import server
from fullhouse.edge.choice import choose
from fullhouse.edge.port import listening
from fullhouse.edge.sender import WriteSender
from fullhouse.edge.server import kept_parts, open_files, serve
from fullhouse.errors import Refused
from fullhouse.wire import RoomState
from tests.edge.made import FILLER
from tests.edge.stand import stage, until


def test_a_window_is_as_long_as_players_may_go_back_and_a_minute_more() -> None:
    assert kept_parts(10) == 1875 + 188


def test_files_may_be_opened() -> None:
    assert open_files() >= 1024


def test_a_taken_port_and_a_foreign_address_are_refused_in_one_line() -> None:
    with listening("127.0.0.1", 0, 32_768) as sock:
        sock.listen()
        port = sock.getsockname()[1]
        with listening("127.0.0.1", port, 32_768):
            pass  # workers share a port
    with pytest.raises(Refused, match="cannot be used"):
        listening("192.0.2.1", port, 32_768)


def test_what_sends_is_said_and_why_it_is_not_what_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with capture_logs() as logs:
        assert server.chosen("write").name == "write"
        monkeypatch.setattr(server, "choose", lambda setting: (WriteSender(), "no io_uring: gone"))
        server.chosen("uring")
        server.chosen("auto")
    said = [(line["log_level"], line["sender"], line["why"]) for line in logs]
    assert said == [
        ("info", "write", "as set"),
        ("warning", "write", "no io_uring: gone"),
        ("info", "write", "no io_uring: gone"),
    ]


async def test_a_worker_serves_until_it_is_cancelled(nats_url: str, tmp_path: Path) -> None:
    """Its last act is to let everybody go."""
    async with stage(nats_url, "served") as house:
        await house.say(RoomState.LIVE, keep=True)
    with capture_logs() as logs:
        serving = asyncio.create_task(
            serve(
                bus_url=nats_url,
                edge_name="edge-served",
                host="127.0.0.1",
                port=0,
                admin_port=0,
                rewind_minutes=1,
                send_buffer=32_768,
                filler=FILLER,
                web_folder=tmp_path,
            )
        )
        await until(lambda: any(line["event"] == "edge listens" for line in logs))
    said = next(line for line in logs if line["event"] == "edge listens")
    sends = next(line for line in logs if line["event"] == "edge sends")
    assert sends["sender"] == choose("auto")[0].name
    reader, writer = await asyncio.open_connection("127.0.0.1", said["port"])
    writer.write(b"GET /served/live.aac HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    async with asyncio.timeout(5):
        await reader.read()
    writer.close()
    with pytest.raises(OSError, match="refused"):
        await asyncio.open_connection("127.0.0.1", said["port"])
