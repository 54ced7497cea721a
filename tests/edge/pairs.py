"""Pairs of sockets, and the senders that write to them."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from fullhouse.edge.sender import Sender, WriteSender, write
from fullhouse.edge.uring import UringSender

Pair = tuple[socket.socket, socket.socket]


def uring_works() -> bool:
    """Return whether this machine lets us have io_uring: containers often do not."""
    try:
        UringSender().close()
    except OSError:
        return False
    return True


SENDERS: list[Callable[[], Sender]] = [WriteSender, *([UringSender] if uring_works() else [])]


@contextmanager
def pairs(count: int, space: int = 4096) -> Iterator[list[Pair]]:
    """Yield connected sockets: ours does not block and has little space."""
    with ExitStack() as stack:
        made = []
        for _ in range(count):
            ours, theirs = map(stack.enter_context, socket.socketpair())
            ours.setblocking(False)
            theirs.setblocking(False)
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, space)
            made.append((ours, theirs))
        yield made


def fill(ours: socket.socket) -> None:
    """Write until nothing fits any more."""
    while write(ours.fileno(), b"x" * 1000):
        pass


def heard(line: socket.socket) -> bytes:
    """Return all that has come; what ends with `.` has ended."""
    raw = b""
    while True:
        try:
            piece = line.recv(1 << 20)
        except BlockingIOError:
            return raw
        if not piece:
            return raw + b"."
        raw += piece
