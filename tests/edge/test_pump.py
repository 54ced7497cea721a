"""Rooms are woken in time."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator

import pytest

from fullhouse.edge import pump
from fullhouse.edge.limits import Capacity
from fullhouse.edge.request import Format
from fullhouse.edge.worker import Worker
from fullhouse.units import PartNumber, RoomSlug
from tests.edge.stand import live_room, small_worker, until

DEMO = RoomSlug("demo")


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    one = small_worker(Capacity(100, 1))
    yield one
    one.close()


async def test_a_room_with_an_ear_gets_filler_at_every_deadline(worker: Worker) -> None:
    room = live_room(worker)
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.settimeout(5)
    head = room.window.head
    worker.audience.join(os.dup(ours.fileno()), DEMO, Format.AAC, b"burst", PartNumber(head - 1))
    ours.close()
    worker.pump.turn(room)
    began = time.monotonic()
    await until(lambda: room.window.head >= head + 3)
    assert 0.5 < time.monotonic() - began < 1.5
    assert len(theirs.recv(100_000).removeprefix(b"burst")) > 100
    theirs.close()


async def test_a_room_without_ears_is_not_woken(worker: Worker) -> None:
    room = live_room(worker)
    worker.pump.turn(room)
    head = room.window.head
    await asyncio.sleep(0.8)
    assert room.window.head == head
    worker.pump.turn(room)
    assert room.window.head >= head + 2


async def test_held_requests_are_answered_once_their_part_is_decided(worker: Worker) -> None:
    room = live_room(worker)
    worker.pump.turn(room)
    head = room.window.head
    answers: list[tuple[str, bool, int]] = []

    def note(name: str) -> None:
        for_all = lambda ready: answers.append((name, ready, room.window.head))  # noqa: E731
        held = worker.pump.hold(room, PartNumber(head + 1), for_all)
        assert held is not None
        if name == "gone":
            worker.pump.drop(DEMO, held)

    for name in ("one", "gone", "two"):
        note(name)
    assert worker.pump.held() == 2
    await until(lambda: len(answers) == 2)
    assert answers == [("one", True, head + 2), ("two", True, head + 2)]
    await asyncio.sleep(0.4)
    assert worker.pump.held() == 0


async def test_hundreds_of_held_requests_are_answered_in_slices(worker: Worker) -> None:
    room = live_room(worker)
    worker.pump.turn(room)
    turns: list[int] = []
    turn = 0
    for _ in range(300):
        worker.pump.hold(room, room.window.head, lambda ready: turns.append(turn))
    while len(turns) < 300:
        turn += 1
        await asyncio.sleep(0)
    assert len(set(turns)) == 3


async def test_a_request_that_was_held_too_long_is_told_so(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump, "HELD_AT_MOST", 100_000)
    room = live_room(worker)
    worker.pump.turn(room)
    answers: list[bool] = []
    worker.pump.hold(room, PartNumber(room.window.head + 30), answers.append)
    await until(lambda: answers == [False])
    assert worker.pump.held() == 0
