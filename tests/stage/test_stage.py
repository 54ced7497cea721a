"""A room's stage as a process of its own, with real speakers and a real bus."""

import asyncio
import itertools
import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fullhouse.programme.timeline import part_at, starts_at
from fullhouse.stage.seats import GONE_AFTER
from fullhouse.units import PART_MICROS, SAMPLE_RATE, SECOND, Micros
from fullhouse.wire import RoomState, TakeSeat, subject_seat
from tests.coded_noise import find
from tests.stage.company import voice_of
from tests.stage.rooms import Room, now, room_news, share_db, staged, until, watched
from tests.stage.test_company import converse
from tests.stage.test_offer import text as offered

MEMBER = "m-abcdefghij"


async def shares_of(room: Room, voices: Sequence[int], *near: float) -> list[float]:
    """Return how loud they are over two seconds, at best near each other and near what was.

    Whom the machine holds up is late or stretched, and so less loud: they are heard again. What
    is wrong, is wrong each time.
    """
    for _ in range(5):
        heard = await room.listen(2)
        shares = [share_db(heard, voice) for voice in voices]
        if max([*shares, *near]) - min([*shares, *near]) < 1.0:
            break
    return shares


def late_by(room: Room) -> Micros:
    """Return how long after its last sample the newest part came."""
    due = starts_at(room.news.epoch, room.parts[-1].number) + PART_MICROS
    return Micros(room.came[-1] - due)


async def test_three_voices_go_out_within_1_db_of_each_other_and_a_muted_one_does_not(
    nats_url: str,
) -> None:
    """Two by WHIP and one source; then one is muted, and comes back only when told."""
    async with staged(nats_url, "three") as room, asyncio.TaskGroup() as tasks:
        source = tasks.create_task(room.source("icecast", 3))
        (_, ana), _ = await asyncio.gather(
            room.speaker("one", 1, name="Ana"), room.speaker("two", 2, name="Ben")
        )
        shares = await shares_of(room, (1, 2, 3))
        assert max(shares) - min(shares) < 1.0
        assert max(shares) < 1.0
        event = json.loads(room.parts[-1].events[0])
        assert set(event["speaking"]) == {"Ana", "Ben", "Icecast"}

        await room.tell(muted=(ana,))
        await until(lambda: bool((seat := room.seat(ana)) and seat.muted))
        await room.listen(0.64)
        first = len(room.parts)
        (others,) = await shares_of(room, (2,), shares[1])
        assert abs(others - shares[1]) < 1.0
        assert share_db(room.sound(first), 1) < -15  # what is left is the codec's own noise
        assert ana not in room.said[-1].speaking

        await room.tell(muted=())
        await room.listen(0.64)
        (again,) = await shares_of(room, (1,), shares[0])
        assert abs(again - shares[0]) < 1.0
        source.cancel()


async def test_parts_come_in_time_each_once_and_without_a_hole(nats_url: str) -> None:
    async with staged(nats_url, "rhythm") as room:
        await room.listen(3)
        numbers = [part.number for part in room.parts]
        late = [
            came - starts_at(room.news.epoch, part.number) - PART_MICROS
            for came, part in zip(room.came, room.parts, strict=True)
        ]
    assert all(after == before + 1 for before, after in itertools.pairwise(numbers))
    assert np.median(late) < 100_000
    assert min(late) > 0
    assert {part.epoch for part in room.parts} == {room.news.epoch}


async def test_who_vanishes_is_gone_in_five_seconds_and_gets_the_seat_back(nats_url: str) -> None:
    """Killed without a word. The seat's name brings it back, and so does coming soon after."""
    async with staged(nats_url, "vanish", seats=2) as room:
        caller, seat = await room.speaker("one", 1)
        caller.kill()
        await until(lambda: bool((there := room.seat(seat)) and not there.connected), 2)
        again, same = await room.speaker("two", 1)
        assert same == seat
        again.kill()
        _, named = await room.speaker("three", 1, seat=seat)
        assert named == seat
        assert len(room.said[-1].seats) == 1

        room.callers[-1].kill()
        killed = now()
        await until(lambda: room.seat(seat) is None, 6)
        assert now() - killed < 5 * SECOND + 500_000
        assert GONE_AFTER < 5 * SECOND


async def test_a_frozen_speaker_is_back_within_two_seconds_of_a_new_offer(nats_url: str) -> None:
    """The old session neither speaks nor answers, as behind a network that swallows everything."""
    async with staged(nats_url, "thaw", seats=1) as room:
        caller, seat = await room.speaker("one", 1)
        caller.send_signal(signal.SIGSTOP)
        await until(lambda: bool((there := room.seat(seat)) and not there.connected), 3)
        _, same = await room.speaker("two", 2, seat=seat)
        assert room.answered is not None
        assert now() - room.answered < 2 * SECOND
        assert same == seat
        caller.send_signal(signal.SIGCONT)
        heard = await room.listen(2)
        assert abs(share_db(heard, 2)) < 1.5
        assert share_db(heard, 1) < -15
        assert len(room.said[-1].seats) == 1


