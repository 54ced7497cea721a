"""What an edge hears and says on a real bus."""

import asyncio
import hashlib
from pathlib import Path
from typing import Self

import pytest

from fullhouse.edge.server import Edge
from fullhouse.media import Part, pack_part
from fullhouse.programme.timeline import part_at
from fullhouse.units import Micros, PartNumber, RoomSlug
from fullhouse.wire import (
    SUBJECT_COUNT,
    SUBJECT_HANDS,
    Counts,
    EdgeNews,
    Hands,
    HandsTaken,
    RoomState,
    subject_edge,
    subject_part,
)
from tests.edge.made import part as made_part
from tests.edge.stand import Stage, client, edge, now, stage, until, wait_for_room


def part(house: Stage, number: int) -> Part:
    return made_part(number, epoch=house.epoch)


async def speak(house: Stage, number: int) -> None:
    await house.bus.publish(subject_part(house.slug), pack_part(part(house, number)))
    await house.bus.flush()


def sounds(one: Edge, slug: str) -> list[int]:
    """Return the parts with sound in a room's window."""
    window = one.worker.rooms.by_slug[RoomSlug(slug)].window
    return [int(part.number) for part in window.sounds_before(PartNumber(10**9), 10_000)]


async def test_rooms_are_known_from_the_start_and_from_each_change(
    nats_url: str, tmp_path: Path
) -> None:
    async with stage(nats_url, "kept") as kept, stage(nats_url, "later") as later:
        await kept.say(RoomState.DOORS, keep=True)
        async with edge(nats_url, tmp_path) as one:
            assert one.worker.rooms.by_slug[kept.slug].news.state is RoomState.DOORS
            assert one.worker.rooms.complete
            await later.say(RoomState.SCHEDULED)
            await wait_for_room(one, "later", RoomState.SCHEDULED)
            await kept.say(RoomState.LIVE)
            await wait_for_room(one, "kept", RoomState.LIVE)


