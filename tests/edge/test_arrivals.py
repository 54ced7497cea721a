"""Newcomers, one by one and in crowds."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
from structlog.testing import capture_logs

from fullhouse.edge import arrivals, intake
from fullhouse.edge.arrivals import Arrivals
from fullhouse.edge.intake import Intake
from fullhouse.edge.limits import Capacity
from fullhouse.edge.port import Port, listening
from fullhouse.edge.worker import Worker
from fullhouse.units import SECOND, Micros, RoomSlug
from tests.edge.stand import live_room, small_worker, until

STREAM = b"GET /demo/live.aac HTTP/1.1\r\nHost: ear\r\n\r\n"


@dataclass(frozen=True, slots=True)
class House:
    """A worker at a port."""

    worker: Worker
    number: int


@asynccontextmanager
async def opened(capacity: Capacity, number: int = 0) -> AsyncIterator[House]:
    worker = small_worker(capacity)
    live_room(worker)
    with listening("127.0.0.1", number, 32_768) as sock:
        some = Arrivals(asyncio.get_running_loop(), Port(sock), worker.lobby)
        some.open()
        yield House(worker, sock.getsockname()[1])
        some.close()
    worker.close()


class Ears:
    """Callers for a stream, and what each was answered."""

    def __init__(self, stack: AsyncExitStack, number: int) -> None:
        self._stack = stack
        self._number = number
        self.statuses: Counter[str] = Counter()

    async def come(self, count: int, raw: bytes = STREAM) -> list[socket.socket]:
        return await asyncio.gather(*(self._one(raw) for _ in range(count)))

    async def _one(self, raw: bytes) -> socket.socket:
        loop, sock = asyncio.get_running_loop(), socket.socket()
        self._stack.enter_context(sock)
        sock.setblocking(False)
        async with asyncio.timeout(10):
            await loop.sock_connect(sock, ("127.0.0.1", self._number))
            await loop.sock_sendall(sock, raw)
            said = await loop.sock_recv(sock, 4096)
        self.statuses[said[9:12].decode()] += 1
        return sock


@asynccontextmanager
async def ears(number: int) -> AsyncIterator[Ears]:
    async with AsyncExitStack() as stack:
        yield Ears(stack, number)


async def test_who_asks_for_a_stream_becomes_an_ear_at_once() -> None:
    async with opened(Capacity(100, 5)) as house, ears(house.number) as some:
        await some.come(20)
        assert some.statuses == {"200": 20}
        assert len(house.worker.audience) == house.worker.lobby.connections == 20


async def test_parts_follow_the_burst_without_a_gap_or_a_repeat() -> None:
    """However often the next part is decided between two newcomers."""
    async with opened(Capacity(100, 5)) as house, ears(house.number) as some:
        loop = asyncio.get_running_loop()
        sock = (await some.come(1, STREAM.replace(b"live.aac", b"live.ogg")))[0]
        said = b""
        async with asyncio.timeout(5):
            while said.count(b"OggS") < 4:
                said += await loop.sock_recv(sock, 65536)
        pages = [said[at + 18 : at + 22] for at in range(len(said)) if said.startswith(b"OggS", at)]
        numbers = [int.from_bytes(page, "little") for page in pages]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_a_part_decided_between_two_newcomers_reaches_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was made for the first is not given to the second, who would miss that part."""
    async with opened(Capacity(100, 5)) as house:
        some = Arrivals(asyncio.get_running_loop(), Port(socket.socket()), house.worker.lobby)
        room = house.worker.rooms.get(RoomSlug("demo"))
        clock, heads, lines = house.worker.clock, [], []
        for seconds in (0, 1):
            later = Micros(clock.now() + seconds * SECOND)
            monkeypatch.setattr(clock, "now", lambda now=later: now)
            house.worker.pump.turn(room)
            ours, theirs = socket.socketpair()
            theirs.send(STREAM.replace(b"live.aac", b"live.ogg"))
            ours.setblocking(False)
            some._let_in(ours.detach())
            heads.append(room.window.head)
            lines.append(theirs)
        assert heads[1] > heads[0]
        for head, line in zip(heads, lines, strict=True):
            said = line.recv(65536)
            newest = said.rindex(b"OggS") + 18
            assert (
                int.from_bytes(said[newest : newest + 4], "little") == head + 1
            )  # two are headers
            line.close()


async def test_an_unknown_room_is_refused_as_ever() -> None:
    async with opened(Capacity(100, 5)) as house, ears(house.number) as some:
        await some.come(3, STREAM.replace(b"demo", b"nobody"))
        assert some.statuses == {"404": 3}
        assert len(house.worker.audience) == 0


