"""WHIP as RFC 9725 says it, and WHEP, against a stand-in for the stage on the real bus."""

import asyncio
import itertools
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from fullhouse.clock import Clock
from fullhouse.house.api.door import Media
from fullhouse.house.relays import Relays, credential
from fullhouse.wire import WhipReply
from tests.house.served import (
    OFFER,
    House,
    StandIn,
    bearer,
    code_of,
    host_token,
    served,
    stage_of,
    tomorrow,
)

SDP = {"Content-Type": "application/sdp"}
FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}
CANDIDATES = "a=ice-ufrag:EsAw\r\na=ice-pwd:bP+XJMM09aR8AiX1jd\r\na=end-of-candidates\r\n"
RESTART = "a=ice-ufrag:newu\r\na=ice-pwd:anotherpassword\r\n"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, nats_url: str) -> AsyncIterator[House]:
    """One house for all tests of this file."""
    async with served(tmp_path_factory.mktemp("house"), nats_url) as house:
        await house.on_bus()
        yield house


_ADDRESSES = itertools.count(1)


class Speaker:
    """A WHIP or WHEP client with the room's token, at an address of its own."""

    def __init__(
        self, house: House, links: dict[str, str], stage: StandIn, endpoint: str = "whip"
    ) -> None:
        self.house, self.links, self.stage = house, links, stage
        self.address = {"X-Forwarded-For": f"10.9.0.{next(_ADDRESSES)}"}
        self.endpoint = endpoint
        self.path = f"/{endpoint}/{links['slug']}"

    async def ask(
        self, method: str, path: str, content: str | bytes = b"", **headers: str
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.house.client.request(
            method,
            path,
            content=content,
            headers=bearer(self.links["whip_token"]) | self.address | named,
        )

    async def offer(self, content: str | bytes = OFFER, **headers: str) -> httpx.Response:
        return await self.ask("POST", self.path, content, **SDP | headers)


@pytest_asyncio.fixture(loop_scope="module", params=["whip", "whep"])
async def speaker(
    house: House, nats_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[Speaker]:
    """Somebody who comes to speak, then somebody who comes to hear: the rules are the same."""
    links = await house.make()
    if request.param == "whep":
        await house.client.post(f"/api/rooms/{links['slug']}/open")
    async with stage_of(nats_url, links["slug"]) as stage:
        await stage.listen()
        yield Speaker(house, links, stage, request.param)


async def test_an_offer_is_answered_as_the_rfc_says(speaker: Speaker) -> None:
    answer = await speaker.offer()
    assert answer.status_code == 201
    assert answer.text == "v=0\r\nanswer\r\n"
    assert answer.headers["content-type"] == "application/sdp"
    assert answer.headers["location"].startswith(f"{speaker.path}/")
    assert answer.headers["etag"].startswith('"')
    assert answer.headers["fullhouse-seat"] == "seat-1"
    assert answer.headers["access-control-allow-origin"] == "*"
    exposed = answer.headers["access-control-expose-headers"]
    for header in ("Location", "ETag", "Fullhouse-Seat"):
        assert header in exposed


async def test_the_stage_gets_the_offer_the_name_and_the_seat(speaker: Speaker) -> None:
    await speaker.offer(Fullhouse_Name="Zo%C3%AB", Fullhouse_Seat="seat-7")
    call = speaker.stage.calls[0]
    assert (call.call, call.body, call.name, call.seat) == ("offer", OFFER, "Zoë", "seat-7")
    assert call.endpoint == speaker.endpoint


async def test_a_host_may_speak_and_an_admin_or_a_source_may_not(speaker: Speaker) -> None:
    async def with_token(token: str) -> int:
        answer = await speaker.house.client.post(
            speaker.path, content=OFFER, headers=SDP | bearer(token)
        )
        return answer.status_code

    assert await with_token(host_token(speaker.links)) == 201
    assert await with_token(speaker.links["source_key"]) == 401
    assert await with_token("wrong") == 401
    assert len(speaker.stage.calls) == 1


@pytest.mark.parametrize(
    ("speaker", "content", "status"),
    [
        ("whip", CANDIDATES, 428),
        ("whip", RESTART, 428),
        ("whep", CANDIDATES, 204),
        ("whep", RESTART, 422),
    ],
    indirect=["speaker"],
)
async def test_who_speaks_names_a_condition_and_who_hears_may(
    speaker: Speaker, content: str, status: int
) -> None:
    """The players of whip-whep name none. What candidates are for is told by their credentials."""
    made = await speaker.offer()
    answer = await speaker.ask("PATCH", made.headers["location"], content, **FRAGMENT)
    assert answer.status_code == status


async def test_each_offer_is_a_session_of_its_own(speaker: Speaker) -> None:
    one, two = await speaker.offer(), await speaker.offer()
    assert one.headers["location"] != two.headers["location"]
    assert one.headers["etag"] != two.headers["etag"]


async def test_candidates_reach_the_stage(speaker: Speaker) -> None:
    made = await speaker.offer()
    answer = await speaker.ask(
        "PATCH", made.headers["location"], CANDIDATES, If_Match=made.headers["etag"], **FRAGMENT
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert "etag" not in answer.headers
    assert speaker.stage.calls[1].call == "trickle"
    assert speaker.stage.calls[1].endpoint == speaker.endpoint
    assert speaker.stage.calls[1].session == speaker.stage.calls[0].session


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (RESTART, {"If_Match": "*"}, 422, "no_ice_restart"),
        (CANDIDATES, {"If_Match": '"stale"'}, 412, "condition_failed"),
        (CANDIDATES, {"If_Match": "*", "Content-Type": "application/sdp"}, 415, "wrong_type"),
        ("", {"If_Match": "*"}, 400, "malformed_sdp"),
    ],
)
async def test_a_patch_that_cannot_be_is_refused_and_the_session_goes_on(
    speaker: Speaker, content: str, headers: dict[str, str], status: int, code: str
) -> None:
    session = (await speaker.offer()).headers["location"]
    answer = await speaker.ask("PATCH", session, content, **FRAGMENT | headers)
    assert (answer.status_code, code_of(answer)) == (status, code)
    assert [call.call for call in speaker.stage.calls] == ["offer"]


async def test_delete_ends_the_session_whatever_its_conditions(speaker: Speaker) -> None:
    session = (await speaker.offer()).headers["location"]
    answer = await speaker.ask("DELETE", session, If_Match='"stale"')
    assert answer.status_code == 200
    assert speaker.stage.calls[1].call == "delete"
    assert speaker.stage.calls[1].endpoint == speaker.endpoint


async def test_a_session_that_the_stage_no_longer_has_is_gone(speaker: Speaker) -> None:
    session = (await speaker.offer()).headers["location"]
    speaker.stage.reply = WhipReply(status=404, code="unknown_session", message="It is over.")
    answer = await speaker.ask("DELETE", session)
    assert (answer.status_code, code_of(answer)) == (404, "unknown_session")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PATCH", "DELETE"])
async def test_an_unknown_session_is_a_404(speaker: Speaker, method: str) -> None:
    content = CANDIDATES if method == "PATCH" else b""
    headers = {"If_Match": "*"} | FRAGMENT if method == "PATCH" else {}
    answer = await speaker.ask(method, f"{speaker.path}/nosuchsession", content, **headers)
    assert answer.status_code == 404
    assert speaker.stage.calls == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_looking_is_never_an_error(speaker: Speaker, method: str) -> None:
    session = (await speaker.offer()).headers["location"]
    for path in (speaker.path, session):
        answer = await speaker.house.client.request(method, path, headers={"Authorization": ""})
        assert answer.status_code == 200
        assert answer.headers["accept-post"] == "application/sdp"
        assert answer.headers["access-control-allow-origin"] == "*"
        allowed = answer.headers["access-control-allow-headers"]
        assert "Authorization" in allowed
        assert "If-Match" in allowed


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (OFFER, {"Content-Type": "text/plain"}, 415, "wrong_type"),
        (OFFER, {"Content-Type": ""}, 415, "wrong_type"),
        (b"", {}, 400, "malformed_sdp"),
        (b"\xff\xfe", {}, 400, "malformed_sdp"),
        (OFFER + "a" * 16_384, {}, 413, "body_too_large"),
        (OFFER, {"Fullhouse-Seat": "Not A Seat"}, 400, "bad_seat"),
    ],
)
async def test_a_bad_offer_never_reaches_the_stage(
    speaker: Speaker, content: str | bytes, headers: dict[str, str], status: int, code: str
) -> None:
    before = (await speaker.house.room(speaker.links["slug"]))["state"]
    answer = await speaker.offer(content, **headers)
    assert (answer.status_code, code_of(answer)) == (status, code)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert speaker.stage.calls == []
    assert (await speaker.house.room(speaker.links["slug"]))["state"] == before


