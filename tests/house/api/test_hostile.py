"""Whatever bytes come to WHIP and WHEP: an answer that says whose fault it is, and no harm.

Raw sockets, so that no client of ours tidies up what is sent.
"""

import asyncio
import contextlib
import itertools
import json
import select
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.house.served import OFFER, House, StandIn, bearer, served, stage_of

ROOMS = 4
CANDIDATES = "a=ice-ufrag:EsAw\r\na=ice-pwd:bP+XJMM09aR8AiX1jd\r\na=end-of-candidates\r\n"
_NUMBERS = itertools.count()


@dataclass
class Prey:
    """A house with some rooms in which somebody speaks and somebody hears."""

    house: House
    links: list[dict[str, str]] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    stages: list[StandIn] = field(default_factory=list)

    async def furnish(self, stack: contextlib.AsyncExitStack, nats_url: str) -> None:
        """Make rooms, each with a stage, a session to speak and one to hear."""
        await self.house.on_bus()
        for _ in range(ROOMS):
            links = await self.house.make()
            await self.house.client.post(f"/api/rooms/{links['slug']}/open")
            stage = await stack.enter_async_context(stage_of(nats_url, links["slug"]))
            await stage.listen()
            self.links.append(links)
            self.stages.append(stage)
            headers = bearer(links["whip_token"]) | {"Content-Type": "application/sdp"}
            for endpoint in ("whip", "whep"):
                made = await self.house.client.post(
                    f"/{endpoint}/{links['slug']}", content=OFFER, headers=headers
                )
                assert made.status_code == 201
                self.sessions.append(made.headers["location"])


@pytest.fixture(scope="module")
def prey(tmp_path_factory: pytest.TempPathFactory, nats_url: str) -> Iterator[Prey]:
    """A furnished house in a thread of its own: these tests are not async, nor is an attacker."""
    ready: list[Prey] = []
    up, over = threading.Event(), threading.Event()

    async def run() -> None:
        async with (
            served(tmp_path_factory.mktemp("house"), nats_url) as house,
            contextlib.AsyncExitStack() as stack,
        ):
            one = Prey(house)
            await one.furnish(stack, nats_url)
            ready.append(one)
            up.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        assert up.wait(20)
        yield ready[0]
    finally:
        over.set()
        thread.join(10)


def answer_to(port: int, raw: bytes, patience: float = 8) -> bytes:
    """Send bytes as they are, and return all that comes back until the other side closes.

    Where nothing comes for as long as we are patient, the house still waits for more: it is told
    that there is no more.
    """
    answer = b""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=15) as line,
        contextlib.suppress(BrokenPipeError, ConnectionResetError),
    ):
        line.sendall(raw)
        if not select.select([line], [], [], patience)[0]:
            line.shutdown(socket.SHUT_WR)
        while more := line.recv(65_536):
            answer += more
    return answer


def is_honest(answer: bytes) -> None:
    """See that an answer is none of the 5xx but 503, and that a refusal is one JSON line."""
    assert b"Traceback" not in answer
    if not answer:
        return  # a request that never became whole
    head, _, body = answer.partition(b"\r\n\r\n")
    version, status, *_ = head.split(b" ", 2)
    assert version == b"HTTP/1.1"
    assert int(status) < 500 or int(status) == 503, head
    if int(status) >= 400 and body:
        assert set(json.loads(body.split(b"\n")[0])) == {"code", "message"}


GRAPHIC = [number for number in range(0x21, 0x100) if number != 0x7F]
"""Bytes that get past the parser of HTTP: what the parser itself refuses is another test's."""
VALUE = st.lists(st.sampled_from(GRAPHIC), max_size=60).map(bytes)
NAMES = [
    b"Authorization", b"Content-Type", b"If-Match", b"Fullhouse-Seat", b"Fullhouse-Name",
    b"X-Forwarded-For", b"X-Forwarded-Proto", b"Host", b"Origin", b"Expect",
    b"Connection", b"Upgrade", b"Content-Encoding",
]  # fmt: skip
USUAL = [
    b"application/sdp", b"application/trickle-ice-sdpfrag", b"*", b'"x"', b"100-continue",
    b"seat-1", b"%ff%00%F0%9F", b"\xff\xfe", b"Bearer ", b"Bearer \xe9", b"close", b"h2c",
    b"gzip", b"",
]  # fmt: skip
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(NAMES) | st.from_regex(rb"X-[A-Za-z-]{1,20}", fullmatch=True),
        st.sampled_from(USUAL) | VALUE,
    ),
    max_size=6,
)
BODIES = (
    st.sampled_from([OFFER.encode(), CANDIDATES.encode(), b"", b"\0" * 100, b"a" * 20_000])
    | st.binary(max_size=400)
    | st.text(max_size=200).map(lambda text: (OFFER + text).encode("utf-8", "surrogatepass"))
)
METHODS = st.sampled_from(
    [b"POST", b"PATCH"] * 3 + [b"DELETE", b"OPTIONS", b"GET", b"HEAD", b"PUT"]
)
WHERE = st.tuples(
    st.sampled_from(["", "session"] * 3 + ["foreign", "other endpoint"])
    | st.lists(st.sampled_from(GRAPHIC), max_size=40).map(bytes),
    st.integers(0, 2 * ROOMS - 1),
)


