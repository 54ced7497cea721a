"""HTTP/1.1 over real sockets: what is asked well, badly, slowly or never."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from fullhouse.edge import lobby
from fullhouse.edge.hands import outcomes
from fullhouse.edge.limits import Capacity
from fullhouse.edge.port import listening
from fullhouse.edge.request import HEAD_BYTES
from fullhouse.edge.server import accepting
from fullhouse.edge.worker import Worker
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import HandsTaken
from tests.edge.stand import live_room, small_worker, until


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    fields: dict[str, str]
    body: bytes

    def code(self) -> str:
        """Return the word for programs of a refusal."""
        line = json.loads(self.body)
        assert set(line) == {"code", "message"}
        assert self.body.count(b"\n") == 1
        return str(line["code"])


class Caller:
    """A client that sends what it is told to, well or not."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, raw: bytes) -> Answer:
        self.writer.write(raw)
        return await self.answer()

    async def answer(self) -> Answer:
        async with asyncio.timeout(10):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in lines)
            body = await self.reader.readexactly(int(fields.get("content-length", 0)))
        return Answer(int(first.split()[1]), fields, body)

    async def ended(self) -> bool:
        """Return whether nothing more comes."""
        async with asyncio.timeout(10):
            try:
                return await self.reader.read() == b""
            except ConnectionError:
                return True


@dataclass(frozen=True, slots=True)
class House:
    """A worker that accepts callers."""

    worker: Worker
    port: int

    @asynccontextmanager
    async def call(self) -> AsyncIterator[Caller]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Caller(reader, writer)
        finally:
            writer.close()


@asynccontextmanager
async def opened(capacity: Capacity) -> AsyncIterator[House]:
    worker = small_worker(capacity)
    live_room(worker)
    with closing(listening("127.0.0.1", 0, 32_768)) as sock:
        async with accepting(sock, worker.lobby):
            yield House(worker, sock.getsockname()[1])
    worker.close()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """Bad input is the caller's fault: nothing is logged above info."""
    with capture_logs() as logs:
        async with opened(Capacity(1000, 10)) as one:
            yield one
    assert not [line for line in logs if line["log_level"] in ("error", "critical", "warning")]


def get(path: str, *headers: str) -> bytes:
    lines = "".join(f"{line}\r\n" for line in ("Host: ear", *headers))
    return f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()


async def test_one_connection_serves_many_requests(house: House) -> None:
    async with house.call() as caller:
        for path in ("/", "/demo", "/demo/state.json", "/nobody", "/demo/hls/aac-init.mp4"):
            answer = await caller.ask(get(path))
            assert answer.status == (404 if path == "/nobody" else 200)
            assert "set-cookie" not in answer.fields


async def test_requests_in_one_go_are_answered_in_order(house: House) -> None:
    async with house.call() as caller:
        caller.writer.write(get("/demo/state.json") + get("/favicon.svg") + get("/nobody"))
        answers = [await caller.answer() for _ in range(3)]
    assert [one.status for one in answers] == [200, 200, 404]
    assert [one.fields["content-type"].split(";")[0] for one in answers] == [
        "application/json",
        "image/svg+xml",
        "application/json",
    ]


async def test_a_request_may_come_byte_by_byte(house: House) -> None:
    async with house.call() as caller:
        for byte in get("/demo/state.json"):
            caller.writer.write(bytes([byte]))
            await asyncio.sleep(0)
        assert (await caller.answer()).status == 200


async def test_a_caller_who_asks_for_it_is_let_go_after_the_answer(house: House) -> None:
    async with house.call() as caller:
        answer = await caller.ask(get("/demo", "Connection: close"))
        assert answer.fields["connection"] == "close"
        assert await caller.ended()
    async with house.call() as caller:
        assert (await caller.ask(b"GET /demo HTTP/1.0\r\n\r\n")).status == 200
        assert await caller.ended()


async def test_an_upgrade_is_answered_as_if_it_had_not_been_asked_for(house: House) -> None:
    async with house.call() as caller:
        answer = await caller.ask(get("/demo", "Connection: Upgrade", "Upgrade: h2c"))
        assert answer.status == 200


