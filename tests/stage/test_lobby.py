"""Who comes in and goes: WHIP calls and sources, without a bus."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from aiortc import RTCCertificate

from fullhouse.errors import Malformed
from fullhouse.media import pack_voice
from fullhouse.stage.frame import NOTHING
from fullhouse.stage.ice import Reach
from fullhouse.stage.lobby import Lobby
from fullhouse.stage.playout import Packet
from fullhouse.stage.returns import Returns
from fullhouse.stage.seats import CONNECT_WITHIN, GONE_AFTER, Seats
from fullhouse.units import SECOND, Micros
from fullhouse.wire import TakeSeat, WhipCall, WhipReply
from tests.stage.test_offer import HOST, text

CERTIFICATE = RTCCertificate.generateCertificate()
FRAME = np.full(960, 0.25, np.float32)


class Door:
    """A lobby, and a time that a test sets."""

    def __init__(self, seats: int, tasks: asyncio.TaskGroup) -> None:
        self.now = Micros(100 * SECOND)
        reach = Reach("127.0.0.1")
        returns = Returns(2 * seats, reach, CERTIFICATE, tasks, now=self.time)
        taken = Seats(seats, "abc")
        self.lobby = Lobby(taken, returns, reach, CERTIFICATE, tasks, now=self.time)

    def time(self) -> Micros:
        return self.now

    async def call(
        self, kind: str, session: str, body: str = "", seat: str = "", endpoint: str = "whip"
    ) -> WhipReply:
        said = {"call": kind, "session": session, "body": body, "seat": seat, "name": "Ana"}
        said["endpoint"] = endpoint
        asked = WhipCall.model_validate(said)
        return WhipReply.unpack(await self.lobby.answer(asked.pack()))

    def packet(self, session: str) -> None:
        """Have a packet come in over a session."""
        self.lobby._deliver(session, Packet(1, 960, self.now, b"\xf8opus"))

    async def source(self, seat: str, *, leaves: bool = False) -> None:
        said = TakeSeat(seat=seat, name="Icecast", leaves=leaves)
        await self.lobby.source_says("fh.seat.r", said.pack())

    async def speak(self, seat: str, count: int) -> None:
        for number in range(count):
            await self.lobby.source_speaks(f"fh.voice.r.{seat}", pack_voice(number, FRAME))

    @property
    def seats(self) -> list[str]:
        return [seat.seat for seat in self.lobby.seats]


@asynccontextmanager
async def door(seats: int = 3) -> AsyncIterator[Door]:
    async with asyncio.TaskGroup() as tasks:
        made = Door(seats, tasks)
        yield made
        await made.lobby.close()


async def test_an_offer_gets_an_answer_a_seat_and_an_address() -> None:
    async with door() as at:
        reply = await at.call("offer", "one", text(HOST))
        assert reply.status == 201
        assert reply.seat == "abc-1"
        assert "a=recvonly" in reply.body
        assert "127.0.0.1" in reply.body
        assert list(at.lobby.frames()) == ["abc-1"]


async def test_the_same_offer_asked_again_gets_the_same_answer() -> None:
    """The house asks again when an answer is lost on the way; it must not cost a second seat."""
    async with door() as at:
        replies = [await at.call("offer", "one", text()) for _ in range(2)]
        both = await asyncio.gather(*(at.call("offer", "two", text()) for _ in range(2)))
        assert replies[0] == replies[1]
        assert both[0] == both[1]
        assert at.seats == ["abc-1", "abc-2"]


@pytest.mark.parametrize(
    ("body", "status"),
    [("", 400), ("x" * 20_000, 413), (text("m=video 9 UDP/TLS/RTP/SAVPF 96"), 422)],
)
async def test_a_bad_offer_is_refused_and_takes_no_seat(body: str, status: int) -> None:
    async with door() as at:
        reply = await at.call("offer", "one", body)
        assert reply.status == status
        assert reply.code
        assert reply.message
        assert at.seats == []


async def test_a_full_stage_refuses_and_keeps_no_port() -> None:
    async with door(seats=1) as at:
        await at.call("offer", "one", text())
        assert (await at.call("offer", "two", text())).status == 503
        assert at.seats == ["abc-1"]


async def test_who_names_a_seat_replaces_the_old_session() -> None:
    async with door() as at:
        seat = (await at.call("offer", "one", text())).seat
        assert (await at.call("offer", "two", text(), seat)).seat == seat
        assert (await at.call("delete", "one")).status == 404
        assert (await at.call("trickle", "two", HOST)).status == 204
        assert at.seats == [seat]


async def test_trickled_candidates_are_taken_and_a_restart_is_honestly_refused() -> None:
    async with door() as at:
        await at.call("offer", "one", text())
        same = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\n"
        assert (await at.call("trickle", "one", same + HOST)).status == 204
        assert (await at.call("trickle", "one", HOST)).status == 204
        restart = await at.call("trickle", "one", same.replace("abcd", "wxyz"))
        assert (restart.status, restart.code) == (422, "no_ice_restart")
        assert (await at.call("trickle", "one", "nonsense")).status == 400
        assert at.seats == ["abc-1"]


async def test_who_hangs_up_leaves_their_seat_at_once() -> None:
    async with door() as at:
        await at.call("offer", "one", text())
        assert (await at.call("delete", "one")).status == 200
        assert at.seats == []
        assert at.lobby.frames() == {}


async def test_who_was_away_sits_down_again_with_the_next_packet() -> None:
    """The session outlives the seat: a network that comes back needs nobody's help."""
    async with door() as at:
        seat = (await at.call("offer", "one", text())).seat
        at.packet("one")
        at.now = Micros(at.now + GONE_AFTER)
        await at.lobby.sweep()
        assert (at.seats, at.lobby.frames()) == ([], {})
        at.packet("one")
        assert (at.seats, list(at.lobby.frames())) == ([seat], [seat])
        assert [s.name for s in at.lobby.seats] == ["Ana"]
        assert (await at.call("delete", "one")).status == 200
        assert at.seats == []