async def test_who_was_away_comes_back_to_their_seat_their_name_and_their_mute(
    nats_url: str,
) -> None:
    """So long that the seat was given up. Muted before, never heard after."""
    async with staged(nats_url, "away") as room:
        await room.speaker("other", 2, name="Ben")
        caller, seat = await room.speaker("one", 1, name="Ana")
        await room.tell(muted=(seat,))
        caller.kill()
        await until(lambda: room.seat(seat) is None, 6)
        await asyncio.sleep(1)
        first = len(room.parts)
        _, same = await room.speaker("again", 1, name="Ana")
        assert same == seat
        there = room.seat(seat)
        assert there is not None
        assert (there.name, there.muted) == ("Ana", True)
        await room.listen(2)
        assert share_db(room.sound(first), 1) < -15
        assert abs(share_db(await room.listen(2), 2)) < 1.5


async def test_a_member_sits_in_one_seat_muted_from_the_first_frame_until_they_are_barred(
    nats_url: str,
) -> None:
    """The stage has not heard yet that they are muted: their offer brings the news along."""
    async with staged(nats_url, "member") as room:
        news = room.news.model_copy(update={"revision": 2, "muted": (MEMBER,)})
        first = len(room.parts)
        _, seat = await room.speaker("one-session", 1, seat=MEMBER, news=news.pack().decode())
        assert seat == MEMBER
        there = room.seat(MEMBER)
        assert there is not None
        assert (there.muted, there.holder) == (True, "one-sess")
        await room.speaker("two-session", 1, seat=MEMBER)
        await until(lambda: bool((now := room.seat(MEMBER)) and now.holder == "two-sess"))
        assert len(room.said[-1].seats) == 1
        room.news = news
        await room.listen(1)
        assert share_db(room.sound(first), 1) < -15

        await room.tell(barred=(MEMBER,))
        await until(lambda: room.seat(MEMBER) is None, 1)
        reply = await room.call("offer", "three-session", offered(), seat=MEMBER)
        assert (reply.status, reply.code) == (403, "barred")


async def test_a_stage_knows_what_was_said_before_it_began(nats_url: str) -> None:
    """Its orders may be older than a mute: what is kept of the room counts."""
    news = room_news("recalled-mute")
    async with watched(nats_url, news) as room:
        await room.bus.keep_room(news.model_copy(update={"revision": 2, "muted": ("icecast",)}))
        async with staged(nats_url, "recalled-mute", epoch=news.epoch) as same:
            keeps = TakeSeat(seat="icecast", name="Icecast")
            await same.bus.publish(subject_seat(same.slug), keeps.pack())
            await until(lambda: same.seat("icecast") is not None)
            assert same.seat("icecast").muted  # type: ignore[union-attr]  # it is there
            same.news = same.news.model_copy(update={"revision": 2})


@pytest.mark.paired
async def test_what_is_said_backstage_is_heard_on_stage_and_nowhere_else(
    nats_url: str, tmp_path: Path
) -> None:
    """Also after the host has stood down: the gate is shut again."""
    async with staged(nats_url, "backstage", state=RoomState.DOORS) as room:
        talk = asyncio.create_task(converse(room, tmp_path, [11, None], 6))
        await until(lambda: bool(room.said) and room.said[-1].level_db > -50)
        await asyncio.sleep(1)
        assert room.parts == []

        armed = part_at(room.news.epoch, now())
        await room.tell(armed=True)
        await until(lambda: len(room.parts) >= 3)
        assert room.said[-1].on_air
        await room.tell(armed=False)
        await until(lambda: not room.said[-1].on_air)
        stood_down = part_at(room.news.epoch, now())
        await asyncio.sleep(1)
        numbers = [part.number for part in room.parts]
        assert numbers == list(range(armed + 1, armed + 1 + len(numbers)))
        assert numbers[-1] < stood_down
        ana, ben = await talk
        assert [part.number for part in room.parts] == numbers
        assert find(voice_of(11), room.sound(0)).share > 0.9  # armed, what was said went out
        assert find(voice_of(11), ben.pcm[SAMPLE_RATE:]).share > 0.9
        assert np.abs(ana.pcm).max() < 0.01


async def test_a_network_that_fails_for_six_seconds_costs_nobody_their_session(
    nats_url: str,
) -> None:
    """Given up in time, and back with the first packet, without a new offer."""
    async with staged(nats_url, "pause") as room:
        caller, seat = await room.speaker("one", 1)
        caller.send_signal(signal.SIGSTOP)
        await until(lambda: room.seat(seat) is None, 6)
        await asyncio.sleep(1)
        caller.send_signal(signal.SIGCONT)
        await until(lambda: bool((there := room.seat(seat)) and there.connected), 2)
        await room.listen(0.64)
        assert abs(share_db(await room.listen(2), 1)) < 3


