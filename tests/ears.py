"""A crowd of listeners: sockets that read `live.mp4` and note every part that came, and when.

One thread with one epoll reads for all of them; a thousand cost a few percent of a core. What
comes is taken apart by a parser of the crowd's own, so that it shares no mistake with the server.
"""

import itertools
import json
import select
import socket
import struct
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

PART_SAMPLES: Final = 15_360
AT_ONCE: Final = 200
"""Connections that are opened before the first of them has been answered."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One part in one ear: its number, what it holds by the newest room event, when it came."""

    number: int
    playing: str
    at: float


@dataclass(slots=True)
class Ear:
    """One listener.

    Attributes:
        came: when it began to connect.
        status: of the answer; 0 before it.
        parts: all that came, in order.
        ended: the connection is closed, by whomever.
        wrong: what was not as it should be in the bytes, if anything.
        last, longest_gap: when bytes last came, and the longest time between any two.
    """

    line: socket.socket
    came: float = 0.0
    status: int = 0
    parts: list[Heard] = field(default_factory=list)
    ended: bool = False
    wrong: str = ""
    last: float = 0.0
    longest_gap: float = 0.0
    _rest: bytearray = field(default_factory=bytearray)
    _playing: str = ""
    _number: int = -1

    def hear(self, raw: bytes, now: float) -> None:
        """Take in bytes from the socket."""
        if self.last:
            self.longest_gap = max(self.longest_gap, now - self.last)
        self.last = now
        self._rest += raw
        if not self.status and not self._head():
            return
        if self.status == 200 and not self.wrong:
            del self._rest[: self._boxes(bytes(self._rest), now)]

    def _head(self) -> bool:
        end = self._rest.find(b"\r\n\r\n")
        if end < 0:
            return False
        self.status = int(self._rest[9:12])
        del self._rest[: end + 4]
        return True

    def _boxes(self, raw: bytes, now: float) -> int:
        at = 0
        while at + 8 <= len(raw):
            size = int.from_bytes(raw[at : at + 4], "big")
            name = raw[at + 4 : at + 8]
            if size < 8 or name not in (b"ftyp", b"moov", b"emsg", b"moof", b"mdat"):
                self.wrong = f"box {name!r} of {size} bytes after part {self._number}"
                break
            if at + size > len(raw):
                break
            self._box(name, raw[at + 8 : at + size], now)
            at += size
        return at

    def _box(self, name: bytes, body: bytes, now: float) -> None:
        if name == b"emsg":
            event = read_event(body)
            if event.get("type") == "room":
                self._playing = str(event["playing"])
        elif name == b"moof":
            self._number = part_number(body)
        elif name == b"mdat":
            self.parts.append(Heard(self._number, self._playing, now))

    def numbers(self) -> list[int]:
        """Return the numbers of the parts that came."""
        return [part.number for part in self.parts]

    def breaks(self) -> list[tuple[int, int]]:
        """Return each pair of numbers that do not follow each other: holes and repeats."""
        numbers = self.numbers()
        return [(one, other) for one, other in itertools.pairwise(numbers) if other != one + 1]


_EVENTS: dict[bytes, dict[str, object]] = {}
"""The newest events by their bytes: a thousand ears get the same."""


def read_event(emsg: bytes) -> dict[str, object]:
    """Return the JSON object of an `emsg` box of version 1."""
    names = emsg[24:]
    raw = names.split(b"\0", 2)[2]
    if raw not in _EVENTS:
        if len(_EVENTS) > 256:
            _EVENTS.clear()
        _EVENTS[raw] = json.loads(raw)
    return _EVENTS[raw]


def part_number(moof: bytes) -> int:
    """Return the number of a part: its decode time over its length."""
    at = moof.index(b"tfdt")
    version, when = struct.unpack_from(">BxxxQ", moof, at + 4)
    number, odd = divmod(when, PART_SAMPLES)
    if version != 1 or odd:
        raise ValueError(f"tfdt version {version}, {when} samples")
    return int(number)