class Listener:
    """Somebody who listens to a room's stream over TCP."""

    def __init__(self, port: int, path: str) -> None:
        self._port, self._path = port, path

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(f"GET {self._path} HTTP/1.1\r\nHost: ear\r\n\r\n".encode())
        self.status = int((await self._reader.readline()).split()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def is_over(self) -> bool:
        """Read for half a second at the most; tell whether the stream has ended."""
        try:
            async with asyncio.timeout(0.5):
                while await self._reader.read(65_536):
                    pass
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return True


async def test_streams_end_that_have_no_key_when_a_room_becomes_invited(
    nats_url: str, tmp_path: Path
) -> None:
    """Within seconds, and nobody else's; a key that is renewed ends those of the old one."""
    entry, renewed = (hashlib.sha256(key).hexdigest() for key in (b"a" * 26, b"b" * 26))
    path = "/shut/live.aac"
    async with stage(nats_url, "shut") as house, edge(nats_url, tmp_path) as one:
        await house.say(RoomState.LIVE)
        await wait_for_room(one, "shut", RoomState.LIVE)
        async with (
            Listener(one.port, path) as stranger,
            Listener(one.port, f"{path}?key={'c' * 26}") as liar,
            Listener(one.port, f"{path}?key={'a' * 26}") as friend,
        ):
            assert [stranger.status, liar.status, friend.status] == [200] * 3
            assert not await stranger.is_over()
            await house.say(RoomState.LIVE, entry=entry)
            async with asyncio.timeout(5):
                while not (await stranger.is_over() and await liar.is_over()):
                    pass
            assert not await friend.is_over()
            async with (
                Listener(one.port, path) as refused,
                Listener(one.port, f"{path}?key={'a' * 26}") as late,
            ):
                assert (refused.status, late.status) == (403, 200)
                await house.say(RoomState.LIVE)
                await house.say(RoomState.LIVE, entry=entry)
                assert not await friend.is_over()
                assert not await late.is_over()
                await house.say(RoomState.LIVE, entry=renewed)
                async with asyncio.timeout(5):
                    while not (await friend.is_over() and await late.is_over()):
                        pass


async def test_news_that_was_overtaken_is_not_taken_in(nats_url: str, tmp_path: Path) -> None:
    async with stage(nats_url, "overtaken") as house, edge(nats_url, tmp_path) as one:
        house.revision = 7
        await house.say(RoomState.LIVE)
        await wait_for_room(one, "overtaken", RoomState.LIVE)
        house.revision = 3
        await house.say(RoomState.ENDED)
        house.revision = 8
        await house.say(RoomState.SILENT)
        await wait_for_room(one, "overtaken", RoomState.SILENT)


async def test_malformed_messages_do_no_harm(nats_url: str, tmp_path: Path) -> None:
    async with stage(nats_url, "sturdy") as house, edge(nats_url, tmp_path) as one:
        await house.say(RoomState.LIVE)
        await wait_for_room(one, "sturdy", RoomState.LIVE)
        for subject in ("fh.part.sturdy", "fh.room.sturdy", "fh.count", "fh.part.Not-A-Room!"):
            await house.bus.publish(subject, b"\xff garbage")
        await house.say(RoomState.SILENT)
        await wait_for_room(one, "sturdy", RoomState.SILENT)


async def test_an_edge_says_each_second_who_listens(nats_url: str, tmp_path: Path) -> None:
    name = "ear.example.org-0"
    async with stage(nats_url, "told") as house, edge(nats_url, tmp_path, name) as one:
        heard: list[EdgeNews] = []

        async def hear(subject: str, payload: bytes) -> None:
            heard.append(EdgeNews.unpack(payload))

        await house.bus.subscribe(subject_edge("ear-example-org-0"), hear)
        await house.say(RoomState.LIVE)
        await wait_for_room(one, "told", RoomState.LIVE)
        reader, writer = await asyncio.open_connection("127.0.0.1", one.port)
        writer.write(b"GET /told/live.aac HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        await until(lambda: bool(heard) and heard[-1].rooms[RoomSlug("told")].listeners == 1)
        newest = heard[-1].rooms[RoomSlug("told")]
        assert newest.playing in ("hold", "silence")
        assert abs(newest.part - part_at(house.epoch, now())) < 10
        writer.close()


async def test_the_count_over_all_edges_is_shown(nats_url: str, tmp_path: Path) -> None:
    async with stage(nats_url, "counted") as house, edge(nats_url, tmp_path) as one:
        await house.say(RoomState.LIVE)
        await wait_for_room(one, "counted", RoomState.LIVE)
        counts = Counts(listeners={house.slug: 1234})
        await house.bus.publish(SUBJECT_COUNT, counts.pack())
        room = one.worker.rooms.by_slug[house.slug]
        await until(lambda: room.listeners(now()) == 1234)
        async with client(one) as http:
            assert (await http.get("/counted/state.json")).json()["listeners"] == 1234


async def test_an_edge_that_starts_gets_the_window_of_another(
    nats_url: str, tmp_path: Path
) -> None:
    """A worker that was started again has what the others have, at once."""
    async with stage(nats_url, "recalled") as house, edge(nats_url, tmp_path, "edge-old") as old:
        await house.say(RoomState.LIVE, keep=True)
        await wait_for_room(old, "recalled", RoomState.LIVE)
        window = old.worker.rooms.by_slug[house.slug].window
        window.remember(part(house, n) for n in range(window.head - 150, window.head))
        coming = house.next_part(2)
        for number in (coming, coming + 1):
            await speak(house, number)
        await until(lambda: coming + 1 in sounds(old, "recalled"))
        async with edge(nats_url, tmp_path, "edge-new") as new:
            assert sounds(new, "recalled") == sounds(old, "recalled")
            assert len(sounds(new, "recalled")) == 152


@pytest.mark.parametrize("late", [0, 3])
async def test_parts_of_the_bus_play_unless_they_are_late(
    nats_url: str, tmp_path: Path, late: int
) -> None:
    slug = f"spoken-{late}"
    async with stage(nats_url, slug) as house, edge(nats_url, tmp_path) as one:
        await house.say(RoomState.LIVE)
        await wait_for_room(one, slug, RoomState.LIVE)
        number = part_at(house.epoch, now()) - late
        await speak(house, number)
        room = one.worker.rooms.by_slug[house.slug]
        await until(lambda: room.counted.late + len(sounds(one, slug)) == 1)
        assert room.counted.late == (1 if late else 0)


async def test_a_room_that_was_made_anew_sends_its_listeners_away(
    nats_url: str, tmp_path: Path
) -> None:
    """Its numbers begin again: an old stream cannot go on with them."""
    async with stage(nats_url, "anew") as house, edge(nats_url, tmp_path) as one:
        await house.say(RoomState.LIVE)
        await wait_for_room(one, "anew", RoomState.LIVE)
        reader, writer = await asyncio.open_connection("127.0.0.1", one.port)
        writer.write(b"GET /anew/live.aac HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        head = one.worker.rooms.by_slug[house.slug].window.head
        async with client(one) as http:
            asked = f"/anew/hls/live.m3u8?_HLS_msn={head // 12 + 1}"
            waiting = asyncio.create_task(http.get(asked))
            await until(lambda: one.worker.pump.held() == 1)
            await make_anew(house, one)
            assert (await waiting).status_code == 503
        async with asyncio.timeout(5):
            await reader.read()
        assert len(one.worker.audience) == 0
        writer.close()


async def make_anew(house: Stage, one: Edge) -> None:
    """Give a room's name to another room."""
    house.epoch = Micros(now() - 10_000_000)
    await house.say(RoomState.DOORS)
    await wait_for_room(one, "anew", RoomState.DOORS)


async def test_hands_go_to_the_house_in_few_messages(nats_url: str, tmp_path: Path) -> None:
    """Each is answered once the house has said that it is on disk."""
    async with stage(nats_url, "raised") as house, edge(nats_url, tmp_path) as one:
        await house.say(RoomState.LIVE)
        await wait_for_room(one, "raised", RoomState.LIVE)
        batches: list[Hands] = []

        async def take(payload: bytes) -> bytes:
            batches.append(Hands.unpack(payload))
            count = len(batches[-1].hands)
            return HandsTaken(verdicts=("taken",) * count, places=tuple(range(count))).pack()

        async with client(one) as http:

            async def put(number: int) -> int:
                hand = {"hand": f"{number:016x}", "name": "Ana", "up": True}
                return (await http.post("/raised/hand", json=hand)).status_code

            assert await put(0) == 503  # no house is there
            await house.bus.respond(SUBJECT_HANDS, take, queue="house")
            await house.bus.flush()
            assert await asyncio.gather(*map(put, range(1, 60))) == [200] * 59
        assert sum(len(batch.hands) for batch in batches) == 59
        assert len(batches) <= 15  # on a crowded machine they do not come all at once