async def test_every_second_it_is_said_how_everybodys_sound_comes_in(nats_url: str) -> None:
    async with staged(nats_url, "quality") as room, asyncio.TaskGroup() as tasks:
        source = tasks.create_task(room.source("icecast", 3))
        _, seat = await room.speaker("one", 1)
        first = len(room.measured)
        await until(lambda: len(room.measured) >= first + 4)
        source.cancel()
    second = {speaker.seat: speaker for speaker in room.measured[-1].speakers}
    assert set(second) == {seat, "icecast"}
    ana, icecast = second[seat], second["icecast"]
    assert 35 <= ana.packets <= 65
    frames = [ana.real, ana.late_recovered, ana.fec, ana.concealed, ana.comfort, ana.silent]
    assert sum(frames) == 50
    assert ana.level_db == pytest.approx(icecast.level_db, abs=3)
    assert (ana.loss, ana.return_loss, ana.round_trip_ms) == (0.0, None, None)
    assert icecast.real > 25
    assert room.measured[-1].instance == room.said[-1].instance


async def test_a_bad_offer_is_refused_and_the_speaker_goes_on(nats_url: str) -> None:
    async with staged(nats_url, "bad") as room:
        await room.speaker("one", 1)
        bodies = [
            "",
            "v=0",
            "v=0\r\n" + "a=x\r\n" * 6000,
            "a=fmtp:111 \0",
            "m=audio 9 x 4294967296",
        ]
        for number, body in enumerate(bodies):
            reply = await room.call("offer", f"bad-{number}", body)
            assert 400 <= reply.status < 500
            assert reply.code
            assert reply.message
        assert (await room.call("trickle", "nobody", "")).status == 404
        assert (await room.call("delete", "nobody")).status == 404
        await room.bus.publish("fh.seat.bad", b"\0 no seat")
        await room.bus.publish("fh.voice.bad.icecast", b"no sound")
        await room.bus.publish("fh.room.bad", b"{}")
        await room.bus.publish("fh.stage.bad", b"[]")
        heard = await room.listen(2)
        assert abs(share_db(heard, 1)) < 1.5
        assert len(room.said[-1].seats) == 1


async def test_a_speaker_who_leaves_is_gone_at_once(nats_url: str) -> None:
    async with staged(nats_url, "leave") as room:
        _, seat = await room.speaker("one", 1)
        assert (await room.call("delete", "one")).status == 200
        await until(lambda: room.seat(seat) is None, 1)
        assert (await room.call("delete", "one")).status == 404


async def test_an_armed_room_opens_with_the_first_voice(nats_url: str) -> None:
    async with staged(nats_url, "armed", state=RoomState.DOORS, armed=True) as room:
        await until(lambda: len(room.said) >= 5)
        assert room.parts == []
        assert not room.said[-1].heard
        async with asyncio.TaskGroup() as tasks:
            source = tasks.create_task(room.source("icecast", 3))
            await until(lambda: room.said[-1].heard)
            heard = await room.listen(1)
            source.cancel()
        assert room.said[-1].on_air
        assert np.abs(heard).max() > 0.1


async def test_off_air_a_voice_is_measured_and_not_sent(nats_url: str) -> None:
    async with staged(nats_url, "doors", state=RoomState.DOORS) as room:
        _, seat = await room.speaker("one", 1)
        assert room.said[-1].level_db > -50
        assert room.parts == []
        await room.tell(state=RoomState.LIVE)
        await room.listen(0.64)
        await room.tell(state=RoomState.ENDED)
        await until(lambda: not room.said[-1].on_air)
        count = len(room.parts)
        await asyncio.sleep(0.7)
        assert len(room.parts) == count
        assert room.seat(seat) is not None


async def test_a_stage_that_was_frozen_goes_on_with_the_clocks_part(nats_url: str) -> None:
    async with staged(nats_url, "frozen") as room:
        await room.listen(0.64)
        pid = room.said[-1].pid
        assert b"fullhouse.stage.child" in Path(f"/proc/{pid}/cmdline").read_bytes()
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(1.5)
        os.kill(pid, signal.SIGCONT)
        await room.listen(1)
        await until(lambda: late_by(room) < 150_000)
        await until(lambda: room.said[-1].late_ticks > 0)
        numbers = [part.number for part in room.parts]
        assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("older", [True, False])
async def test_of_two_stages_of_a_room_the_younger_leaves(nats_url: str, older: bool) -> None:
    async with staged(nats_url, f"double-{older}".lower()) as room:
        mine = room.said[-1].instance
        other = room.said[-1].model_copy(update={"instance": "0-x" if older else "z-x", "pid": 1})
        for _ in range(4):
            await room.bus.publish(f"fh.stage.{room.slug}", other.pack())
        await room.bus.flush()
        await asyncio.sleep(0.5)
        count = len(room.parts)
        await asyncio.sleep(0.8)
        assert (len(room.parts) == count) == older
        assert mine != other.instance
