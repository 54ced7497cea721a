"""One process's crowd against a server that does what the test says."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from selectors import EVENT_READ, DefaultSelector
from socket import create_server, socket

import pytest

from fullhouse.rehearsal.crowd import Crowd, Share
from fullhouse.rehearsal.findings import Findings, Trouble
from fullhouse.rehearsal.gathering import Gathering
from fullhouse.rehearsal.script import Script, Story
from fullhouse.rehearsal.target import Target
from fullhouse.rehearsal.teller import Hearer, Teller
from tests.rehearsal.streams import INIT, mp4

HEAD = b"HTTP/1.1 200 OK\r\nFullhouse-Edge: north\r\n\r\n"
SEGMENT = b"".join(map(mp4, range(84, 96)))
LISTED = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:3.84,\naac-7.mp4\n"
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
FULL = b"HTTP/1.1 503 Full\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Edge:
    """An edge of a few lines: one thread, parts in time, and orders how to misbehave."""

    sock: socket
    listeners: list[socket] = field(default_factory=list)
    refusals: int = 0
    frozen: bool = False
    drops: int = 0
    skips: bool = False
    over: bool = False
    part: int = 1_000

    def run(self) -> None:
        due = time.monotonic()
        with DefaultSelector() as selector:
            selector.register(self.sock, EVENT_READ)
            while not self.over:
                for key, _ in selector.select(0.01):
                    assert isinstance(key.fileobj, socket)
                    self._join(self.sock.accept()[0])
                if time.monotonic() >= due and not self.frozen:
                    due += 0.32
                    self._send()

    def _join(self, line: socket) -> None:
        raw = line.recv(4_096)
        if self.refusals:
            self.refusals -= 1
            line.sendall(FULL)
            line.close()
            return
        assert raw.startswith(b"GET /demo/live.mp4")
        line.sendall(HEAD + INIT + mp4(self.part - 2) + mp4(self.part - 1))
        line.setblocking(False)
        self.listeners.append(line)

    def _send(self) -> None:
        while self.drops and self.listeners:
            self.drops -= 1
            self.listeners.pop().close()
        self.part += 2 if self.skips else 0
        self.skips = False
        for line in list(self.listeners):
            try:
                line.send(mp4(self.part))
            except BlockingIOError:
                pass
            except OSError:
                self.listeners.remove(line)
        self.part += 1


@contextmanager
def edge() -> Iterator[Edge]:
    with create_server(("127.0.0.1", 0), backlog=512) as sock:
        one = Edge(sock)
        thread = threading.Thread(target=one.run)
        thread.start()
        yield one
        one.over = True
        thread.join()
        for line in one.listeners:
            line.close()


def rehearse(one: Edge, script: Script, *orders: tuple[float, str, object]) -> Findings:
    """Play a script in this process; carry out orders (seconds, attribute, value) meanwhile."""
    address = one.sock.getsockname()
    epoch = time.time() - 1_001 * 0.32
    path = "/demo/live.mp4"
    target = Target(address, True, "h", "/demo", path, "/demo/hls/live.m3u8", epoch)
    crowd = Crowd(target, script, Share(0, 1), 0.002)
    read, write = os.pipe()
    over, held = os.pipe()
    hearer, teller = Hearer(read), Teller(write)
    start = time.monotonic()
    timers = [threading.Timer(at, setattr, (one, name, value)) for at, name, value in orders]
    for timer in timers:
        timer.start()
    gathering = Gathering(script, ["crowd"], start)
    crowd.run(start, over, teller)
    teller.tell({"at": int(script.lasts), **crowd.ledger.report()})
    for told in hearer.reports():
        gathering.take("crowd", told)
    gathering.take_last(crowd.last_report(0.05))
    crowd.close()
    for fd in (read, write, over, held):
        os.close(fd)
    return gathering.findings(
        url="", began="", hardware={}, processes=1, complete=True, ears=[], server_said=[]
    )


def calm() -> Findings:
    with edge() as one:
        return rehearse(one, Script(120, 1, 2, Story.STEADY, stalled=0.05))


def wrong() -> Findings:
    with edge() as one:
        one.refusals = 3
        orders = ((1.5, "drops", 5), (2.2, "skips", True))
        return rehearse(one, Script(40, 1, 4, Story.EDGE_KILL), *orders)


def frozen() -> Findings:
    with edge() as one:
        return rehearse(one, Script(20, 1, 3, Story.EDGE_KILL), (1.5, "frozen", True))


def nobody_there() -> Findings:
    with create_server(("127.0.0.1", 0)) as sock:
        one = Edge(sock)
        address = sock.getsockname()
    one.sock = type("Gone", (), {"getsockname": lambda self: address})()
    return rehearse(one, Script(10, 1, 1))


def storm() -> Findings:
    with edge() as one:
        return rehearse(one, Script(60, 1, 3, Story.RETURN_STORM))


def hls() -> Findings:
    """Each answer ends the connection, and the list never grows."""

    def answer(line: socket) -> None:
        with line:
            body = LISTED if b"m3u8" in line.recv(4_096) else SEGMENT
            line.sendall(CLOSING % len(body) + body)

    with edge() as one:
        one._join = answer  # type: ignore[method-assign]  # this one serves HLS alone
        return rehearse(one, Script(10, 1, 2, Story.EDGE_KILL, hls=1.0))


Evenings = Mapping[Callable[[], Findings], Findings]


@pytest.fixture(scope="module")
def evenings() -> Evenings:
    """What each evening found: all at once, for they mostly wait."""
    all_of_them = (calm, wrong, frozen, nobody_there, storm, hls)
    with ThreadPoolExecutor(len(all_of_them)) as threads:
        playing = {evening: threads.submit(evening) for evening in all_of_them}
    return {evening: found.result() for evening, found in playing.items()}


def test_all_come_and_hear_without_a_gap(evenings: Evenings) -> None:
    found = evenings[calm]
    assert (found.arrived, found.joined) == (120, 120)
    assert not found.troubles
    assert found.parts_expected > 600
    assert found.parts_missing == 0
    assert found.first_sound.p50 < 0.5
    assert 0.2 < found.longest_gap.p50 < 0.9
    assert [(worker.name, worker.joined) for worker in found.workers] == [("north", 120)]
    assert sum(second.received for second in found.timeline) > 120 * len(INIT)


def test_all_that_goes_wrong_is_told_by_its_name(evenings: Evenings) -> None:
    found = evenings[wrong]
    assert found.troubles[Trouble.FULL] == 3
    assert found.troubles[Trouble.ENDED] == 5
    assert found.troubles[Trouble.PARTS_MISSING] == 40
    assert found.joined == 40
    assert (found.timeline[-1].hearing, found.timeline[-1].gaps) == (40, 0)


def test_a_frozen_edge_starves_its_listeners(evenings: Evenings) -> None:
    found = evenings[frozen]
    assert found.troubles == {Trouble.STARVED: 20}
    assert found.timeline[-1].gaps == 20
    assert found.longest_gap.p50 > 1.5
    (worker,) = found.workers
    assert worker.silent_from == pytest.approx(1.4, abs=0.5)


def test_nobody_there_is_refused_again_and_again(evenings: Evenings) -> None:
    found = evenings[nobody_there]
    assert (found.arrived, found.joined) == (10, 0)
    assert found.troubles == {Trouble.REFUSED: 10}


def test_a_storm_returns(evenings: Evenings) -> None:
    found = evenings[storm]
    assert sum(second.left for second in found.timeline) == 60
    assert sum(second.joined for second in found.timeline) == 120
    assert (found.arrived, found.joined, found.timeline[-1].hearing) == (60, 60, 60)
    assert not found.troubles


def test_an_hls_player_goes_on_where_each_answer_ends_the_connection(evenings: Evenings) -> None:
    """It asks for the list again and again, on another connection each time."""
    found = evenings[hls]
    assert not found.troubles
    assert (found.joined, found.parts_expected) == (10, 120)
    received = sum(second.received for second in found.timeline)
    lists = received / 10 - len(SEGMENT) - len(CLOSING)
    assert lists > 2.5 * (len(LISTED) + len(CLOSING))


def test_every_listener_belongs_to_one_process() -> None:
    shares = [Share(index, 7) for index in range(7)]
    assert sum(share.size(100) for share in shares) == 100