KINDS = {b"POST": b"sdp", b"PATCH": b"trickle-ice-sdpfrag"}


def path(prey: Prey, where: str | bytes, number: int) -> bytes:
    session = prey.sessions[number]
    endpoint = session.rpartition("/")[0]
    match where:
        case "session":
            return session.encode()
        case "foreign":
            name = prey.sessions[(number + 2) % len(prey.sessions)].rpartition("/")[2]
            return f"{endpoint}/{name}".encode()
        case "other endpoint":
            return session.replace("/whip/", "/x/").replace("/whep/", "/whip/").encode()
        case bytes():
            return f"{endpoint}/{quote(where)}".encode()
        case _:
            return endpoint.encode()


def request(  # noqa: PLR0917 - a request has as many parts
    prey: Prey,
    method: bytes,
    target: bytes,
    headers: list[tuple[bytes, bytes]],
    body: bytes,
    token: str,
) -> bytes:
    """Return a request whose given headers come first; each comes from an address of its own."""
    number = next(_NUMBERS)
    lines = [b"%s %s HTTP/1.1" % (method, target)]
    lines += [b"%s: %s" % one for one in headers]
    body = body if method in (b"POST", b"PATCH") else b""
    lines += [b"Host: house", b"Content-Length: %d" % len(body), b"Connection: close"]
    if not any(name == b"Content-Type" for name, _ in headers):
        lines.append(b"Content-Type: application/" + KINDS.get(method, b"json"))
    lines.append(b"X-Forwarded-For: 10.%d.%d.1" % divmod(number % 65_536, 256))
    if token:
        lines.append(b"Authorization: Bearer " + token.encode())
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@settings(max_examples=250)
@given(METHODS, WHERE, HEADERS, BODIES, st.booleans())
@example(b"POST", ("", 0), [(b"Content-Type", b"application/sdp")], OFFER.encode(), True)
@example(b"PATCH", ("session", 1), [(b"If-Match", b"\xff")], CANDIDATES.encode(), True)
@example(b"POST", ("", 0), [(b"Fullhouse-Name", b"%ED%A0%80\xff")], OFFER.encode(), True)
@example(b"GET", (b"\xff\x00%00%2e%2e/", 0), [], b"", True)
@example(b"DELETE", ("foreign", 0), [], b"", True)
@example(b"POST", ("", 0), [(b"Authorization", b"Bearer \xe9")], OFFER.encode(), False)
def test_any_request_is_answered_honestly(  # noqa: PLR0917 - a request has as many parts
    prey: Prey,
    method: bytes,
    where: tuple[str | bytes, int],
    headers: list[tuple[bytes, bytes]],
    body: bytes,
    allowed: bool,
) -> None:
    """With the room's token and without: never a 500, never a word of our insides."""
    token = prey.links[where[1] // 2]["whip_token"] if allowed else ""
    target = path(prey, *where)
    is_honest(answer_to(prey.house.port, request(prey, method, target, headers, body, token), 1))


@settings(max_examples=100)
@given(st.binary(max_size=300), METHODS, st.sampled_from([b"/whip/", b"/whep/"]))
@example(b"x HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"POST", b"/whip/")
@example(b"x HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n", b"POST", b"/whip/")
@example(
    b"x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", b"POST", b"/whip/"
)
@example(b"x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"DELETE", b"/whep/")
def test_bytes_that_are_hardly_a_request_are_answered_or_cut(
    prey: Prey, raw: bytes, method: bytes, prefix: bytes
) -> None:
    is_honest(answer_to(prey.house.port, method + b" " + prefix + raw, 0.02))


@pytest.mark.parametrize("method", [b"PATCH", b"DELETE"])
@pytest.mark.parametrize("number", range(4))
def test_nobody_ends_or_changes_a_session_of_another_room(
    prey: Prey, method: bytes, number: int
) -> None:
    """Neither with the own room's token at its own path, nor at the other's."""
    before = [len(stage.calls) for stage in prey.stages]
    headers = [(b"Content-Type", b"application/trickle-ice-sdpfrag"), (b"If-Match", b"*")]
    headers = headers if method == b"PATCH" else []
    body = CANDIDATES.encode() if method == b"PATCH" else b""
    token = prey.links[number // 2]["whip_token"]
    theirs = prey.sessions[(number + 2) % len(prey.sessions)].encode()
    for target, status in ((path(prey, "foreign", number), b"404"), (theirs, b"401")):
        answer = answer_to(prey.house.port, request(prey, method, target, headers, body, token))
        assert answer.split(b" ")[1] == status
    assert [len(stage.calls) for stage in prey.stages] == before


def test_after_all_that_people_still_come_in(prey: Prey) -> None:
    for number in range(2 * ROOMS):
        headers = [(b"Content-Type", b"application/sdp")]
        token = prey.links[number // 2]["whip_token"]
        raw = request(prey, b"POST", path(prey, "", number), headers, OFFER.encode(), token)
        assert answer_to(prey.house.port, raw).split(b" ")[1] in (b"201", b"429")