async def test_the_stages_refusal_is_the_answer(speaker: Speaker) -> None:
    """A video-only offer, say: only the stage reads SDP."""
    speaker.stage.reply = WhipReply(status=422, code="no_audio", message="There is no audio.")
    answer = await speaker.offer()
    assert (answer.status_code, code_of(answer)) == (422, "no_audio")
    assert answer.json()["message"] == "There is no audio."


async def test_an_unknown_room_takes_no_offers(speaker: Speaker) -> None:
    for slug, status in (("nowhere", 404), ("%C3%BC", 400), ("a" * 300, 400)):
        answer = await speaker.ask("POST", f"/whip/{slug}", OFFER, **SDP)
        assert answer.status_code == status
        code_of(answer)


async def test_a_hosts_room_that_has_ended_takes_no_offers(house: House) -> None:
    links = await house.make(starts=tomorrow())
    await house.client.post(f"/api/rooms/{links['slug']}/end")
    answer = await house.client.post(
        links["whip"], content=OFFER, headers=SDP | bearer(links["whip_token"])
    )
    assert (answer.status_code, code_of(answer)) == (409, "wrong_state")


async def test_an_offer_waits_while_the_stage_starts(house: House, nats_url: str) -> None:
    links = await house.make()
    async with stage_of(nats_url, links["slug"]) as stage:
        asked = asyncio.create_task(Speaker(house, links, stage).offer())
        assert (await house.until(links["slug"], "doors"))["wanted"]
        await stage.listen()
        assert (await asked).status_code == 201
    assert len(stage.calls) == 1