async def test_a_beat_is_taken_in_silence(house: House) -> None:
    head = "POST /demo/beat HTTP/1.1\r\nHost: ear\r\nContent-Length: {}\r\n\r\n"
    async with house.call() as caller:
        for body, status in ((b'{"kind":"heart"}', 204), (b"heart", 400), (b"", 400)):
            answer = await caller.ask(head.format(len(body)).encode() + body)
            assert answer.status == status
        caller.writer.write(head.format(2).encode() + b"{")
        await asyncio.sleep(0.05)
        assert (await caller.ask(b"}")).status == 204
        assert (await caller.ask(get("/demo/state.json"))).status == 200
    assert house.worker.rooms.get(RoomSlug("demo")).counted.beats == 2


async def test_a_stream_begins_at_once_and_never_ends(house: House) -> None:
    async with house.call() as caller:
        caller.writer.write(get("/demo/live.aac"))
        head = await caller.reader.readuntil(b"\r\n\r\n")
        assert b"Connection: close\r\n" in head
        assert b"Content-Length" not in head
        async with asyncio.timeout(3):
            await caller.reader.readexactly(3000)
        assert len(house.worker.audience) == 1
        assert house.worker.lobby.connections == 1
    await until(lambda: house.worker.lobby.connections == 0)


async def test_options_and_head_are_answered(house: House) -> None:
    async with house.call() as caller:
        asked = await caller.ask(b"OPTIONS /demo/live.mp4 HTTP/1.1\r\nHost: ear\r\n\r\n")
        assert (asked.status, asked.fields["access-control-allow-origin"]) == (204, "*")
        caller.writer.write(b"HEAD /demo/live.mp4 HTTP/1.1\r\nHost: ear\r\n\r\n")
        assert b"200 OK" in await caller.reader.readuntil(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"\x16\x03\x01\x02\x00garbage\r\n\r\n", 400, "malformed"),
        (b"GET /\r\n\r\n", 400, "malformed"),
        (b"GET / HTTP/3.7\r\n\r\n", 400, "malformed"),
        (b"GET\r\n\r\n", 400, "malformed"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "malformed"),
        (get("/demo", "Content-Length: 5") + b"hello", 400, "body_not_expected"),
        (get("/demo", "Transfer-Encoding: chunked"), 400, "body_not_expected"),
        (get("/demo", "Content-Length: 5", "Content-Length: 6"), 400, "malformed"),
        (get("/demo", "X-Big: " + "x" * 70_000), 431, "head_too_large"),
        (b"GET /" + b"a" * 70_000, 431, "head_too_large"),
        (get("/" + "a" * 15_000), 414, "target_too_long"),
        (get("/demo", *(f"X-{n}: 1" for n in range(70))), 431, "head_too_large"),
        (get("/" + "a" * 300), 400, "bad_slug"),
        (get("/../etc/passwd"), 400, "bad_slug"),
        ("GET /démo HTTP/1.1\r\n\r\n".encode(), 400, "malformed"),
        (get("/d%C3%A9mo"), 400, "bad_slug"),
        (b"DELETE /demo HTTP/1.1\r\n\r\n", 405, "method_not_allowed"),
        (b"POST /demo/beat HTTP/1.1\r\nContent-Length: 300\r\n\r\n", 413, "body_too_large"),
    ],
)
async def test_bad_requests_get_one_clear_line(
    house: House, raw: bytes, status: int, code: str
) -> None:
    async with house.call() as caller:
        answer = await caller.ask(raw)
        assert answer.status == status
        if code:
            assert answer.code() == code
    async with house.call() as other:
        assert (await other.ask(get("/demo/state.json"))).status == 200


async def test_what_made_sense_is_answered_before_what_did_not(house: House) -> None:
    async with house.call() as caller:
        caller.writer.write(get("/demo/state.json") + get("/Nobody") + b"\x00\x00")
        answers = [await caller.answer() for _ in range(3)]
        assert [one.status for one in answers] == [200, 400, 400]
        assert [one.code() for one in answers[1:]] == ["bad_slug", "malformed"]
        assert await caller.ended()