async def test_who_was_replaced_while_away_stays_away() -> None:
    async with door() as at:
        seat = (await at.call("offer", "one", text())).seat
        at.packet("one")
        await at.call("offer", "two", text(), seat)
        at.packet("one")
        (taken,) = at.lobby.seats
        assert (taken.session, taken.media) == ("two", None)


async def test_who_is_away_from_a_full_stage_waits_for_a_seat() -> None:
    async with door(seats=1) as at:
        await at.call("offer", "one", text())
        at.packet("one")
        at.now = Micros(at.now + GONE_AFTER)
        await at.lobby.sweep()
        assert (await at.call("offer", "two", text(), "other")).seat == "other"
        at.packet("one")
        assert at.seats == ["other"]
        await at.call("delete", "two")
        at.packet("one")
        assert at.seats == ["abc-1"]


async def test_only_so_many_sessions_are_kept_while_away() -> None:
    async with door(seats=2) as at:
        for number in range(4):
            await at.call("offer", str(number), text(), f"seat-{number}")
            at.packet(str(number))
            at.now = Micros(at.now + GONE_AFTER)
            await at.lobby.sweep()
        statuses = [(await at.call("delete", str(number))).status for number in range(4)]
        assert statuses == [404, 404, 200, 200]


async def test_who_never_connects_is_let_go() -> None:
    async with door() as at:
        await at.call("offer", "one", text())
        at.now = Micros(at.now + CONNECT_WITHIN)
        await at.lobby.sweep()
        assert at.seats == []


async def test_who_listens_takes_no_seat_and_is_called_on_the_same_way() -> None:
    async with door() as at:
        ear = text(HOST).replace("a=sendonly", "a=recvonly")
        reply = await at.call("offer", "ear", ear, "abc-1", "whep")
        assert (reply.status, reply.seat) == (201, "abc-1")
        assert "a=sendonly" in reply.body
        assert at.seats == []
        assert (await at.call("trickle", "ear", HOST, endpoint="whep")).status == 204
        assert (await at.call("delete", "ear", endpoint="whep")).status == 200
        assert (await at.call("delete", "ear", endpoint="whep")).status == 404
        assert (await at.call("trickle", "ear", HOST, endpoint="whep")).status == 404


