"""Accepted sockets that are not ears."""

import asyncio
import os
import select
import socket
from collections.abc import AsyncIterator
from contextlib import closing

import pytest

from fullhouse.edge.lines import Line, Lines
from tests.edge.stand import until


class Caller:
    """Notes what it hears."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.heard = b""
        self.lost = 0
        line.begin(self)

    def data_received(self, data: bytes) -> None:
        self.heard += data

    def connection_lost(self) -> None:
        self.lost += 1


@pytest.fixture
async def lines() -> AsyncIterator[Lines]:
    some = Lines(asyncio.get_running_loop())
    yield some
    some.close()


def pair(lines: Lines) -> tuple[Caller, socket.socket]:
    """Return a caller with a line, and the other end of it."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    ours.setblocking(False)
    theirs.setblocking(False)
    return Caller(lines.add(ours.detach())), theirs


async def read(sock: socket.socket, count: int) -> bytes:
    """Return so many bytes, or fewer at the end."""
    loop, said = asyncio.get_running_loop(), b""
    async with asyncio.timeout(5):
        while len(said) < count and (more := await loop.sock_recv(sock, count - len(said))):
            said += more
    return said


async def test_what_comes_is_heard_and_what_is_written_goes_out(lines: Lines) -> None:
    caller, theirs = pair(lines)
    with closing(theirs):
        theirs.send(b"hello")
        await until(lambda: caller.heard == b"hello")
        caller.line.write(b"and ")
        caller.line.write(b"good day")
        assert await read(theirs, 12) == b"and good day"
    await until(lambda: caller.lost == 1)


async def test_a_long_answer_goes_out_as_it_is_read_and_before_the_end(lines: Lines) -> None:
    caller, theirs = pair(lines)
    answer = os.urandom(1_000_000)
    with closing(theirs):
        caller.line.write(answer)
        caller.line.write(b"the end")
        assert 0 < caller.line.unsent() < len(answer) + 7
        caller.line.close()
        assert caller.lost == 0
        assert await read(theirs, 2_000_000) == answer + b"the end"
    assert (caller.lost, caller.line.unsent()) == (1, 0)


async def test_nothing_is_read_while_an_answer_is_not_out(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So who asks and never reads asks once. Each time one thing is waited for."""
    waits, wait = [], lines.wait

    def noted(number: int, what: int) -> None:
        waits.append(what)
        wait(number, what)

    monkeypatch.setattr(lines, "wait", noted)
    caller, theirs = pair(lines)
    with closing(theirs):
        caller.line.write(bytes(100_000))
        theirs.send(b"more")
        await asyncio.sleep(0.05)
        assert caller.heard == b""
        await read(theirs, 100_000)
        await until(lambda: caller.heard == b"more")
    assert waits == [select.EPOLLOUT, select.EPOLLIN]


async def test_who_hangs_up_while_an_answer_goes_out_is_noticed(lines: Lines) -> None:
    caller, theirs = pair(lines)
    caller.line.write(bytes(100_000))
    theirs.close()
    await until(lambda: caller.lost == 1)
    caller.line.write(b"into the void")
    caller.line.close()
    caller.line.abort()
    assert caller.lost == 1


async def test_a_line_that_is_taken_is_heard_of_no_more(lines: Lines) -> None:
    caller, theirs = pair(lines)
    number = caller.line.take()
    with closing(theirs):
        theirs.send(b"hello")
        await asyncio.sleep(0.02)
        assert (caller.heard, caller.lost) == (b"", 1)
        os.write(number, b"mine")
        assert await read(theirs, 4) == b"mine"
    os.close(number)


async def test_many_at_once_are_all_heard(lines: Lines) -> None:
    pairs = [pair(lines) for _ in range(300)]
    for _, theirs in pairs:
        theirs.send(b"x")
    await until(lambda: all(caller.heard == b"x" for caller, _ in pairs))
    for _, theirs in pairs:
        theirs.close()
    await until(lambda: all(caller.lost == 1 for caller, _ in pairs))
