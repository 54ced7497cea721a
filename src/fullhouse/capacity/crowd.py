"""A shell: a crowd of sockets that listen to one stream of a worker that is being measured.

One thread and one epoll; what comes is thrown away by the kernel (MSG_TRUNC) but for one ear,
whose parts and bytes are counted. It shares nothing with the server.
"""

import select
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from fullhouse.capacity.front import Boxes
from fullhouse.errors import Refused

BATCH: Final = 100
"""Connections that are opened before the first of them has been answered."""
TINY: Final = 2_304
"""The smallest receive buffer that the kernel grants: what stalls waits at the sender."""
_READ: Final = 1 << 20


class Crowd:
    """Listeners of one path, from the block's beginning to its end.

    Attributes:
        parts, bytes: that the first of them got, opening included.
        ended: connections that the other side has closed.
    """

    def __init__(self, port: int, path: str) -> None:
        self._port = port
        self._ask = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        self._epoll = select.epoll()
        self._lines: dict[int, socket.socket] = {}
        self._waiting: set[int] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="crowd", daemon=True)
        self._sample = -1
        self._boxes = Boxes()
        self.parts = 0
        self.bytes = 0
        self.ended = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(10)
        for line in self._lines.values():
            line.close()
        self._epoll.close()

    def __len__(self) -> int:
        return len(self._lines)

    def join(self, count: int, *, stalls: bool = False, seconds: float = 30) -> int:
        """Let so many more in; return how many have come once each has got its first bytes.

        Args:
            stalls: they read their first bytes and then nothing more.

        Raises:
            Refused: they are turned away, or not answered in time.
        """
        end = time.monotonic() + seconds
        came = 0
        while came < count:
            batch = [self._connect(stalls) for _ in range(min(BATCH, count - came))]
            while self._waiting and self.ended == 0:
                if time.monotonic() > end:
                    raise Refused("The measured worker does not answer.", code="no_answer")
                time.sleep(0.002)
            if self.ended:
                raise Refused("The measured worker turns listeners away.", code="turned_away")
            came += len(batch)
        return came

    def _connect(self, stalls: bool) -> int:
        line = socket.socket()
        if stalls:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, TINY)
        line.settimeout(10)
        try:
            line.connect(("127.0.0.1", self._port))
            line.sendall(self._ask)
            line.setblocking(False)
        except OSError as error:
            line.close()
            raise Refused(f"A listener cannot come in: {error}.", code="no_answer") from error
        number = line.fileno()
        self._lines[number] = line
        if self._sample == -1:
            self._sample = number
        if not stalls:
            self._waiting.add(number)
            self._epoll.register(number, select.EPOLLIN)
        return number

    def _listen(self) -> None:
        buffer = bytearray(_READ)
        while not self._stop.is_set():
            for number, _ in self._epoll.poll(0.05, 1024):
                flags = 0 if number == self._sample else socket.MSG_TRUNC
                taken = 0
                with suppress(BlockingIOError, ConnectionError):
                    taken = self._lines[number].recv_into(buffer, _READ, flags)
                self._waiting.discard(number)
                if not taken:
                    self.ended += 1
                    self._epoll.unregister(number)
                elif number == self._sample:
                    self._hear(bytes(memoryview(buffer)[:taken]))

    def _hear(self, raw: bytes) -> None:
        if not self.bytes:
            raw = raw.partition(b"\r\n\r\n")[2]
        self.bytes += len(raw)
        self.parts += len(self._boxes.feed(raw))
