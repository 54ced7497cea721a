"""Ears outside the event loop."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator

import pytest

from fullhouse.edge.audience import SLICE, WAITING_AT_MOST, Audience
from fullhouse.edge.listener import MISSED_AT_MOST
from fullhouse.edge.request import Format
from fullhouse.edge.sender import WriteSender
from fullhouse.units import PartNumber, RoomSlug
from tests.edge.stand import until

DEMO, MP4 = RoomSlug("demo"), Format.MP4


class Ear:
    """The other end of a listener's line."""

    def __init__(
        self, audience: Audience, newest: int = 0, burst: bytes = b"burst ", space: int = 4096
    ) -> None:
        ours, self.line = socket.socketpair()
        ours.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, space)
        self.line.setblocking(False)
        audience.join(os.dup(ours.fileno()), DEMO, MP4, burst, PartNumber(newest))
        ours.close()

    def heard(self) -> bytes:
        """Return all that has come; what ends with `.` has ended."""
        raw = b""
        while True:
            try:
                piece = self.line.recv(1 << 20)
            except BlockingIOError:
                return raw
            if not piece:
                return raw + b"."
            raw += piece


@pytest.fixture
async def audience() -> AsyncIterator[Audience]:
    one = Audience(asyncio.get_running_loop(), WriteSender())
    yield one
    one.close()


def send(audience: Audience, *numbers: int, size: int = 0) -> None:
    for number in numbers:
        audience.send(DEMO, MP4, PartNumber(number), f"{number} ".encode().ljust(size, b"-"))


