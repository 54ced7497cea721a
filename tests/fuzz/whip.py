"""Anything over HTTP at a house that runs, with its stages: never a bug's answer, and all live on.

Requests are made of parts that belong together, some bent; many pass the door and reach a stage.
They come from many addresses of loopback, so that the limit per address is not all that is tried.
"""

import asyncio
import random
import re
import secrets
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.coded_noise import coded_noise
from tests.fuzz import sdp
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sounds import speaking, write_wav

AT_ONCE: Final = 16
ANSWERED_WITHIN: Final = 20.0
ENOUGH: Final = 1.0
MOST_GROWTH_MB: Final = 60
ROOMS: Final = ("one", "two")
SDP: Final = "application/sdp"
FRAGMENT: Final = "application/trickle-ice-sdpfrag"
METHODS: Final = (*["POST"] * 6, *["PATCH"] * 4, "DELETE", "OPTIONS", "GET", "HEAD", "PUT", "BREW")
ODD: Final = (
    "", "*", "a" * 9000, "\t", "é", "%00", "%ff%fe", "../..", "0", "-1", "9" * 30, "seat-1",
    '"', "W/\"x\"", "Bearer", "text/plain; charset=x", "chunked", "100-continue", "{}", "\x7f",
)  # fmt: skip
HEADERS: Final = (
    "Authorization", "Content-Type", "If-Match", "Fullhouse-Seat", "Fullhouse-Name", "Origin",
    "Transfer-Encoding", "Expect", "Content-Encoding", "Accept", "X-Forwarded-For", "Range",
)  # fmt: skip


@dataclass
class Maker:
    """Makes requests. Knows the rooms' tokens, and the sessions that it was given."""

    tokens: dict[str, list[str]]
    chance: random.Random
    sessions: list[tuple[str, str]] = field(default_factory=list)

    def request(self) -> tuple[bytes, bool]:
        """Return a request, and whether it is whole, so that an answer has to come."""
        chance = self.chance
        method, path, etag = chance.choice(METHODS), self._path(), ""
        if method in ("PATCH", "DELETE") and self.sessions and chance.random() < 0.8:
            path, etag = chance.choice(self.sessions)
        slug = path.split("/")[2] if path.count("/") > 1 else ""
        body = self._body(method)
        headers = {
            "Host": "x",
            "Connection": "close",
            "Content-Length": str(len(body)),
            "Content-Type": FRAGMENT if method == "PATCH" else SDP,
            "Authorization": f"Bearer {chance.choice(self.tokens.get(slug, ['none']))}",
        }
        if etag:
            headers["If-Match"] = etag
        usual = len(headers)
        while chance.random() < 0.3:
            headers[chance.choice(HEADERS)] = chance.choice(ODD)
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        raw = f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body
        if chance.random() < 0.1:
            return self.bent(raw), False
        return raw, len(headers) == usual

    def _path(self) -> str:
        chance = self.chance
        slug = chance.choice(ROOMS) if chance.random() < 0.95 else chance.choice(ODD)
        path = f"/{chance.choice(('whip', 'whip', 'whep'))}/{slug}"
        return path + (f"/{chance.choice(ODD)}" if chance.random() < 0.1 else "")

    def _body(self, method: str) -> bytes:
        chance = self.chance
        if method == "PATCH":
            body = chance.choice((sdp.FRAGMENT.encode(), *sdp.SEEDS.values()))
        elif chance.random() < 0.5:
            way = chance.choice(("sendonly", "recvonly", "sendrecv"))
            mark = secrets.token_hex(4)
            body = sdp.OFFER.replace("sendonly", way).replace("abcd", mark).encode()
        else:
            body = chance.choice(list(sdp.SEEDS.values()))
        while chance.random() < 0.4:
            body = self.bent(body)
        return body

    def bent(self, raw: bytes) -> bytes:
        """Return the bytes with a piece changed, left out, doubled or put in."""
        chance = self.chance
        at = chance.randrange(len(raw) + 1)
        end = min(len(raw), at + chance.choice((1, 2, 8, 100)))
        put = chance.choice(
            (
                b"",
                raw[at:end] * chance.choice((2, 2, 50)),
                chance.randbytes(chance.choice((1, 4, 40))),
                chance.choice(ODD).encode(),
                chance.choice(sdp.TOKENS),
                b"\r\n",
            )
        )
        return raw[:at] + put + raw[end:]


