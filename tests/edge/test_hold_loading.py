"""A room's own hold on a real edge: loaded from a real bus, heard in a real stream."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from fullhouse.edge.room import Room
from fullhouse.edge.server import Edge
from fullhouse.media import Rendition
from fullhouse.programme.encoder import encode_loop
from fullhouse.programme.filler import Filler, FillerKind
from fullhouse.programme.hold_file import HoldFile, pack_hold
from fullhouse.units import PART_SAMPLES, PARTS_PER_SEGMENT, SAMPLE_RATE, Micros, PartNumber
from fullhouse.wire import RoomState
from tests.coded_noise import coded_noise, find
from tests.edge.stand import Stage, client, edge, now, stage, until, wait_for_room
from tests.edge.test_holds import made
from tests.edge.test_sound import decode, listen
from tests.servers import nats_server

NOISE = coded_noise(12 * PART_SAMPLES / SAMPLE_RATE, 21, peak=0.3)
OURS = 0.1 * np.sin(2 * np.pi * 250 * np.arange(4 * PART_SAMPLES) / SAMPLE_RATE)


def room_of(one: Edge, house: Stage) -> Room:
    return one.worker.rooms.by_slug[house.slug]


async def test_a_room_plays_its_own_hold_from_a_segment_on_without_a_click(
    nats_url: str, tmp_path: Path
) -> None:
    """In the same stream that our hold was heard in, and will carry the show."""
    loops = {FillerKind.HOLD: encode_loop(OURS.astype(np.float32))}
    loops[FillerKind.SILENCE] = encode_loop(np.zeros(PART_SAMPLES, np.float32))
    own = pack_hold(encode_loop(NOISE))
    async with (
        stage(nats_url, "own-hold") as house,
        edge(nats_url, tmp_path, filler=Filler(loops)) as one,
        client(one) as http,
    ):
        await house.bus.keep_hold(HoldFile(own).name, own, now())
        await house.say(RoomState.DOORS)
        await wait_for_room(one, "own-hold", RoomState.DOORS)
        listening = asyncio.create_task(listen(http, "/own-hold/live.aac", 7.5))
        await asyncio.sleep(0.5)
        await house.say(RoomState.DOORS, hold=HoldFile(own).name)
        room = room_of(one, house)
        await until(lambda: room.hold.newest is not None)
        heard = decode(await listening)
    found = find(np.tile(NOISE, 3), heard)
    assert found.share > 0.9
    assert found.last - found.first > 2
    assert 0.3 < found.first < 7  # after ours, which is a low, smooth tone
    change = round(found.first * SAMPLE_RATE)
    before = heard[change - SAMPLE_RATE // 2 : change - SAMPLE_RATE // 10]
    assert np.std(before) > 0.05
    steps = np.abs(np.diff(heard))
    inside = steps[change + SAMPLE_RATE :].max()
    assert steps[change - SAMPLE_RATE // 5 : change + SAMPLE_RATE // 5].max() <= 1.2 * inside


async def test_it_stays_while_the_bus_is_away_and_goes_when_the_host_says_so(
    tmp_path: Path,
) -> None:
    own = made("own")
    (tmp_path / "nats").mkdir()
    with ExitStack() as servers:
        url = servers.enter_context(nats_server(tmp_path / "nats"))
        async with stage(url, "stays") as house, edge(url, tmp_path) as one:
            await house.say(RoomState.DOORS, hold=own.name)
            await wait_for_room(one, "stays", RoomState.DOORS)
            room = room_of(one, house)
            await asyncio.sleep(0.3)
            assert room.hold.newest is None  # not in the store yet: ours plays meanwhile
            await house.bus.keep_hold(own.name, own._raw, Micros(1))
            await until(lambda: room.hold.newest is not None, 8)
            await house.say(RoomState.LIVE)
            await wait_for_room(one, "stays", RoomState.LIVE)
            assert room.hold.newest is None
            await house.say(RoomState.DOORS, hold=own.name)
            await until(lambda: room.hold.newest is not None, 8)
            servers.close()
            await asyncio.sleep(0.5)
            number = PartNumber(room.window.head + 2 * PARTS_PER_SEGMENT)
            plays = room.hold.at(number)
            assert plays is not None
            assert plays.packets(Rendition.OPUS, number)[0].startswith(b"own-opus")


async def test_what_lies_in_a_holds_place_is_not_played(nats_url: str, tmp_path: Path) -> None:
    good, wrong = made("good"), made("wrong")
    async with stage(nats_url, "doubted") as house, edge(nats_url, tmp_path) as one:
        await house.bus.keep_hold(good.name, wrong._raw, Micros(1))
        await house.say(RoomState.DOORS, hold=good.name)
        await wait_for_room(one, "doubted", RoomState.DOORS)
        await asyncio.sleep(0.5)
        assert room_of(one, house).hold.newest is None
        await house.bus.keep_hold(good.name, good._raw, Micros(2))
        await until(lambda: room_of(one, house).hold.newest is not None, 8)