async def test_a_full_worker_turns_down_any_number_without_a_file_for_them() -> None:
    loop = asyncio.get_running_loop()
    with capture_logs() as logs:
        async with opened(Capacity(5, 1)) as house, ears(house.number) as some:
            await some.come(5)
            refused = await some.come(300)
            assert some.statuses == {"200": 5, "503": 300}
            assert all([await loop.sock_recv(one, 9) == b"" for one in refused])
            assert house.worker.lobby.connections == 5
            assert house.worker.lobby.turned_away == 300
            assert house.worker.lobby.gate.full
    assert [line["event"] for line in logs] == [arrivals.FULL]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let full workers look around often, and leave soon."""
    monkeypatch.setattr(arrivals, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(intake, "LEAVING", Micros(200_000))


async def test_a_full_worker_leaves_newcomers_to_the_others_and_comes_back(hasty: None) -> None:
    """Nobody who comes meanwhile loses more than a second."""
    async with opened(Capacity(10, 5)) as small, opened(Capacity(500, 5), small.number) as large:
        gate = small.worker.lobby.gate
        async with ears(small.number) as some:
            while not gate.full:
                await some.come(4)
            coming = []
            while gate.intake is not Intake.AWAY:
                coming.append(asyncio.create_task(some.come(3)))
                await asyncio.sleep(0.002)
            await asyncio.gather(*coming)  # nobody's connection was reset
            before = some.statuses["503"]
            await some.come(40)
            assert some.statuses["503"] == before
            assert set(some.statuses) <= {"200", "503"}
        await until(lambda: gate.intake is Intake.TAKES)
        async with ears(small.number) as others:
            while len(small.worker.audience) < 3:
                await others.come(1)
            assert set(others.statuses) == {"200"}
        assert not large.worker.lobby.gate.full


async def test_a_port_is_left_in_the_order_that_loses_nobody(hasty: None) -> None:
    """First nobody new begins, then those who have begun are let in, then it is closed."""
    done = []

    class Noted(Port):
        def others(self) -> int:
            return 1

        def pass_over(self) -> None:
            done.append("pass over")
            super().pass_over()

        def leave(self) -> None:
            done.append("leave")
            super().leave()

        def listen(self) -> int:
            done.append("listen")
            return super().listen()

    worker = small_worker(Capacity(1, 1))
    live_room(worker)
    with listening("127.0.0.1", 0, 32_768) as sock:
        some = Arrivals(asyncio.get_running_loop(), Noted(sock), worker.lobby)
        some.open()
        async with ears(sock.getsockname()[1]) as one:
            await one.come(1)
            await until(lambda: worker.lobby.gate.intake is Intake.AWAY)
        await until(lambda: worker.lobby.gate.intake is Intake.TAKES)
        some.close()
    worker.close()
    assert done == ["listen", "pass over", "leave", "listen"]


async def test_when_all_are_full_one_stays_to_say_so(hasty: None) -> None:
    async with opened(Capacity(5, 5)) as first, opened(Capacity(5, 5), first.number) as second:
        gates = [house.worker.lobby.gate for house in (first, second)]
        async with ears(first.number) as some:
            await some.come(60)
            assert all(gate.full for gate in gates)
            listening = []
            for _ in range(200):
                listening.append(sum(gate.listening for gate in gates))
                await asyncio.sleep(0.002)
            assert (min(listening), listening[-1]) == (1, 1)
            for _ in range(20):
                before = some.statuses["503"]
                await some.come(5)
                assert some.statuses["503"] == before + 5
                assert sum(gate.listening for gate in gates) == 1
                await asyncio.sleep(0.03)


async def test_a_system_without_files_makes_a_worker_full() -> None:
    """And it comes back when there are some."""

    class Starved(Port):
        def accept(self) -> int:
            raise OSError(23, "Too many open files in system")

    with ExitStack() as stack, capture_logs() as logs:
        worker = small_worker(Capacity(100, 5))
        sock = stack.enter_context(listening("127.0.0.1", 0, 32_768))
        some = Arrivals(asyncio.get_running_loop(), Starved(sock), worker.lobby)
        some.open()
        caller = stack.enter_context(socket.create_connection(sock.getsockname()))
        caller.send(STREAM)
        await until(lambda: worker.lobby.gate.full)
        await until(lambda: worker.lobby.turned_away > 3)
        some.close()
        worker.close()
    assert [line["event"] for line in logs] == [arrivals.FULL]


async def test_a_kernel_that_lets_few_wait_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fullhouse.edge.port.somaxconn", lambda: 128)
    with capture_logs() as logs:
        async with opened(Capacity(5, 1)):
            pass
    assert [(line["log_level"], line["may_wait"]) for line in logs] == [("warning", 128)]
    assert "somaxconn=4096" in logs[0]["remedy"]
