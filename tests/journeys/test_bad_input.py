"""What does not belong at an open door: each gets one clear line, and nobody else notices."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.coded_noise import coded_noise
from tests.ears import Ears
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sounds import icecast_source, write_wav

pytestmark = pytest.mark.patient

VIDEO_ONLY = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:96 VP8/90000\r\n"
    "a=sendonly\r\na=rtcp-mux\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n"
    f"a=fingerprint:sha-256 {':'.join(['AB'] * 32)}\r\na=setup:actpass\r\n"
)
OFFERS = {
    "not SDP at all": b"hello",
    "nothing": b"",
    "not text": bytes(range(256)),
    "over 16 kB": b"v=0\r\n" + b"a=x\r\n" * 4000,
    "video only": VIDEO_ONLY.encode(),
    "a payload type of 33 bits": VIDEO_ONLY.replace("video", "audio")
    .replace("96", "4294967296")
    .encode(),
    "a NUL in fmtp": VIDEO_ONLY.replace("video", "audio").encode() + b"a=fmtp:96 a\0b\r\n",
}
SLUGS = ("..", "%2e%2e%2fetc%2fpasswd", "caf%C3%A9", "a" * 300, "UPPER", "-", "a%00b")
FOR_THE_ROOM = b"/stays HTTP/1.1\r\nHost: x\r\nContent-Length: "
EDGE_REQUESTS = {
    "garbage": b"\x16\x03\x01 what is this\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "a head of 70 kB": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    "a body where none belongs": b"GET " + FOR_THE_ROOM + b"5\r\n\r\nhello",
    "a method that is none": b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a beat that is too large": b"POST "
    + FOR_THE_ROOM.replace(b"stays", b"stays/beat")
    + b"999\r\n\r\n"
    + b"a" * 999,
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with fullhouse_up(tmp_path_factory.mktemp("bad-input")) as up:
        yield up


@pytest.fixture(scope="module")
def links(running: Running) -> dict[str, str]:
    return running.room("attacked")


@pytest.fixture(autouse=True)
def _nobody_else_notices(running: Running, calm: Ears) -> Iterator[None]:
    """Around each test: no process died, nothing is an error, the other room plays on."""
    before = {process.pid for process in running.processes("fullhouse")}
    yield
    assert before <= {process.pid for process in running.processes("fullhouse")}
    assert not running.errors()
    assert calm.ended() == 0
    assert not calm.breaks()
    assert calm.playing().keys() == {"sound"}


@pytest.fixture(scope="module")
def calm(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ears]:
    """Ten who listen to another room all the while."""
    wav = write_wav(tmp_path_factory.mktemp("wav") / "noise.wav", coded_noise(20))
    edge = urlsplit(running.edge)
    assert edge.hostname is not None
    assert edge.port is not None
    with (
        icecast_source(running.room("stays"), wav),
        Ears(edge.hostname, edge.port, "/stays/live.mp4", 10) as ears,
    ):
        ears.wait_until_playing("sound")
        time.sleep(1)
        yield ears


def talk(url: str, request: bytes, seconds: float = 10) -> tuple[int, dict[str, str]]:
    """Send bytes as they are; return the status and the JSON of the answer."""
    address = urlsplit(url)
    assert address.port is not None
    with socket.create_connection(("127.0.0.1", address.port), timeout=seconds) as line:
        line.sendall(request)
        answer = b""
        while chunk := line.recv(65_536):
            answer += chunk
            if b"\r\n\r\n" in answer and answer.rstrip().endswith(b"}"):
                break
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), clear(body)


def clear(body: bytes) -> dict[str, str]:
    """Return the answer's JSON, once it is seen to be one line with a code and a message."""
    assert body.strip().count(b"\n") == 0, body
    line: dict[str, str] = json.loads(body)
    assert line["code"]
    assert line["message"]
    return line


@pytest.mark.parametrize("name", EDGE_REQUESTS)
def test_the_edge_refuses_what_makes_no_sense(running: Running, name: str) -> None:
    status, _ = talk(running.edge, EDGE_REQUESTS[name])
    assert 400 <= status < 500