class Ears:
    """`count` listeners of one URL path, from the block's beginning to its end.

        with Ears("127.0.0.1", port, "/demo/live.mp4", 1000) as ears:
            ears.wait_for(parts=3)
            ...
            assert not ears.ended() and not ears.breaks()

    Args:
        receive_buffer: of each socket, in bytes; 0: the system's.
    """

    def __init__(
        self, host: str, port: int, path: str, count: int = 1000, *, receive_buffer: int = 0
    ) -> None:
        self._address = (host, port)
        self._path = path
        self._count = count
        self._receive_buffer = receive_buffer
        self._epoll = select.epoll()
        self._by_line: dict[int, Ear] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="ears", daemon=True)
        self.all: list[Ear] = []

    def __enter__(self) -> Self:
        self._thread.start()
        self.join(self._count)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(10)
        for ear in self.all:
            ear.line.close()
        self._epoll.close()

    def join(self, count: int, seconds: float = 30) -> list[Ear]:
        """Let `count` more ears in; return them once each has been answered."""
        fresh: list[Ear] = []
        end = time.monotonic() + seconds
        while len(fresh) < count:
            batch = [self._connect() for _ in range(min(AT_ONCE, count - len(fresh)))]
            fresh += batch
            while not all(ear.status or ear.ended for ear in batch):
                if time.monotonic() > end:
                    raise TimeoutError("not every ear was answered")
                time.sleep(0.005)
        return fresh

    def _connect(self) -> Ear:
        line, came = socket.socket(), time.monotonic()
        if self._receive_buffer:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
        line.settimeout(10)
        line.connect(self._address)
        line.sendall(f"GET {self._path} HTTP/1.1\r\nHost: {self._address[0]}\r\n\r\n".encode())
        line.setblocking(False)
        ear = Ear(line, came)
        self.all.append(ear)
        self._by_line[line.fileno()] = ear
        self._epoll.register(line.fileno(), select.EPOLLIN)
        return ear

    def _listen(self) -> None:
        while not self._stop.is_set():
            for line, _ in self._epoll.poll(0.05, 1024):
                ear = self._by_line[line]
                try:
                    raw = ear.line.recv(65_536)
                except BlockingIOError:
                    continue
                except OSError:
                    raw = b""
                if raw:
                    ear.hear(raw, time.monotonic())
                else:
                    ear.ended = True
                    self._epoll.unregister(line)

    def stop_reading(self, ears: list[Ear]) -> None:
        """Let these ears stay, and read nothing any more."""
        for ear in ears:
            self._epoll.unregister(ear.line.fileno())

    def read_again(self, ears: list[Ear]) -> None:
        """Let these ears read again after `stop_reading`."""
        for ear in ears:
            self._epoll.register(ear.line.fileno(), select.EPOLLIN)

    def wait_for(self, parts: int = 1, seconds: float = 20) -> None:
        """Wait until `parts` more parts have come to every ear that is still connected.

        Raises:
            TimeoutError: that took longer than `seconds`.
        """
        goals = [(ear, len(ear.parts) + parts) for ear in self.all]
        end = time.monotonic() + seconds
        while not all(ear.ended or len(ear.parts) >= goal for ear, goal in goals):
            if time.monotonic() > end:
                short = sum(len(ear.parts) < goal for ear, goal in goals)
                raise TimeoutError(f"{short} of {len(goals)} ears did not hear {parts} parts")
            time.sleep(0.02)

    def ended(self) -> int:
        """Return how many connections are closed."""
        return sum(ear.ended for ear in self.all)

    def statuses(self) -> Counter[int]:
        """Return how often each status was answered."""
        return Counter(ear.status for ear in self.all)

    def breaks(self) -> list[tuple[int, int]]:
        """Return all holes and repeats, of all ears."""
        return [pair for ear in self.all for pair in ear.breaks()]

    def wrong(self) -> list[str]:
        """Return all that was not as it should be in the bytes."""
        return [ear.wrong for ear in self.all if ear.wrong]

    def longest_gap(self) -> float:
        """Return the longest time without a byte that any ear saw, in seconds."""
        return max((ear.longest_gap for ear in self.all), default=0.0)

    def first_sounds(self) -> list[float]:
        """Return how long each ear waited for its first part, the longest last."""
        return sorted(ear.parts[0].at - ear.came for ear in self.all if ear.parts)

    def playing(self) -> Counter[str]:
        """Return what the newest part of each ear holds: sound, hold or silence."""
        return Counter(ear.parts[-1].playing for ear in self.all if ear.parts)

    def wait_until_playing(self, playing: str, seconds: float = 20) -> None:
        """Wait until the newest part of every connected ear holds this.

        Raises:
            TimeoutError: that took longer than `seconds`.
        """
        end = time.monotonic() + seconds
        while any(
            not ear.parts or ear.parts[-1].playing != playing for ear in self.all if not ear.ended
        ):
            if time.monotonic() > end:
                raise TimeoutError(f"not {playing} for all, but {self.playing()}")
            time.sleep(0.02)

    def longest_without_sound(self, since: float) -> float:
        """Return the longest time in which any ear got no part with the stage's sound.

        Args:
            since: a time of `time.monotonic`; from then until now.
        """
        worst, now = 0.0, time.monotonic()
        for ear in self.all:
            before = since
            for part in ear.parts:
                if part.at > since and part.playing == "sound":
                    worst, before = max(worst, part.at - before), part.at
            worst = max(worst, now - before)
        return worst