async def test_a_refusal_ends_a_connection_only_where_a_body_would_follow(house: House) -> None:
    async with house.call() as caller:
        assert (await caller.ask(get("/nobody/live.mp4"))).status == 404
        assert (await caller.ask(get("/assets/none.js"))).status == 404
        refused = await caller.ask(get("/demo", "Content-Length: 9000"))
        assert refused.fields["connection"] == "close"
        assert await caller.ended()


async def test_too_many_requests_in_one_go_are_refused(house: House) -> None:
    async with house.call() as caller:
        caller.writer.write(get("/demo/state.json") * 50)
        answers = [await caller.answer()]
        while answers[-1].status == 200:
            answers.append(await caller.answer())
        assert answers[-1].code() == "malformed"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the lobby's clocks run out within a fraction of a second."""
    monkeypatch.setattr(lobby, "HEAD_TIME", Micros(300_000))
    monkeypatch.setattr(lobby, "IDLE_TIME", Micros(600_000))


async def test_a_slow_header_is_told_so(hasty: None, house: House) -> None:
    async with house.call() as caller:
        caller.writer.write(b"GET /demo HTTP/1.1\r\nHost:")
        answer = await caller.answer()
        assert (answer.status, answer.code()) == (408, "too_slow")
        assert await caller.ended()


async def test_a_header_that_trickles_in_is_slow_too(hasty: None, house: House) -> None:
    async with house.call() as caller:
        for byte in b"GET /demo HTTP/1.1\r\nX-Slow: x":
            caller.writer.write(bytes([byte]))
            await asyncio.sleep(0.02)
        assert (await caller.answer()).status == 408


async def test_a_silent_connection_is_closed_without_a_word(hasty: None, house: House) -> None:
    async with house.call() as caller:
        assert await caller.ended()
    async with house.call() as caller:
        await caller.ask(get("/demo/state.json"))
        assert await caller.ended()
    assert house.worker.lobby.connections == 0


async def test_listeners_and_held_requests_are_not_idle(hasty: None, house: House) -> None:
    """A segment takes 3.84 s: longer than anybody may be idle here."""
    room = house.worker.rooms.get(RoomSlug("demo"))
    async with house.call() as ear, house.call() as player:
        ear.writer.write(get("/demo/live.ogg"))
        house.worker.pump.turn(room)
        msn = room.window.head // 12
        answer = await player.ask(get(f"/demo/hls/live.m3u8?_HLS_msn={msn}"))
        assert f"aac-{msn}.mp4".encode() in answer.body
        assert len(house.worker.audience) == 1
        assert room.ears() == 2


async def test_a_player_that_hangs_up_while_it_waits_is_forgotten(house: House) -> None:
    room = house.worker.rooms.get(RoomSlug("demo"))
    async with house.call() as player:
        player.writer.write(get(f"/demo/hls/live.m3u8?_HLS_msn={room.window.head // 12 + 1}"))
        await until(lambda: house.worker.pump.held() == 1)
    await until(lambda: house.worker.lobby.connections == 0)
    assert house.worker.pump.held() == 0


async def test_what_comes_behind_a_held_request_waits(house: House) -> None:
    room = house.worker.rooms.get(RoomSlug("demo"))
    house.worker.pump.turn(room)
    piece = room.window.head // 3
    path = f"/demo/hls/aac-{piece // 4}.{piece % 4}.mp4"
    async with house.call() as player:
        player.writer.write(get(path) + get("/demo/state.json"))
        first, second = await player.answer(), await player.answer()
    assert first.fields["content-type"] == "audio/mp4"
    assert second.fields["content-type"] == "application/json"


async def test_when_every_place_is_taken_people_get_a_page_that_comes_back() -> None:
    """Who asks at once is told so at once; who takes longer is told so, if there is a file."""
    async with opened(Capacity(2, 2)) as house:
        async with house.call() as one, house.call() as two:
            one.writer.write(get("/demo/live.aac"))
            two.writer.write(get("/demo/live.aac"))
            await until(lambda: len(house.worker.audience) == 2)
            for _ in range(5):
                async with house.call() as third:
                    page = await third.ask(get("/demo", "Accept: text/html"))
                    assert (page.status, page.fields["retry-after"]) == (503, "5")
                    assert page.fields["fullhouse-limit"] == "files"
                    assert b'http-equiv="refresh"' in page.body
                    assert await third.ended()
            async with house.call() as fourth, house.call() as fifth, house.call() as sixth:
                asks = get("/demo/live.aac")
                for number, slow in enumerate((fourth, fifth, sixth)):
                    slow.writer.write(asks[:9])
                    await until(lambda: house.worker.lobby.turned_away == 6 + number)  # noqa: B023
                assert await sixth.ended()
                fourth.writer.write(asks[9:])
                answer = await fourth.answer()
                assert (answer.code(), answer.fields["fullhouse-limit"]) == ("full", "files")
        await until(lambda: house.worker.lobby.connections == 0)
        async with house.call() as again:
            assert (await again.ask(get("/demo"))).status == 200


