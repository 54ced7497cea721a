"""The port that workers share."""

import os
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from fullhouse.edge import port as module
from fullhouse.edge.port import BACKLOG, Port, listening, somaxconn


@contextmanager
def two() -> Iterator[tuple[Port, Port, int]]:
    """Two workers at one port."""
    with ExitStack() as stack:
        first = stack.enter_context(listening("127.0.0.1", 0, 32_768))
        number = first.getsockname()[1]
        second = stack.enter_context(listening("127.0.0.1", number, 32_768))
        ports = Port(first), Port(second)
        for one in ports:
            assert one.listen() == min(BACKLOG, somaxconn())
        yield *ports, number


def call(number: int, count: int) -> list[socket.socket]:
    """Return callers who have said something."""
    callers = []
    for _ in range(count):
        caller = socket.create_connection(("127.0.0.1", number), timeout=5)
        caller.send(b"hello")
        callers.append(caller)
    return callers


def accept(port: Port) -> list[int]:
    """Accept all who wait."""
    time.sleep(0.05)
    numbers = []
    while (number := port.accept()) >= 0:
        numbers.append(number)
    return numbers


def end(*lists: list[socket.socket] | list[int]) -> None:
    for one in (one for some in lists for one in some):
        os.close(one) if isinstance(one, int) else one.close()


def test_callers_are_dealt_out_and_do_not_block() -> None:
    with two() as (first, second, number):
        callers = call(number, 100)
        ours, theirs = accept(first), accept(second)
        assert len(ours) + len(theirs) == 100
        assert 20 < len(ours) < 80
        assert os.read(ours[0], 100) == b"hello"
        with pytest.raises(BlockingIOError):
            os.read(ours[0], 100)
        end(callers, ours, theirs)


def test_a_port_is_left_to_the_other_and_come_back_to() -> None:
    """Who calls meanwhile is served by the other: at once, or after its first packet's repeat."""
    with two() as (first, second, number):
        assert (first.others(), second.others()) == (1, 1)
        before = call(number, 30)
        first.pass_over()
        ours = accept(first)
        assert 0 < len(ours) < 30
        first.leave()
        assert (first.others(), second.others()) == (1, 0)
        after = call(number, 20)
        theirs = accept(second)
        assert len(ours) + len(theirs) == 50
        assert first.accept() < 0
        first.listen()
        assert second.others() == 1
        again = call(number, 40)
        back = accept(first)
        assert 0 < len(back) < 40
        end(before, after, again, ours, theirs, back, accept(second))


def test_who_has_begun_to_call_gets_in_while_others_are_passed_over() -> None:
    with two() as (first, second, number):
        callers = [socket.create_connection(("127.0.0.1", number)) for _ in range(40)]
        first.pass_over()
        for caller in callers:
            caller.send(b"hello")
        ours, theirs = accept(first), accept(second)
        assert len(ours) > 5
        assert len(ours) + len(theirs) == 40
        end(callers, ours, theirs)


def test_who_is_passed_over_comes_again_a_second_later() -> None:
    with two() as (first, second, number):
        second.leave()
        first.pass_over()
        caller = socket.socket()
        caller.setblocking(False)
        assert caller.connect_ex(("127.0.0.1", number)) != 0
        assert select.select([], [caller], [], 0.3)[1] == []
        first.let_begin()
        assert select.select([], [caller], [], 3)[1] == [caller]
        assert caller.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
        caller.close()


def test_one_at_a_time_may_leave() -> None:
    with two() as (first, second, _):
        claim = first.claim()
        assert claim is not None
        assert second.claim() is None
        claim.close()
        other = second.claim()
        assert other is not None
        other.close()


def test_a_caller_who_says_nothing_comes_in_after_a_second() -> None:
    """And is then waited for as long as anybody: the kernel keeps nobody for ever."""
    with two() as (first, second, number):
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", number)):
            ready = select.select([first.fileno(), second.fileno()], [], [], 5)[0]
            assert len(ready) == 1
            assert 0.5 < time.monotonic() - began < 4


def test_no_file_for_a_caller_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with two() as (first, _, _):
        monkeypatch.setattr(module, "_accept4", lambda *_: -1)
        monkeypatch.setattr("ctypes.get_errno", lambda: 24)
        with pytest.raises(OSError, match="Too many open files"):
            first.accept()
