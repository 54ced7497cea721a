"""The rest of what a host may, from a command line; and that nothing of it is missing there."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from fastapi import FastAPI

from fullhouse.errors import Refused
from fullhouse.house.api.bans import bans_router
from fullhouse.house.api.entering import entering_router
from fullhouse.house.api.hands import hands_router
from fullhouse.house.api.hold import hold_router
from fullhouse.house.api.members import members_router
from fullhouse.house.api.reminders import reminders_router
from fullhouse.house.api.rooms import commands_router, rooms_router
from fullhouse.house.api.schedule import schedule_router
from fullhouse.house.changes import Changes
from fullhouse.house.hand_queue import HandQueue
from fullhouse.house.holds import Holds
from tests.commands.test_rooms import asked
from tests.house.doors import a_door

ANA, HAND = "m-aaaaaaaaaa", "5f0e0f3f9a41c2d7"
ROOM = {"slug": "hello", "title": "Hi", "visibility": "invited", "listen": "http://e/hello?key=k"}
INVITATION = {
    "invitation": "i1", "role": "speaker", "name": "Ana", "made_by": "Hana", "uses_left": 2,
    "made_at": "2026-12-01T20:00:00Z", "ends_at": "2026-12-08T20:00:00Z",
}  # fmt: skip
REPORT = {
    "report": "r1", "whom": "Eve", "why": "Shouts.", "made_by": "Ana",
    "made_at": "2026-12-01T20:00:00Z",
}  # fmt: skip
DRAW = {
    "number": 1, "at": "2026-12-01T20:00:00Z", "seed": "ab", "promise": "cd",
    "hands": [HAND, "0" * 16], "drawn": [HAND],
}  # fmt: skip

ASKED = [
    (["title", "hello", "Hi"], ROOM, 'PATCH /api/rooms/hello Bearer t {"title": "Hi"}', "'Hi'"),
    (
        ["visibility", "hello", "invited"],
        ROOM,
        'POST /api/rooms/hello/visibility Bearer t {"visibility": "invited"}',
        "hello is invited. Listen: http://e/hello?key=k",
    ),
    (["renew", "hello", "whip"], {"whip": "w"}, "POST /api/rooms/hello/keys/whip Bearer t", "w"),
    (
        ["remind", "hello", "ana@example.org", "--language", "id"],
        {"message": "We have sent you a mail."},
        'POST /api/rooms/hello/reminders Bearer t {"address": "ana@example.org", "language": "id"}',
        "We have sent you a mail.",
    ),
    (
        ["near", "hello", ANA],
        {"name": "Ana", "near": True},
        f'PATCH /api/rooms/hello/members/{ANA} Bearer t {{"near": true}}',
        "Ana hears the stage from near.",
    ),
    (
        ["near", "hello", ANA, "--off"],
        {"name": "Ana", "near": False},
        f'PATCH /api/rooms/hello/members/{ANA} Bearer t {{"near": false}}',
        "Ana does not hear the stage from near any more.",
    ),
    (
        ["rename", "hello", ANA, "Ann"],
        {"name": "Ann"},
        f'PATCH /api/rooms/hello/members/{ANA} Bearer t {{"name": "Ann"}}',
        f"{ANA} is called 'Ann'.",
    ),
    (
        ["seat", "hello", "seat-1", "--mute"],
        ROOM,
        'POST /api/rooms/hello/seats/seat-1/mute Bearer t {"muted": true}',
        "seat-1 is muted.",
    ),
    (
        ["seat", "hello", "seat-1", "--gain", "-6"],
        ROOM,
        'POST /api/rooms/hello/seats/seat-1/gain Bearer t {"gain_db": -6.0}',
        "seat-1 is at -6 dB.",
    ),
    (
        ["invitations", "hello"],
        {"invitations": [INVITATION]},
        "GET /api/rooms/hello/invitations Bearer t",
        "i1  speaker  2 left until 2026-12-08T20:00:00Z  Ana",
    ),
    (
        ["uninvite", "hello", "i1"],
        {"invitations": []},
        "DELETE /api/rooms/hello/invitations/i1 Bearer t",
        "No link lets anybody in.",
    ),
    (
        ["reports", "hello"],
        {"reports": [REPORT]},
        "GET /api/rooms/hello/reports Bearer t",
        "r1  2026-12-01T20:00:00Z  Eve: Shouts. (by Ana)",
    ),
    (
        ["report", "hello", "Eve", "--why", "Shouts."],
        {},
        'POST /api/rooms/hello/reports Bearer t {"whom": "Eve", "why": "Shouts."}',
        "Eve is reported.",
    ),
    (
        ["close-report", "hello", "r1"],
        {"reports": []},
        "DELETE /api/rooms/hello/reports/r1 Bearer t",
        "Nobody has reported anybody.",
    ),
    (
        ["draws", "hello"],
        {"promise": "ef", "draws": [DRAW]},
        "GET /api/rooms/hello/hands/draws Bearer t",
        f"seed ab, of 2 hands: {HAND}\nThe next is promised as ef.",
    ),
]


@pytest.mark.parametrize(("words", "says", "request_", "output"), ASKED)
def test_each_is_asked_of_the_house_and_said(
    words: list[str], says: object, request_: str, output: str
) -> None:
    result, requests = asked(words, says)
    assert requests == [request_]
    assert result.exit_code == 0
    assert output in result.output


@pytest.mark.parametrize("words", [words for words, *_ in ASKED])
def test_for_programs_it_is_the_answer_itself(words: list[str]) -> None:
    says: dict[str, list[object]] = {"draws": [], "reports": [], "invitations": []}
    result, _ = asked([*words, "--json"], says)
    assert json.loads(result.stdout) == says


@pytest.mark.parametrize("words", [words for words, *_ in ASKED])
def test_what_the_house_refuses_is_one_line(words: list[str]) -> None:
    result, _ = asked(words, {"code": "not_yours", "message": "Ask the host."}, 403)
    assert isinstance(result.exception, Refused)
    assert (result.exception.message, result.output) == ("Ask the host.", "")


@pytest.mark.parametrize(
    "words",
    [
        ["seat", "hello", "seat-1"],
        ["seat", "hello", "seat-1", "--mute", "--gain", "3"],
        ["seat", "hello", "seat-1", "--gain", "loud"],
        ["seat", "hello", "seat-1", "--gain", "99"],
        ["seat", "hello", "seat-1", "--gain", "nan"],
        ["visibility", "hello", "secret"],
        ["renew", "hello", "house"],
        ["remind", "hello", "a@b.c", "--language", "xx"],
        ["near", "hello"],
        ["title", "hello"],
        ["hands", "hello", "--lower", HAND, "--draw", "1"],
        ["log", "hello", "--before", "0"],
    ],
)
def test_what_cannot_be_meant_asks_nobody_and_says_why(words: list[str]) -> None:
    result, requests = asked(words, {})
    assert (result.exit_code, requests) == (2, [])
    assert "Traceback" not in result.output
    assert [line.startswith("Error: ") for line in result.output.splitlines()].count(True) == 1


ELSEWHERE = {
    "GET /api/rooms/{slug}/events",
    "GET /api/rooms/{slug}/enter",
    "POST /api/rooms/{slug}/enter",
    "POST /api/rooms/{slug}/hands/{hand}/answer",
}
"""What no command asks: it is for the page of a person, or of a listener with a hand's secret."""


