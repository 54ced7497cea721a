"""A room's life from a command line: what is asked of the house, and what is printed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from fullhouse.cli import cli
from fullhouse.errors import NotReady, Refused
from tests.servers import pretended_house

LINKS = {
    "slug": "hello", "listen": "http://e/hello", "host": "http://h/studio/hello#k",
    "whip": "http://h/whip/hello", "whip_token": "wt", "whep": "http://h/whep/hello",
    "source": "http://s/hello", "source_user": "source", "source_key": "sk",
}  # fmt: skip
ROOM = LINKS | {
    "title": "Hello", "state": "live", "since": "2026-12-01T20:00:00Z", "reason": "", "next": None,
    "listeners": 7, "seats": [{"name": "Ana"}, {"name": "Ben"}], "stage": {"ticks": 1},
}  # fmt: skip


def asked(words: list[str], says: object, status: int = 200) -> tuple[Result, list[str]]:
    """Run a room command against a house that says this; return what came of it."""
    with pretended_house(status, json.dumps(says).encode()) as (url, requests):
        result = CliRunner().invoke(cli, ["room", *words, "--house", url, "--token", "t"])
    return result, requests


def test_making_a_room_prints_its_links_and_keys() -> None:
    result, requests = asked(["create", "hello", "--title", "Hello"], LINKS, 201)
    assert requests == ['POST /api/rooms Bearer t {"slug": "hello", "title": "Hello"}']
    for link in LINKS.values():
        assert link in result.output


def test_for_programs_it_is_one_object_with_all_links() -> None:
    result, _ = asked(["create", "hello", "--json"], LINKS, 201)
    assert json.loads(result.stdout) == LINKS


def test_a_start_is_sent_as_a_moment_in_utc() -> None:
    _, requests = asked(["create", "hello", "--starts", "2026-12-01T21:00+01:00"], LINKS)
    assert '"starts": "2026-12-01T20:00:00Z"' in requests[0]


def test_a_start_from_now_is_from_now() -> None:
    _, requests = asked(["create", "hello", "--starts", "+10m"], LINKS)
    starts = datetime.fromisoformat(json.loads(requests[0].split(maxsplit=4)[4])["starts"])
    assert 590 < (starts - datetime.now(UTC)).total_seconds() <= 600


def test_a_start_that_is_no_time_asks_nobody() -> None:
    result, requests = asked(["create", "hello", "--starts", "soon"], LINKS)
    assert isinstance(result.exception, Refused)
    assert requests == []


@pytest.mark.parametrize("move", ["open", "live", "end"])
def test_a_move_is_asked_for_and_the_state_told(move: str) -> None:
    result, requests = asked([move, "hello"], ROOM)
    assert requests == [f"POST /api/rooms/hello/{move} Bearer t"]
    assert result.output == "hello is live.\n"


def test_a_room_is_shown_as_people_read_it() -> None:
    result, _ = asked(["show", "hello"], ROOM)
    assert "Ana, Ben" in result.output
    assert "http://e/hello" in result.output
    assert "None" not in result.output
    assert "ticks" not in result.output


def test_rooms_are_listed_with_their_states() -> None:
    result, _ = asked(["list"], {"rooms": [ROOM, ROOM | {"slug": "b", "state": "ended"}]})
    assert result.output == "hello  live         Hello\nb      ended        Hello\n"


def test_where_there_is_no_room_it_is_said_how_to_make_one() -> None:
    result, _ = asked(["list"], {"rooms": []})
    assert "fullhouse room create" in result.output


def test_what_the_house_refuses_is_refused() -> None:
    result, _ = asked(["end", "hello"], {"code": "wrong_state", "message": "No."}, 409)
    assert isinstance(result.exception, Refused)
    assert result.exception.message == "No."


def test_a_house_elsewhere_needs_a_token() -> None:
    result = CliRunner().invoke(cli, ["room", "list", "--house", "http://h"])
    assert result.exit_code == 2
    assert "--token" in result.output


def test_without_a_running_house_it_is_said_what_to_do(tmp_path: object) -> None:
    result = CliRunner().invoke(cli, ["room", "list", "--data", str(tmp_path)])
    assert isinstance(result.exception, NotReady)
    assert "--data" in result.exception.message


def test_the_group_says_what_its_commands_do() -> None:
    group = cli.get_command(click.Context(cli), "room")
    assert isinstance(group, click.Group)
    assert set(group.commands) >= {"create", "list", "show", "open", "live", "end", "log"}
    assert all(command.get_short_help_str() for command in group.commands.values())


def test_a_rooms_log_is_shown_with_the_newest_last() -> None:
    lines = [
        {"number": 9, "at": "2026-12-01T20:05:00Z", "who": "", "what": "mute",
         "details": {"seat": "s-1"}, "hash": "b"},
        {"number": 4, "at": "2026-12-01T20:00:00Z", "who": "Ana", "what": "go_live",
         "details": {}, "hash": "a"},
    ]  # fmt: skip
    result, requests = asked(["log", "hello", "--most", "7"], {"lines": lines})
    assert requests == ["GET /api/rooms/hello/log?most=7 Bearer t"]
    first, second = result.stdout.splitlines()
    assert first.endswith("Ana: go_live")
    assert second.endswith("somebody: mute seat s-1")
    assert "Nobody" in asked(["log", "hello"], {"lines": []})[0].stdout


def test_a_file_is_sent_as_the_rooms_hold_and_what_became_of_it_told(tmp_path: Path) -> None:
    (tmp_path / "wait.mp3").write_bytes(b"music")
    made = {"hold": "ab" * 32, "seconds": 12.8, "lufs": -30.5}
    result, requests = asked(["hold", "hello", str(tmp_path / "wait.mp3")], made)
    assert requests == ["PUT /api/rooms/hello/hold Bearer t music"]
    assert result.output == "hello plays your hold: 12.8 s, made of -30.5 LUFS.\n"
    result, requests = asked(["hold", "hello", "--default"], {"hold": ""})
    assert requests == ["DELETE /api/rooms/hello/hold Bearer t"]
    assert result.output == "hello plays Fullhouse's own hold.\n"


@pytest.mark.parametrize("words", [[], ["x.mp3", "--default"]])
def test_either_a_file_or_ours_is_named(words: list[str]) -> None:
    result, requests = asked(["hold", "hello", *words], {})
    assert result.exit_code == 2
    assert requests == []


def test_a_file_that_cannot_be_read_asks_nobody() -> None:
    result, requests = asked(["hold", "hello", "/nowhere/at-all.mp3"], {})
    assert isinstance(result.exception, Refused)
    assert requests == []