async def test_too_many_listeners_are_told_when_to_come_again() -> None:
    async with door(seats=1) as at:
        ear = text().replace("a=sendonly", "a=recvonly")
        for session in ("one", "two"):
            assert (await at.call("offer", session, ear, endpoint="whep")).status == 201
        reply = await at.call("offer", "three", ear, endpoint="whep")
        assert (reply.status, reply.code, reply.retry_after) == (503, "stage_full", 10)


async def test_a_source_is_heard_while_it_keeps_its_seat() -> None:
    async with door() as at:
        await at.speak("icecast", 1)  # no seat yet: not heard
        await at.source("icecast")
        await at.speak("icecast", 20)
        await at.source("icecast")
        frame = at.lobby.frames()["icecast"].pcm
        assert frame is not None
        assert frame[0] == pytest.approx(0.25, abs=1e-4)
        at.now = Micros(at.now + GONE_AFTER)
        await at.lobby.sweep()
        assert at.seats == []


async def test_a_source_that_says_so_leaves_at_once() -> None:
    async with door() as at:
        await at.source("icecast")
        await at.source("icecast", leaves=True)
        await at.source("nobody", leaves=True)
        assert at.seats == []


async def test_a_source_neither_takes_nor_ends_a_whip_speakers_seat() -> None:
    async with door() as at:
        seat = (await at.call("offer", "one", text())).seat
        await at.source(seat)
        await at.source(seat, leaves=True)
        await at.speak(seat, 1)
        assert at.seats == [seat]
        assert at.lobby.frames() == {seat: NOTHING}


async def test_what_has_no_form_is_malformed() -> None:
    async with door() as at:
        for take in (at.lobby.source_says, at.lobby.source_speaks):
            await at.source("icecast")
            with pytest.raises(Malformed):
                await take("fh.voice.r.icecast", b"\0")
        with pytest.raises(Malformed):
            await at.lobby.answer(b"{}")


def hearing() -> str:
    return text(HOST).replace("a=sendonly", "a=recvonly")


async def test_who_is_barred_is_off_the_stage_at_once_and_stays_off() -> None:
    """Their sound, their session, and what they hear."""
    async with door() as at:
        await at.call("offer", "one", text(HOST), "m-abcdefghij")
        await at.call("offer", "two", text(HOST), "m-bcdefghijk")
        await at.call("offer", "ear", hearing(), "m-abcdefghij", "whep")
        at.packet("one")
        at.lobby.seats.barred = {"m-abcdefghij"}
        at.lobby.turn_out()
        assert list(at.lobby.frames()) == at.seats == ["m-bcdefghijk"]
        at.packet("one")
        assert at.seats == ["m-bcdefghijk"]
        await asyncio.sleep(0.05)
        assert (await at.call("delete", "one")).status == 404
        assert (await at.call("delete", "ear")).status == 404
        for endpoint, body in (("whip", text(HOST)), ("whep", hearing())):
            reply = await at.call("offer", "again", body, "m-abcdefghij", endpoint)
            assert (reply.status, reply.code) == (403, "barred")
        assert (await at.call("delete", "two")).status == 200


async def test_who_is_barred_while_their_offer_is_answered_gets_no_seat() -> None:
    async with door() as at, asyncio.TaskGroup() as tasks:
        speak = tasks.create_task(at.call("offer", "one", text(HOST), "m-abcdefghij"))
        hear = tasks.create_task(at.call("offer", "ear", hearing(), "m-abcdefghij", "whep"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        at.lobby.seats.barred = {"m-abcdefghij"}
        at.lobby.turn_out()
        assert [(await one).code for one in (speak, hear)] == ["barred", "barred"]
        assert (at.seats, len(at.lobby.returns)) == ([], 0)