@dataclass
class Attack:
    """What was sent and answered.

    Attributes:
        bad: answers that must not be, with what was asked.
    """

    host: str
    port: int
    maker: Maker
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    bad: list[tuple[str, bytes]] = field(default_factory=list)

    async def until(self, end: float) -> None:
        """Send one request after the other."""
        while time.monotonic() < end:
            raw, whole = self.maker.request()
            began = time.monotonic()
            try:
                answer = await self._ask(raw, whole)
            except TimeoutError:
                self.bad.append(("no answer", raw))
                continue
            self.slowest = max(self.slowest, time.monotonic() - began)
            self._judge(raw, answer)

    async def _ask(self, raw: bytes, whole: bool) -> bytes:
        chance = self.maker.chance
        own = f"127.{chance.randrange(1, 250)}.{chance.randrange(250)}.{chance.randrange(1, 250)}"
        reader, writer = await asyncio.open_connection(self.host, self.port, local_addr=(own, 0))
        try:
            writer.write(raw)
            await writer.drain()
            return await _answer(reader, whole)
        except ConnectionError:
            return b""
        finally:
            writer.close()

    def _judge(self, raw: bytes, answer: bytes) -> None:
        head = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
        status = int(head[1]) if head else 0
        self.statuses[status] += 1
        if status >= 500 and not (status == 503 and b"retry-after:" in answer.lower()):
            self.bad.append((f"{status}", raw))
        place = re.search(rb"location: (/wh[ie]p/\S+)", answer, re.IGNORECASE)
        etag = re.search(rb'etag: ("\w+")', answer, re.IGNORECASE)
        if status == 201 and place and etag:
            self.maker.sessions.append((place[1].decode(), etag[1].decode()))
            del self.maker.sessions[:-40]


async def _answer(reader: asyncio.StreamReader, whole: bool) -> bytes:
    """Return all that comes; to what is no whole request, all that comes within a second."""
    answer = b""
    try:
        async with asyncio.timeout(ANSWERED_WITHIN if whole else ENOUGH):
            while piece := await reader.read(65_536):
                answer += piece
    except TimeoutError:
        if whole:
            raise
    return answer


def fuzz(seconds: int, artifacts: Path) -> int:
    """Attack a house for so long; return 0 if it stood."""
    with tempfile.TemporaryDirectory() as folder, fullhouse_up(Path(folder)) as running:
        wav = write_wav(Path(folder) / "noise.wav", coded_noise(5))
        rooms = {slug: running.room(slug) for slug in ROOMS}
        attack = _attack_on(running, rooms)
        asyncio.run(_send(attack, seconds / 3))
        before = memory_mb(running)
        asyncio.run(_send(attack, seconds * 2 / 3))
        now = memory_mb(running)
        growth = {role: now[role] - before[role] for role in now}
        for number, (why, raw) in enumerate(attack.bad):
            (artifacts / f"whip-{number}").write_bytes(raw)
            print(f"whip: {why}, asked by {artifacts}/whip-{number}")
        with speaking(running, ROOMS[0], wav):
            running.wait_for_state(ROOMS[0], "live", seconds=40)
        errors = running.errors()
        print("\n".join(errors[:20]))
        print(
            f"whip: {attack.statuses.total()} requests, {dict(sorted(attack.statuses.items()))}; "
            f"the slowest took {attack.slowest:.1f} s; memory {now} MB, grew by {growth} MB; "
            f"{len(errors)} errors in the log; {ROOMS[0]} is live afterwards"
        )
        return 1 if attack.bad or errors or max(growth.values()) > MOST_GROWTH_MB else 0


def _attack_on(running: Running, rooms: dict[str, dict[str, str]]) -> Attack:
    tokens = {
        slug: [links["whip_token"], links["whip_token"], links["host"].partition("#")[2]]
        for slug, links in rooms.items()
    }
    address = urlsplit(running.house)
    assert address.hostname
    assert address.port
    return Attack(address.hostname, address.port, Maker(tokens, random.Random()))


async def _send(attack: Attack, seconds: float) -> None:
    end = time.monotonic() + seconds
    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(attack.until(end))


def memory_mb(running: Running) -> dict[str, int]:
    """Return how much the house has, and the largest of the stages."""
    largest = Counter(house=0, stage=0)
    for process in running.process.children(recursive=True):
        line = " ".join(process.cmdline())
        for role, name in (("house", "fullhouse house"), ("stage", "fullhouse.stage.child")):
            if name in line:
                largest[role] = max(largest[role], process.memory_info().rss // 2**20)
    return dict(largest)