def test_a_slow_head_is_not_waited_for(running: Running) -> None:
    """At either door: five seconds for a head, and not one for each line of it."""
    began = time.monotonic()
    slow = b"GET /stays HTTP/1.1\r\nHost:"
    with ThreadPoolExecutor() as both:
        answers = list(both.map(lambda door: talk(door, slow, 12), (running.edge, running.source)))
    assert [status for status, _ in answers] == [408, 408]
    assert 4 <= time.monotonic() - began <= 8


@pytest.mark.parametrize("slug", SLUGS)
def test_no_door_opens_for_a_name_that_is_none(
    running: Running, links: dict[str, str], slug: str
) -> None:
    """`..`, unicode, 300 characters and more, at each of the doors."""
    status, _ = talk(running.edge, f"GET /{slug} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert 400 <= status < 500
    status, _ = talk(running.source, f"PUT /{slug} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert 400 <= status < 500
    bearer = f"Authorization: Bearer {links['whip_token']}\r\nContent-Type: application/sdp\r\n"
    offer = f"POST /whip/{slug} HTTP/1.1\r\nHost: x\r\n{bearer}Content-Length: 2\r\n\r\nv="
    status, _ = talk(running.house, offer.encode())
    assert 400 <= status < 500


@pytest.mark.parametrize("name", OFFERS)
def test_a_bad_offer_is_refused_as_a_whole(
    running: Running, links: dict[str, str], name: str
) -> None:
    answer = httpx.post(
        links["whip"],
        content=OFFERS[name],
        headers={
            "Authorization": f"Bearer {links['whip_token']}",
            "Content-Type": "application/sdp",
        },
        timeout=15,
    )
    assert 400 <= answer.status_code < 500
    clear(answer.content)


def test_a_wrong_key_opens_nothing(running: Running, links: dict[str, str]) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    for method, path in (
        ("POST", "/whip/attacked"),
        ("GET", "/api/rooms"),
        ("GET", "/api/rooms/attacked"),
        ("POST", "/api/rooms/attacked/end"),
        ("GET", "/api/rooms/attacked/events"),
    ):
        kind = "application/sdp" if path.startswith("/whip") else "application/json"
        headers = wrong | {"Content-Type": kind}
        answer = httpx.request(method, running.house + path, headers=headers, timeout=10)
        assert answer.status_code in (401, 403)
        clear(answer.content)
    answer = httpx.put(links["source"], auth=("source", "wrong"), content=b"x" * 100, timeout=10)
    assert answer.status_code in (401, 403)


def test_what_is_no_sound_is_not_played(running: Running, links: dict[str, str]) -> None:
    """Not audio in a PUT: a 4xx, and the mount is free again."""
    login = (links["source_user"], links["source_key"])
    for body in (b"<html>not sound</html>" * 5000, bytes(200_000), b"OggS" + bytes(100_000)):
        answer = httpx.put(links["source"], auth=login, content=body, timeout=15)
        assert 400 <= answer.status_code < 500, body[:10]
        clear(answer.content)


def test_a_second_source_on_one_mount_is_refused(
    running: Running, links: dict[str, str], tmp_path: Path
) -> None:
    wav = write_wav(tmp_path / "noise.wav", coded_noise(20))
    with icecast_source(links, wav):
        running.wait_for_state("attacked", "live")
        login = (links["source_user"], links["source_key"])
        answer = httpx.put(links["source"], auth=login, content=b"OggS" * 1000, timeout=10)
        assert answer.status_code == 409
        clear(answer.content)


def test_an_unknown_room_is_said_to_be_unknown(running: Running) -> None:
    for path in ("/nobody", "/nobody/live.mp4", "/nobody/state.json", "/nobody/hls/live.m3u8"):
        answer = httpx.get(running.edge + path, timeout=5)
        assert answer.status_code == 404
        clear(answer.content)
    page = httpx.get(f"{running.edge}/nobody", headers={"Accept": "text/html"}, timeout=5)
    assert page.status_code == 404
    assert "<html" in page.text
