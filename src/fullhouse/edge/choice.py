"""A shell: finds out which sender works here, by using it."""

import socket
from contextlib import ExitStack
from typing import Final

from fullhouse.edge.roster import Roster
from fullhouse.edge.sender import GONE, Sender, WriteSender, write
from fullhouse.edge.uring import UringSender

_CHUNK: Final = bytes(range(256)) * 128
_LITTLE: Final = 4_096
"""Bytes of a send buffer that has no room for the chunk."""


def choose(setting: str) -> tuple[Sender, str]:
    """Return the best sender that works here, and why it is not io_uring, if it is not.

    Args:
        setting: `auto` or `uring`: that, where it works; `write`: the plain one.
    """
    if setting == "write":
        return WriteSender(), "as set"
    try:
        sender = UringSender()
    except OSError as error:
        return WriteSender(), f"no io_uring: {error.strerror or error}"
    if works(sender):
        return sender, ""
    sender.close()
    return WriteSender(), "io_uring does not do here what it should"


def works(sender: Sender) -> bool:
    """Try an ear that takes all, one that takes a part, a full one, one gone, and one that left."""
    with ExitStack() as stack:
        (well, tight, full, gone, left) = (_pair(stack) for _ in range(5))
        for ours, _ in (tight, full):
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LITTLE)
        while write(full[0].fileno(), _CHUNK):
            pass
        gone[1].close()
        roster = Roster(sender.entries())
        for ours, _ in (well, left, tight, full, gone):
            roster.add(ours.fileno())
        roster.remove(left[0].fileno())
        short = dict(roster.send(0, roster.end, _CHUNK))
        taken = short.pop(tight[0].fileno(), 0)
        return (
            short == {full[0].fileno(): 0, gone[0].fileno(): GONE}
            and _heard(well[1]) == _CHUNK
            and _heard(tight[1]) == _CHUNK[:taken]
            and 0 < taken < len(_CHUNK)
            and not _heard(left[1])
        )


def _pair(stack: ExitStack) -> tuple[socket.socket, socket.socket]:
    ours, theirs = map(stack.enter_context, socket.socketpair())
    ours.setblocking(False)
    theirs.setblocking(False)
    return ours, theirs


def _heard(line: socket.socket) -> bytes:
    heard = b""
    while True:
        try:
            heard += line.recv(1 << 20)
        except BlockingIOError:
            return heard