HEADS = st.builds(
    lambda first, lines, end: "\r\n".join((first, *lines, "", "")).encode("latin-1") + end,
    st.builds(
        "{} {} {}".format,
        st.sampled_from(["GET", "HEAD", "OPTIONS", "POST", "DELETE", "CONNECT", "get"]),
        st.sampled_from(
            ["/demo", "/demo/", "/", "/demo/state.json", "/demo/live.mp4", "/demo/live.aac?from=3",
             "/demo/live.ogg?from=x", "/demo/live.mp4?from=99999999999", "/nobody/live.mp4",
             "/nobody", "http://x/demo/live.aac", "/demo/beat", "/favicon.svg", "*", "demo",
             "/demo/hls/live.m3u8", "/a/b/c", "/demo/live.mp4?x=%41", "/d\xe9mo", "/DEMO"]
        ),
        st.sampled_from(["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.7"]),
    ),
    st.lists(
        st.sampled_from(
            ["Host: ear", "Accept: text/html", "accept: */*", "Accept-Encoding: br, gzip",
             "Accept-Encoding: gzip;q=1\n", "ACCEPT: x\r\n text/html", "Connection: close",
             "Connection: keep-alive", "Connection: Upgrade", "Upgrade: h2c", "Content-Length: 0",
             "Content-Length: 5", "Content-Length: x", "content-length : 0", "Range: bytes=0-",
             "Transfer-Encoding: chunked", "X: a\rAccept: text/html", "X:\tb", "no colon", "X: \0",
             "Expect: 100-continue", "Upgrade-Insecure-Requests: 1", *(["X: y"] * 3)]
        ),
        max_size=5,
    ),
    st.sampled_from([b"", b"", b"\r\n", b"hello", b"GET / HT"]),
)  # fmt: skip


async def first_answer(house: House, *pieces: bytes) -> tuple[bytes, int]:
    """Return what is said to these bytes, without what changes with time, and who listens then."""
    said = b""
    async with house.call() as caller:
        for piece in pieces:
            caller.writer.write(piece)
            await asyncio.sleep(0.003)
        with suppress(asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            async with asyncio.timeout(0.3):
                said = await caller.reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"Content-Length: ([0-9]+)", said)
                if length is not None and not b"".join(pieces).startswith(b"HEAD"):
                    said += await caller.reader.readexactly(int(length[1]))
        ears = len(house.worker.audience)
    await until(lambda: house.worker.lobby.connections == 0)
    return re.sub(rb"Date: [^\r]*|[0-9.]{2,}", b"#", said), ears


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(raw=b"POST /demo/beat HTTP/1.1\r\n\r\n", share=0.5)
@example(raw=get("/demo/live.aac?from=7", "Connection: close"), share=0.5)
@example(raw=get("/demo", "Connection: close"), share=0.5)
@example(raw=get("/nobody", "Accept: text/html"), share=0.5)
@example(raw=get("/nobody", "Accept: */*"), share=0.5)
@example(raw=get("/demo", "Content-Length: 0"), share=0.5)
@example(raw=b"HEAD /demo/live.mp4 HTTP/1.0\r\n\r\n", share=0.5)
@example(raw=b"OPTIONS /demo/live.mp4 HTTP/1.1\r\n\r\n", share=0.5)
@given(raw=HEADS, share=st.floats(0, 1))
async def test_whole_and_in_pieces_a_request_gets_the_same_answer(
    house: House, raw: bytes, share: float
) -> None:
    """The short way for those who ask at once knows no other rules than the long one."""
    if raw.endswith((b"hello", b"GET / HT")) and b"Content-Length: 5" not in raw:
        raw = raw[: raw.rindex(b"\r\n\r\n") + 4]
    at = 1 + int(share * (len(raw) - 2))
    whole = await first_answer(house, raw)
    assert whole == await first_answer(house, raw[:at], raw[at:])
    assert whole == await first_answer(house, raw)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    raw=st.binary(max_size=400)
    | st.lists(
        st.sampled_from(
            [b"GET ", b"POST ", b"/demo", b"/beat", b" HTTP/1.1", b"\r\n", b"\r\n\r\n", b"Host: x",
             b"Content-Length: 3", b"Transfer-Encoding: chunked", b"\x00", b":", b"0\r\n\r\n"]
        ),
        max_size=20,
    ).map(b"".join)
)  # fmt: skip
async def test_any_bytes_do_no_harm(house: House, raw: bytes) -> None:
    """Whatever comes in: an HTTP answer, or the end, and the next caller is served."""
    async with house.call() as caller:
        caller.writer.write(raw)
        caller.writer.write_eof()
        async with asyncio.timeout(5):
            try:
                said = await caller.reader.read()
            except ConnectionError:
                said = b""
    assert said == b"" or said.startswith(b"HTTP/1.1 ")
    assert b" 500 " not in said
    async with house.call() as other:
        assert (await other.ask(get("/demo/state.json"))).status == 200
    assert len(raw) <= HEAD_BYTES