async def quiet() -> None:
    """Let the loop turn until everything is out."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_everybody_hears_everything_in_order(audience: Audience) -> None:
    ears = [Ear(audience) for _ in range(3)]
    send(audience, 1, 2, 3)
    await quiet()
    assert [ear.heard() for ear in ears] == [b"burst 1 2 3 "] * 3
    assert audience.ears(DEMO) == audience.ears(DEMO, MP4) == len(audience) == 3
    assert audience.formats(DEMO) == [MP4]
    assert audience.counts.sends == 9


async def test_who_joins_while_a_part_goes_out_hears_it_once(audience: Audience) -> None:
    """It is in their burst."""
    early = Ear(audience)
    send(audience, 1)
    late = Ear(audience, newest=1, burst=b"burst-with-1 ")
    send(audience, 2)
    await quiet()
    assert (early.heard(), late.heard()) == (b"burst 1 2 ", b"burst-with-1 2 ")


async def test_a_large_crowd_does_not_hold_up_the_loop(audience: Audience) -> None:
    """Between two slices the loop runs."""
    crowd = [Ear(audience) for _ in range(SLICE + 10)]
    send(audience, 1)
    await asyncio.sleep(0)
    assert crowd[0].heard() == b"burst 1 "
    assert crowd[-1].heard() == b"burst "
    await quiet()
    assert crowd[-1].heard() == b"1 "
    for ear in crowd:
        ear.line.close()


async def test_who_leaves_while_a_part_goes_out_disturbs_nobody(audience: Audience) -> None:
    """Even if the system gives the number of their socket to somebody else at once."""
    crowd = [Ear(audience) for _ in range(SLICE + 10)]
    send(audience, 1)
    await asyncio.sleep(0)
    crowd[-1].line.close()
    await until(lambda: len(audience) == SLICE + 9)
    fresh = Ear(audience, newest=1, burst=b"fresh ")
    await quiet()
    assert fresh.heard() == b"fresh "
    assert crowd[-2].heard() == b"burst 1 "
    for ear in (*crowd, fresh):
        ear.line.close()


async def test_hang_ups_are_noticed_and_files_given_back(audience: Audience) -> None:
    before = len(os.listdir("/proc/self/fd"))
    ears = [Ear(audience) for _ in range(50)]
    for ear in ears:
        ear.line.close()
    await until(lambda: len(audience) == 0)
    assert audience.counts.left == 50
    assert audience.formats(DEMO) == []
    assert len(os.listdir("/proc/self/fd")) == before


async def test_who_has_gone_before_joining_is_let_go(audience: Audience) -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    audience.join(ours.detach(), DEMO, MP4, b"burst", PartNumber(0))
    assert (len(audience), audience.counts.left) == (0, 1)


async def test_a_slow_listener_skips_to_the_newest_part(audience: Audience) -> None:
    """It gets whole chunks only, and others do not notice."""
    slow, well = Ear(audience), Ear(audience)
    for number in range(1, 31):
        send(audience, number, size=1000)
        await quiet()
        if number < 30:
            well.heard()
    skipped = audience.skipped(DEMO)
    assert skipped > 5
    first = slow.heard()
    send(audience, 31, size=1000)
    await quiet()
    second = slow.heard()
    assert well.heard().endswith(b"31 ".ljust(1000, b"-"))
    chunks = (first + second).removeprefix(b"burst ")
    assert len(chunks) % 1000 == 0
    numbers = [int(chunks[at : at + 1000].split(b" ")[0]) for at in range(0, len(chunks), 1000)]
    assert numbers[0] == 1
    assert numbers[-1] == 31
    assert len(numbers) + skipped == 31
    assert numbers == sorted(set(numbers))


async def test_a_slow_listener_who_reads_again_is_an_ear_like_others(audience: Audience) -> None:
    slow = Ear(audience)
    for number in range(1, 31):
        send(audience, number, size=1000)
        await quiet()
    for number in range(31, 101):
        slow.heard()
        send(audience, number, size=1000)
        await quiet()
    crowd = audience._crowds[DEMO, MP4]
    assert (len(crowd.roster), len(crowd.slow)) == (1, 0)


@pytest.mark.parametrize("at_once", [2, 3])
async def test_a_listener_who_is_well_again_misses_no_part_that_is_on_its_way(
    audience: Audience, at_once: int
) -> None:
    """Some parts are under way when the calm stretch ends: those behind it are heard, too."""
    slow = Ear(audience)
    for number in range(1, 31):
        send(audience, number, size=1000)
        await quiet()
    heard = slow.heard()
    for number in range(31, 101, at_once):
        send(audience, *range(number, number + at_once), size=1000)
        await quiet()
        heard += slow.heard()
    numbers = [int(word) for word in heard.replace(b"-", b"").split()[1:]]
    crowd = audience._crowds[DEMO, MP4]
    assert (len(crowd.roster), len(crowd.slow)) == (1, 0)
    assert numbers[-60:] == list(range(numbers[-1] - 59, numbers[-1] + 1))


async def test_a_hang_up_over_tcp_is_noticed_before_the_next_part(audience: Audience) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = socket.create_connection(server.getsockname())
        ours, _ = server.accept()
        ours.setblocking(False)
        audience.join(ours.detach(), DEMO, MP4, b"burst", PartNumber(0))
        assert listener.recv(100) == b"burst"
        listener.close()
        await until(lambda: len(audience) == 0)


async def test_who_never_reads_is_closed(audience: Audience) -> None:
    stalled, well = Ear(audience), Ear(audience)
    for number in range(MISSED_AT_MOST + 30):
        send(audience, number, size=1000)
        await quiet()
        well.heard()
    assert (len(audience), audience.counts.closed_slow) == (1, 1)
    assert stalled.heard().endswith(b".")


async def test_a_burst_that_does_not_fit_is_finished_first(audience: Audience) -> None:
    ear = Ear(audience, newest=3, burst=b"x" * 20_000)
    first = ear.heard()
    assert 0 < len(first) < 20_000
    send(audience, 4)
    for number in range(5, 9):
        await quiet()
        first += ear.heard()
        send(audience, number)
    await quiet()
    first += ear.heard()
    assert first.startswith(b"x" * 20_000)
    assert first.endswith(b"7 8 ")


async def test_parts_that_pile_up_are_bounded(audience: Audience) -> None:
    ear = Ear(audience, space=100_000)
    send(audience, *range(WAITING_AT_MOST + 5))
    await quiet()
    assert len(ear.heard().split()) == 1 + WAITING_AT_MOST
    assert audience.skipped(DEMO) == 5


async def test_a_rooms_listeners_can_be_sent_away(audience: Audience) -> None:
    ear = Ear(audience)
    audience.send_away(RoomSlug("other"))
    assert len(audience) == 1
    audience.send_away(DEMO)
    assert ear.heard() == b"burst ."
    send(audience, 1)
