"""A shell: the port that the workers of one machine share: listening there, leaving, coming back.

Source: socket(7) and tcp(7); net/core/filter.c and net/ipv4/inet_connection_sock.c of Linux 6.
"""

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from fullhouse.errors import Refused

BACKLOG: Final = 4_096
"""Connections that wait to be accepted: those of two seconds in which all come at once."""
RECEIVE_BUFFER: Final = 16_384
"""Nobody sends much to an edge; this bounds what the kernel keeps for those who do."""
UNANSWERED: Final = 30_000
"""Milliseconds after which the kernel gives up a peer that acknowledges nothing."""
SILENT_AT_MOST: Final = 1
"""Seconds that the kernel keeps a connection for itself on which nothing was said yet."""
LISTENING: Final = "0A"
_SO_ATTACH_FILTER: Final = 26
_SO_DETACH_FILTER: Final = 27
_NO_SYN: Final = (
    (0x30, 0, 0, 13),  # load the byte of flags
    (0x54, 0, 0, 0x12),  # keep SYN and ACK
    (0x15, 0, 1, 0x02),  # SYN alone?
    (0x06, 0, 0, 0),  # drop it
    (0x06, 0, 0, 0xFFFFFFFF),  # let all else through
)
"""A classic BPF program: code, jump if true, jump if false, operand."""
_accept4 = ctypes.CDLL(None, use_errno=True).accept4
_accept4.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_FLAGS: Final = socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC


class Port:
    """A socket that listens, stops, and listens again, and keeps its number all the time."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._number = sock.fileno()
        self._at = ""

    def fileno(self) -> int:
        """Return the listening socket's descriptor."""
        return self._number

    def listen(self) -> int:
        """Let newcomers come; return how many may wait to be accepted."""
        self._sock.listen(BACKLOG)
        return min(BACKLOG, somaxconn())

    def accept(self) -> int:
        """Return the next connection's descriptor, which does not block; -1 if there is none.

        Raises:
            OSError: there is one, and no file for it.
        """
        ear: int = _accept4(self._number, None, None, _FLAGS)
        if ear < 0 and (why := ctypes.get_errno()) in _NO_FILES:
            raise OSError(why, os.strerror(why))
        return ear

    def pass_over(self) -> None:
        """Let no newcomer begin, while those who have begun come in.

        Who is passed over notices nothing but that the first packet is lost, and sends it again.
        """
        program = b"".join(struct.pack("HBBI", *step) for step in _NO_SYN)
        kept = ctypes.create_string_buffer(program, len(program))
        header = struct.pack("HP", len(_NO_SYN), ctypes.addressof(kept))
        self._sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, header)

    def let_begin(self) -> None:
        """Take `pass_over` back."""
        with suppress(FileNotFoundError):  # there was none
            self._sock.setsockopt(socket.SOL_SOCKET, _SO_DETACH_FILTER, 0)

    def leave(self) -> None:
        """Listen no more. The number stays ours; `listen` comes back."""
        self._sock.shutdown(socket.SHUT_RDWR)
        self.let_begin()

    def others(self) -> int:
        """Return how many other sockets listen at the same address; 0 where that cannot be read."""
        inode = str(os.fstat(self._number).st_ino)
        try:
            rows = list(_listeners(self._sock.family))
        except OSError:
            return 0
        self._at = next((at for at, owner in rows if owner == inode), self._at)
        return sum(at == self._at and owner != inode for at, owner in rows)

    def claim(self) -> socket.socket | None:
        """Return what one worker of this port may hold at a time; None while another holds it.

        It is held until it is closed, and by nobody when its holder has died.
        """
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0fullhouse-port-{self._sock.getsockname()[1]}")
        except OSError:
            claim.close()
            return None
        return claim


_NO_FILES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


def _listeners(family: int) -> Iterator[tuple[str, str]]:
    """Yield address and inode of every socket that listens; they stand first in the table."""
    table = "tcp6" if family == socket.AF_INET6 else "tcp"
    with Path("/proc/net", table).open() as rows:
        next(rows)
        for row in rows:
            words = row.split()
            if words[3] != LISTENING:
                return
            yield words[1], words[9]


def somaxconn() -> int:
    """Return how many connections the kernel lets wait at most; what we ask where it is silent."""
    try:
        return int(Path("/proc/sys/net/core/somaxconn").read_text())
    except (OSError, ValueError):
        return BACKLOG


def listening(host: str, port: int, send_buffer: int) -> socket.socket:
    """Return a socket bound to an address, with what every accepted one inherits.

    Raises:
        Refused: the port is taken, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNANSWERED)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_AT_MOST)
        sock.setblocking(False)
        sock.bind((host, port or _free_port(family, host)))
    except OSError as error:
        sock.close()
        taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        why = "is taken or needs more rights" if taken else f"cannot be used: {error.strerror}"
        raise Refused(f"Port {port} at {host} {why}.", code="port_taken") from error
    return sock


def _free_port(family: int, host: str) -> int:
    """Return a free port's number: only a port that was asked for stays ours while we leave it."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
