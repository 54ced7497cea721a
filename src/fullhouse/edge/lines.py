"""A shell: accepted sockets that are not ears: read when something comes, written to when asked.

One epoll for all of them, which the event loop watches: a connection that asks once costs a
registration and an object, not a transport. While an answer is not out, nothing more is read.
"""

import os
import select
import socket
import time
from asyncio import AbstractEventLoop
from typing import Final, Protocol

from fullhouse.edge.sender import GONE, write

READ_BYTES: Final = 16_384
AT_ONCE: Final = 64
TURN_SECONDS: Final = 0.002
"""Then the loop does something else."""
_READS: Final = select.EPOLLIN
_WRITES: Final = select.EPOLLOUT


class Caller(Protocol):
    """What hears of a line."""

    def data_received(self, data: bytes) -> None: ...
    def connection_lost(self) -> None: ...


class Line:
    """One connection's socket, from its accepting to its end or to `take`."""

    __slots__ = ("_caller", "_closing", "_lines", "_number", "_unsent")

    def __init__(self, lines: "Lines", number: int) -> None:
        self._lines = lines
        self._number = number
        self._caller: Caller | None = None
        self._unsent: list[memoryview] = []
        self._closing = False

    def begin(self, caller: Caller) -> None:
        """Let a caller hear of what comes from now on."""
        self._caller = caller

    def peer(self) -> str:
        """Return the address of the other side; empty where it is gone."""
        seen = socket.socket(fileno=self._number)
        try:
            return str(seen.getpeername()[0])
        except OSError:
            return ""
        finally:
            seen.detach()

    def unsent(self) -> int:
        """Return how many bytes wait for the other side to read."""
        return sum(map(len, self._unsent))

    def write(self, raw: bytes) -> None:
        """Send bytes behind those that were written before."""
        if self._caller is None or self._closing:
            return
        rest = memoryview(raw)
        if not self._unsent:
            taken = write(self._number, rest)
            if taken == GONE:
                return  # this is noticed by the epoll
            self._lines.sent += taken
            if taken == len(raw):
                return
            rest = rest[taken:]
            self._lines.wait(self._number, _WRITES)
        self._unsent.append(rest)

    def close(self) -> None:
        """End the connection once everything is out."""
        self._closing = True
        if not self._unsent:
            self.abort()

    def abort(self) -> None:
        """End the connection now."""
        caller, self._caller = self._caller, None
        if caller is not None:
            self._unsent.clear()
            self._lines.let_go(self._number)
            os.close(self._number)
            caller.connection_lost()

    def take(self) -> int:
        """Return the descriptor, which is the caller's from now on; nothing is heard of it here."""
        caller, self._caller = self._caller, None
        self._lines.let_go(self._number)
        if caller is not None:
            caller.connection_lost()
        return self._number

    def ready(self) -> None:
        """Something has come, or what is unsent can go on, or the other side is gone."""
        if self._unsent:
            self._send_on()
            return
        try:
            raw = os.read(self._number, READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self.abort()
            return
        if not raw:
            self.abort()
        elif self._caller is not None and not self._closing:
            self._caller.data_received(raw)

    def _send_on(self) -> None:
        while self._unsent:
            taken = write(self._number, self._unsent[0])
            if taken == GONE:
                self.abort()
                return
            self._lines.sent += taken
            if taken < len(self._unsent[0]):
                self._unsent[0] = self._unsent[0][taken:]
                return
            del self._unsent[0]
        if self._closing:
            self.abort()
        else:
            self._lines.wait(self._number, _READS)


class Lines:
    """All lines of one worker.

    Attributes:
        sent: bytes.
    """

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._epoll = select.epoll()
        self._lines: dict[int, Line] = {}
        self.sent = 0
        loop.add_reader(self._epoll.fileno(), self._turn)

    def add(self, number: int) -> Line:
        """Take over an accepted socket that does not block."""
        line = self._lines[number] = Line(self, number)
        self._epoll.register(number, _READS)
        return line

    def wait(self, number: int, what: int) -> None:
        """Let a line be ready when one can read, or write."""
        self._epoll.modify(number, what)

    def let_go(self, number: int) -> None:
        """Watch a line no more."""
        if self._lines.pop(number, None) is not None:
            self._epoll.unregister(number)

    def _turn(self) -> None:
        end = time.perf_counter() + TURN_SECONDS
        for number, _ in self._epoll.poll(0, AT_ONCE):
            line = self._lines.get(number)
            if line is not None:
                line.ready()
            if time.perf_counter() > end:
                break  # the others are as ready the next time

    def close(self) -> None:
        """End all lines, and watch nothing any more."""
        for line in list(self._lines.values()):
            line.abort()
        if not self._epoll.closed:
            self._loop.remove_reader(self._epoll.fileno())
            self._epoll.close()