def hand(number: int, *headers: str, up: bool = True) -> bytes:
    body = json.dumps({"hand": f"{number:016x}", "name": "Ana", "up": up})
    fields = ("Host: ear", "Content-Type: application/json", *headers)
    lines = "".join(f"{line}\r\n" for line in (*fields, f"Content-Length: {len(body)}"))
    return f"POST /demo/hand HTTP/1.1\r\n{lines}\r\n{body}".encode()


async def told(house: House, *verdicts: str) -> None:
    """Stand in for the house: say of each waiting hand what became of it."""
    hands = house.worker.lobby.hands
    await until(lambda: len(hands) >= len(verdicts))
    taken = HandsTaken(verdicts=verdicts, places=tuple(range(len(verdicts))))
    for waiting, outcome in outcomes(hands.take(), taken):
        waiting.tell(outcome)


async def test_a_hand_is_answered_once_the_house_has_it(house: House) -> None:
    async with house.call() as caller:
        caller.writer.write(hand(1) + get("/demo/state.json"))
        await told(house, "taken")
        answer = await caller.answer()
        assert (answer.status, json.loads(answer.body)) == (200, {"state": "raised", "place": 0})
        assert (await caller.answer()).status == 200
        caller.writer.write(hand(1, up=False))
        await told(house, "taken")
        assert json.loads((await caller.answer()).body) == {"state": "lowered"}


async def test_a_hand_that_is_not_taken_says_why(house: House) -> None:
    async with house.call() as caller:
        for verdict, status in (("hands_closed", 409), ("barred", 403), ("other", 503)):
            caller.writer.write(hand(1))
            await told(house, verdict)
            assert (await caller.answer()).status == status


async def test_the_hand_of_somebody_who_has_gone_stays_up(house: House) -> None:
    async with house.call() as caller:
        caller.writer.write(hand(1, "X-Forwarded-For: 9.9.9.9, 8.8.8.8"))
        await until(lambda: len(house.worker.lobby.hands) == 1)
    await until(lambda: house.worker.lobby.connections == 0)
    (held,) = house.worker.lobby.hands.take()
    assert held.hand.prefix == "8.8.8.0/24"
    for waiting, outcome in outcomes([held], None):
        waiting.tell(outcome)


async def test_hands_that_are_none_are_refused(house: House) -> None:
    async with house.call() as caller:
        head = "POST /demo/hand HTTP/1.1\r\nHost: ear\r\nContent-Type: application/json\r\n"
        answer = await caller.ask(f"{head}Content-Length: 2\r\n\r\n{{}}".encode())
        assert (answer.status, answer.code()) == (400, "malformed")
        answer = await caller.ask(f"{head}Content-Length: 257\r\n\r\n".encode())
        assert (answer.status, answer.code()) == (413, "body_too_large")