async def test_a_stage_that_stays_away_is_said_with_a_time_to_come_back(
    monkeypatch: pytest.MonkeyPatch, house: House
) -> None:
    monkeypatch.setattr("fullhouse.house.api.whip.STAGE_STARTS_WITHIN", 0.5)
    links = await house.make()
    answer = await house.client.post(
        links["whip"], content=OFFER, headers=SDP | bearer(links["whip_token"])
    )
    assert (answer.status_code, code_of(answer)) == (503, "stage_away")
    assert answer.headers["retry-after"] == "2"


async def test_leaving_a_stage_that_has_gone_is_no_trouble(house: House, nats_url: str) -> None:
    links = await house.make()
    async with stage_of(nats_url, links["slug"]) as stage:
        await stage.listen()
        speaker = Speaker(house, links, stage)
        session = (await speaker.offer()).headers["location"]
    await house.client.post(f"/api/rooms/{links['slug']}/end")
    assert (await speaker.ask("DELETE", session)).status_code == 200


async def test_who_offers_without_a_pause_is_told_to_wait(speaker: Speaker) -> None:
    answers = await asyncio.gather(*(speaker.offer() for _ in range(60)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 0 < len(refused) <= 30
    assert code_of(refused[0]) == "too_often"
    assert int(refused[0].headers["retry-after"]) >= 1
    looked = await speaker.ask("GET", speaker.path)
    assert looked.status_code == 200


async def test_a_session_survives_a_house_that_is_started_again(
    tmp_path: Path, nats_url: str
) -> None:
    """The session lives on the stage: the next house still takes candidates and ends it."""
    async with served(tmp_path / "same", nats_url) as house:
        links = await house.make()
        async with stage_of(nats_url, links["slug"]) as stage:
            await stage.listen()
            made = await Speaker(house, links, stage).offer()
    async with served(tmp_path / "same", nats_url) as house:
        await house.on_bus()
        async with stage_of(nats_url, links["slug"]) as stage:
            await stage.listen()
            speaker, session = Speaker(house, links, stage), made.headers["location"]
            tag = made.headers["etag"]
            more = await speaker.ask("PATCH", session, CANDIDATES, If_Match=tag, **FRAGMENT)
            left = await speaker.ask("DELETE", session)
    assert (more.status_code, left.status_code) == (204, 200)


async def test_a_stranger_cannot_use_up_a_rooms_share(speaker: Speaker) -> None:
    """Who has no token is counted by address alone: the room's own count is untouched."""
    headers = SDP | bearer("wrong")
    strangers = [headers | {"X-Forwarded-For": f"10.0.0.{number}"} for number in range(150)]
    await asyncio.gather(
        *(speaker.house.client.post(speaker.path, content=OFFER, headers=one) for one in strangers)
    )
    answer = await speaker.offer(X_Forwarded_For="10.1.0.1")
    assert answer.status_code == 201


async def test_one_rooms_token_is_not_for_a_flood_from_everywhere(
    speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All ask at one moment, however long it takes to answer them."""
    moment = Clock().now()
    monkeypatch.setattr(Clock, "now", lambda _clock: moment)
    answers = await asyncio.gather(
        *(speaker.offer(X_Forwarded_For=f"10.2.0.{number}") for number in range(200))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 120, 429: 80}


async def test_hearing_opens_no_doors(house: House) -> None:
    """A page that only looks in starts no session; it is told when to ask again."""
    links = await house.make()
    answer = await house.client.post(
        links["whep"], content=OFFER, headers=SDP | bearer(links["whip_token"])
    )
    assert (answer.status_code, code_of(answer)) == (503, "stage_away")
    assert answer.json()["message"].startswith("Nobody is on stage")
    assert int(answer.headers["retry-after"]) >= 1
    assert (await house.room(links["slug"]))["state"] == "scheduled"


@pytest.mark.parametrize("speaker", ["whip"], indirect=True)
async def test_a_trial_reaches_the_stage_and_opens_no_doors(speaker: Speaker) -> None:
    """Not even in a room that begins by voice; who comes to speak opens them after it."""
    tried = await speaker.offer(Fullhouse_Trial="1")
    assert tried.status_code == 201
    room = await speaker.house.room(speaker.links["slug"])
    assert (room["state"], room["wanted"]) == ("scheduled", True)
    assert speaker.stage.calls[-1].call == "offer"
    assert (await speaker.offer()).status_code == 201
    assert (await speaker.house.room(speaker.links["slug"]))["state"] == "doors"


@pytest.mark.parametrize("speaker", ["whip"], indirect=True)
async def test_a_session_to_speak_is_none_to_hear_and_the_other_way_round(
    speaker: Speaker,
) -> None:
    hearer = Speaker(speaker.house, speaker.links, speaker.stage, "whep")
    spoken, heard = await speaker.offer(), await hearer.offer()
    for session in (spoken, heard):
        here = session.headers["location"]
        there = here.replace("whip", "w").replace("whep", "whip").replace("/w/", "/whep/")
        assert there != here
        for method in ("GET", "OPTIONS", "DELETE"):
            assert (await speaker.ask(method, there)).status_code == 404
        patched = await speaker.ask(
            "PATCH", there, CANDIDATES, If_Match=session.headers["etag"], **FRAGMENT
        )
        assert (patched.status_code, code_of(patched)) == (404, "unknown_session")
    assert [call.call for call in speaker.stage.calls] == ["offer", "offer"]


@pytest.mark.parametrize(("said", "header"), [(0, "2"), (7, "7")])
async def test_a_full_stage_says_when_to_ask_again(
    speaker: Speaker, said: int, header: str
) -> None:
    speaker.stage.reply = WhipReply(
        status=503, code="stage_full", message="It is full.", retry_after=said
    )
    answer = await speaker.offer()
    assert (answer.status_code, code_of(answer)) == (503, "stage_full")
    assert answer.headers["retry-after"] == header


async def test_the_stage_names_no_seat_and_neither_do_we(speaker: Speaker) -> None:
    speaker.stage.reply = WhipReply(status=201, body="v=0\r\nanswer\r\n")
    assert "fullhouse-seat" not in (await speaker.offer()).headers


async def test_looking_at_the_endpoint_finds_sdp(speaker: Speaker) -> None:
    """So a player may find out what is here before it asks. Source: draft-ietf-wish-whep-03."""
    answer = await speaker.ask("HEAD", speaker.path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/sdp")


RELAYS = Relays(("stun:s.example", "turn:t.example:3478?transport=udp"), "the-turn-secret", 600)


@pytest_asyncio.fixture(loop_scope="module", params=["whip", "whep"])
async def relayed(
    tmp_path: Path, nats_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[Speaker]:
    """Somebody at a house that has a STUN and a TURN server."""
    async with served(tmp_path, nats_url, relays=RELAYS, media=Media("192.0.2.1", "")) as house:
        await house.on_bus()
        links = await house.make()
        await house.client.post(f"/api/rooms/{links['slug']}/open")
        async with stage_of(nats_url, links["slug"]) as stage:
            await stage.listen()
            yield Speaker(house, links, stage, request.param)


def named(answer: httpx.Response) -> list[str]:
    """Return the ICE servers that an answer names, in order."""
    return [link for link in answer.headers.get_list("link") if 'rel="ice-server"' in link]


async def test_relays_are_named_with_what_opens_them(relayed: Speaker) -> None:
    """Source: RFC 9725, section 4.6."""
    answer = await relayed.offer()
    stun, turn = named(answer)
    assert stun == '<stun:s.example>; rel="ice-server"'
    found = re.fullmatch(
        r'<turn:t\.example:3478\?transport=udp>; rel="ice-server"; username="(\d+):([a-z0-9-]+)"; '
        r'credential="([^"]+)"; credential-type="password"',
        turn,
    )
    assert found is not None
    runs_out, slug, password = found.groups()
    assert 590 < int(runs_out) - time.time() < 610
    assert slug == relayed.links["slug"]
    assert password == credential("the-turn-secret", f"{runs_out}:{slug}")
    assert answer.headers["cache-control"] == "no-store"
    assert "Link" in answer.headers["access-control-expose-headers"]


async def test_who_has_a_token_finds_the_relays_before_the_offer(relayed: Speaker) -> None:
    assert len(named(await relayed.ask("OPTIONS", relayed.path))) == 2
    headers = bearer(relayed.links["whip_token"])
    room = await relayed.house.client.get(f"/api/rooms/{relayed.links['slug']}", headers=headers)
    stun, turn = room.json()["ice_servers"]
    assert stun == {"urls": "stun:s.example", "username": None, "credential": None}
    assert turn["urls"] == RELAYS.urls[1]
    assert turn["credential"] == credential("the-turn-secret", turn["username"])
    assert room.json()["media"] == {"host": "192.0.2.1", "ports": ""}


@pytest.mark.parametrize("token", ["wrong", "source"])
async def test_a_turn_server_is_not_for_strangers(relayed: Speaker, token: str) -> None:
    """Else whoever finds the house has a relay for whatever they like."""
    token = relayed.links["source_key"] if token == "source" else token
    for method in ("OPTIONS", "GET", "HEAD"):
        answer = await relayed.house.client.request(
            method, relayed.path, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 200
        assert "turn:" not in str(answer.headers)
    preflight = await relayed.house.client.options(relayed.path, headers={"Authorization": ""})
    assert named(preflight) == ['<stun:s.example>; rel="ice-server"']


async def test_the_relays_secret_is_nowhere(
    relayed: Speaker, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = await relayed.offer()
    room = await relayed.house.client.get(f"/api/rooms/{relayed.links['slug']}")
    assert "the-turn-secret" not in str(answer.headers) + answer.text + room.text
    assert "the-turn-secret" not in "".join(capfd.readouterr())


async def test_a_house_without_relays_names_none(speaker: Speaker) -> None:
    assert named(await speaker.offer()) == named(await speaker.ask("OPTIONS", speaker.path)) == []
    assert (await speaker.house.room(speaker.links["slug"]))["ice_servers"] == []
