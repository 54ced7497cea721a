"""The crowd hears what was sent, and nothing else."""

import json
import socket
import threading
import time
from collections.abc import Callable

import pytest

from fullhouse.media import Rendition
from fullhouse.programme.cmaf import init_segment, media_part
from fullhouse.units import PartNumber
from tests.ears import Ear, Ears

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
EVENT = json.dumps({"type": "room", "playing": "hold"}).encode()


def part(number: int) -> bytes:
    return media_part(Rendition.AAC, PartNumber(number), (b"packet",) * 15, (EVENT,))


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def ear() -> Ear:
    return Ear(socket.socket())


@pytest.mark.parametrize("step", [1, 7, 100, 10_000])
def test_an_ear_notes_parts_however_the_bytes_are_cut(step: int) -> None:
    raw = HEAD + init_segment(Rendition.AAC) + part(7) + part(8) + part(2**40)
    one = ear()
    for at in range(0, len(raw), step):
        one.hear(raw[at : at + step], 1.0)
    assert one.status == 200
    assert one.numbers() == [7, 8, 2**40]
    assert {heard.playing for heard in one.parts} == {"hold"}
    assert one.breaks() == [(8, 2**40)]
    assert not one.wrong


def test_an_ear_notes_bytes_that_are_no_box() -> None:
    one = ear()
    one.hear(HEAD + part(7) + b"garbage here" + part(8), 1.0)
    assert "after part 7" in one.wrong


def test_an_ear_notes_the_longest_gap() -> None:
    one = ear()
    for at in (1.0, 1.3, 2.5, 2.6):
        one.hear(HEAD, at)
    assert one.longest_gap == pytest.approx(1.2)


def test_a_crowd_listens_until_the_connections_end() -> None:
    server = socket.create_server(("127.0.0.1", 0), backlog=100)

    def serve() -> None:
        lines = [server.accept()[0] for _ in range(50)]
        for number in range(3):
            for line in lines:
                line.sendall((HEAD + init_segment(Rendition.AAC)) * (number == 0) + part(number))
        for line in lines[:10]:
            line.recv(1000)
            line.close()
        asked.wait(10)
        for line in lines[10:]:
            line.close()

    asked = threading.Event()
    thread = threading.Thread(target=serve)
    thread.start()
    with Ears("127.0.0.1", server.getsockname()[1], "/demo/live.mp4", 50) as ears:
        wait_until(lambda: all(len(one.parts) == 3 for one in ears.all))
        assert ears.playing() == {"hold": 50}
        assert (ears.breaks(), ears.wrong(), ears.statuses()) == ([], [], {200: 50})
        wait_until(lambda: ears.ended() == 10)
        asked.set()
    thread.join()
    server.close()
