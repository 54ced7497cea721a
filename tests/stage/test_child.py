"""The process of one room: how it begins and how it ends."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fullhouse.lifeline import VARIABLE, held_lifeline
from fullhouse.stage.children import start_waiting
from fullhouse.stage.orders import Orders
from fullhouse.wire import TakeSeat, subject_seat
from tests.servers import nats_server
from tests.stage.rooms import LOOPBACK, room_news, staged, until, watched

COMMAND = [sys.executable, "-m", "fullhouse.stage.child"]


def test_a_spare_whose_node_is_gone_ends() -> None:
    """Its stdin closes before any orders came."""
    done = subprocess.run(COMMAND, stdin=subprocess.DEVNULL, timeout=20, check=False)
    assert done.returncode == 0


def test_a_bus_that_turns_it_away_is_said_in_one_line(tmp_path: Path) -> None:
    orders = Orders(room=room_news("r"), node="n", media_host=LOOPBACK, log_format="json")
    with nats_server(tmp_path, "--user", "u", "--pass", "p") as url:
        done = subprocess.run(
            COMMAND,
            input=orders.line(),
            env={**os.environ, "FULLHOUSE_BUS": url},
            capture_output=True,
            timeout=40,
            check=False,
        )
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"stage cannot begin" in done.stderr.splitlines()[-1]


async def test_a_stage_that_is_not_wanted_any_more_leaves(nats_url: str) -> None:
    async with staged(nats_url, "unwanted") as room:
        pid = room.said[-1].pid
        await room.tell(wanted=False)
        await until(lambda: not _runs(pid), 2)


async def test_a_stage_leaves_when_it_is_asked_to(nats_url: str) -> None:
    async with staged(nats_url, "asked") as room:
        os.kill(room.said[-1].pid, signal.SIGTERM)
        await until(lambda: not _runs(room.said[-1].pid), 2)


async def test_a_stage_ends_with_up_however_up_ends(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(nats_url, room_news("lifeline")) as room:
        with held_lifeline() as lifeline:
            monkeypatch.setenv(VARIABLE, str(lifeline.read))
            child = await start_waiting(nats_url)
            child.begin(Orders(room=room.news, node="test", media_host=LOOPBACK))
            await until(lambda: len(room.said) > 0)
            lifeline.cut()
            monkeypatch.delenv(VARIABLE)
        await asyncio.wait_for(child.ended(), 2)


async def test_a_stage_runs_in_real_time_where_that_is_allowed(nats_url: str) -> None:
    """And is ended by the kernel if it computes for a second without a pause."""
    expected = os.SCHED_RR if _real_time_is_allowed() else os.SCHED_OTHER
    async with staged(nats_url, "first") as room:
        pid = room.said[-1].pid
        assert os.sched_getscheduler(pid) == expected
        assert resource.prlimit(pid, resource.RLIMIT_RTTIME) == (1_000_000, 1_000_000)


def _real_time_is_allowed() -> bool:
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        return False
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return True


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass
class Way:
    """A way to the bus that may be cut."""

    url: str
    pairs: list[asyncio.StreamWriter] = field(default_factory=list)
    is_cut: bool = False

    async def lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.close()
            return
        there = urlsplit(self.url)
        far_reader, far_writer = await asyncio.open_connection(there.hostname, there.port)
        self.pairs += [writer, far_writer]
        await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))

    def cut(self) -> None:
        self.is_cut = True
        for writer in self.pairs:
            writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while raw := await reader.read(65_536):
            writer.write(raw)
    writer.close()


async def test_a_stage_knows_what_was_said_while_it_had_no_bus(nats_url: str) -> None:
    """Somebody was muted meanwhile; nobody says it again."""
    way, news = Way(nats_url), room_news("cut-off")
    server = await asyncio.start_server(way.lead, LOOPBACK, 0)
    url = f"nats://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
    async with server, watched(nats_url, news) as room:
        child = await start_waiting(url)
        child.begin(Orders(room=room.news, node="test", media_host=LOOPBACK, seats=4))
        await until(lambda: len(room.said) > 0)
        keeps = TakeSeat(seat="icecast", name="Icecast")
        await room.bus.publish(subject_seat(room.slug), keeps.pack())
        await until(lambda: room.seat("icecast") is not None)
        way.cut()
        await asyncio.sleep(0.3)
        await room.bus.keep_room(news.model_copy(update={"revision": 2, "muted": ("icecast",)}))
        way.is_cut = False
        async with asyncio.timeout(20):
            while (seat := room.seat("icecast")) is None or not seat.muted:
                await room.bus.publish(subject_seat(room.slug), keeps.pack())
                await asyncio.sleep(0.2)
        room.news = room.news.model_copy(update={"revision": 2})
        await room.tell(wanted=False)
        await asyncio.wait_for(child.ended(), 15)
