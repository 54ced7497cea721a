"""A shell: a few real ears: streams decoded by libav, as players do, and listened to.

A process of its own with a thread for each ear, so that decoding holds up nobody.
"""

import io
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import av

from fullhouse.media import Pcm
from fullhouse.mono import first_sound
from fullhouse.rehearsal.http import NotHttp, read_head
from fullhouse.rehearsal.ledger import Report
from fullhouse.rehearsal.lines import request
from fullhouse.rehearsal.noise import RATE, Finder, Hearing, middle

if TYPE_CHECKING:
    from typing_extensions import Buffer

FORMATS: Final = {"mp4": "mp4", "aac": "aac", "ogg": "ogg"}
LIVE: Final = {"probesize": "8192", "analyzeduration": "0"}
STEP: Final = 0.25
"""Seconds after which an ear looks whether all is over."""
AGAIN: Final = 0.5
GRACE: Final = 5.0
"""Seconds that the noise may take to be heard for the first time."""


class _Stream(io.RawIOBase):
    """The body of an endless answer, as a file that ends when all is over."""

    def __init__(self, sock: socket.socket, rest: bytes, over: threading.Event) -> None:
        self._sock, self._rest, self._over = sock, rest, over

    def readable(self) -> bool:
        return True

    def readinto(self, into: "Buffer") -> int:
        room = memoryview(into)
        if self._rest:
            count = min(len(room), len(self._rest))
            room[:count], self._rest = self._rest[:count], self._rest[count:]
            return count
        while not self._over.is_set():
            with suppress(TimeoutError):
                return self._sock.recv_into(room)
        return 0


class Ear:
    """One ear."""

    def __init__(
        self, address: tuple[str, int], host: str, path: str, noise: Finder | None
    ) -> None:
        self._address, self._request, self._path = address, request(host, path), path
        self._hearing = Hearing(noise)
        self._begun = time.monotonic()

    def listen(self, over: threading.Event) -> None:
        """Listen until all is over; come back after each end."""
        while not over.is_set():
            with suppress(OSError, NotHttp, av.error.FFmpegError, ValueError):
                self._listen_once(over)
            over.wait(AGAIN)

    def _listen_once(self, over: threading.Event) -> None:
        with socket.create_connection(self._address, timeout=STEP) as sock:
            sock.sendall(self._request)
            raw = b""
            while (head := read_head(raw)) is None:
                if over.is_set():
                    return
                with suppress(TimeoutError):
                    more = sock.recv(65_536)
                    if not more:
                        return
                    raw += more
            if head.status != 200:
                return
            stream = _Stream(sock, raw[head.size :], over)
            form = FORMATS.get(self._path.rpartition(".")[2], "mp4")
            with av.open(stream, "r", format=form, buffer_size=4096, options=LIVE) as container:
                for pcm in first_sound(container):
                    self._hear(pcm)

    def _hear(self, pcm: Pcm) -> None:
        now, hearing = time.monotonic(), self._hearing
        if not hearing.found and now - self._begun < GRACE:
            hearing.forget_what_was()
        hearing.hear(pcm, now)

    def report(self) -> Report:
        """Return what it heard."""
        hearing, finder = self._hearing, self._hearing.finder
        length = 1.0 if finder is None else finder.length / RATE
        return {
            "kind": "ear",
            "path": self._path,
            "windows": hearing.windows,
            "recognised": hearing.found,
            "begins": middle(hearing.begins, length),
            "longest_silence": hearing.longest_silence,
        }


def play_ears(ears: Sequence[Ear], over: int, tell: Callable[[Report], None]) -> None:
    """Let ears listen until a descriptor can be read; then tell what each heard."""
    ended = threading.Event()
    threads = [threading.Thread(target=ear.listen, args=(ended,), daemon=True) for ear in ears]
    for thread in threads:
        thread.start()
    select.select([over], [], [])
    ended.set()
    for thread in threads:
        thread.join(2)
    for ear in ears:
        tell(ear.report())