MORE = [
    "create hello", "list", "show hello", "log hello", "open hello", "live hello",
    "stand-down hello", "end hello", "call-off hello", "plan hello --starts +10m",
    "late hello --why Train", "hold hello --default", "invite hello", "members hello",
    f"mute hello {ANA}", "mute-all hello", f"ask-to-unmute hello {ANA}", f"move-back hello {ANA}",
    f"remove hello {ANA}", f"role hello {ANA} cohost", f"ban hello {ANA}", "bans hello",
    "unban hello b1", "hands hello", "hands hello --open", "hands hello --draw 1",
    f"hands hello --invite {HAND}", f"hands hello --lower {HAND}",
]  # fmt: skip


async def test_there_is_a_command_for_all_that_may_be_asked_of_a_room(tmp_path: Path) -> None:
    """A new route without a command shows here."""
    music = tmp_path / "music.mp3"
    music.write_bytes(b"music")
    lines = [*(words for words, *_ in ASKED), *(words.split() for words in MORE)]
    made = set[tuple[str, str]]()
    for words in [*lines, ["hold", "hello", str(music)]]:
        result, (request_,) = await asyncio.to_thread(asked, [*words, "--json"], {})
        assert result.exit_code == 0, result.output
        method, path, *_ = request_.split(" ")
        made.add((method, path.partition("?")[0]))
    wanted = await routes(tmp_path)
    missing = {
        f"{method} {path}"
        for method, path in wanted
        if not any(one == method and fits(path, asks) for one, asks in made)
    }
    assert missing == set(ELSEWHERE)


def fits(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) is not None


async def routes(folder: Path) -> set[tuple[str, str]]:
    """Return all that may be asked of rooms: methods and paths."""
    door = await a_door(folder)
    changes = Changes(door.rooms, door.roll, door.clock, door.key)
    hands = HandQueue(door.rooms, door.clock, door.key)
    holds = Holds(folder, door.rooms, door.clock, lambda: None)
    app = FastAPI()
    for router in (
        rooms_router(door), commands_router(door), schedule_router(door),
        entering_router(door, changes), members_router(door, changes), bans_router(door, changes),
        hands_router(door, hands), hold_router(door, holds), reminders_router(door, None),
    ):  # fmt: skip
        app.include_router(router)
    paths = {"/api/rooms/{slug}/log": ["get"], **app.openapi()["paths"]}
    return {(method.upper(), path) for path, methods in paths.items() for method in methods}
