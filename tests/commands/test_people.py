"""A room's people from a command line: what is asked of the house, and what is printed."""

import pytest

from tests.commands.test_rooms import asked

ANA = "m-aaaaaaaaaa"
MEMBER = {
    "member": ANA, "name": "Ana", "role": "cohost", "present": True, "acting": False,
    "on_stage": True, "near": False,
}  # fmt: skip


def test_an_invitation_prints_its_link() -> None:
    link = "http://house/studio/hello#fhi_secret"
    result, requests = asked(
        ["invite", "hello", "--role", "cohost", "--name", "Ana"], {"link": link}
    )
    said = '{"role": "cohost", "name": "Ana", "uses": 1}'
    assert requests == [f"POST /api/rooms/hello/invitations Bearer t {said}"]
    assert result.output == link + "\n"


def test_people_are_listed_with_where_they_are() -> None:
    result, requests = asked(["members", "hello"], {"members": [MEMBER]})
    assert requests == ["GET /api/rooms/hello/members Bearer t"]
    assert result.output == f"{ANA}  cohost    Ana (on stage, here)\n"
    assert asked(["members", "hello"], {"members": []})[0].output == "Nobody has come in yet.\n"


@pytest.mark.parametrize("deed", ["mute", "ask-to-unmute", "move-back", "remove"])
def test_what_is_done_to_somebody_is_asked_and_said(deed: str) -> None:
    result, requests = asked([deed, "hello", ANA], {})
    assert requests == [f"POST /api/rooms/hello/members/{ANA}/{deed} Bearer t"]
    assert ANA in result.output


def test_all_are_muted() -> None:
    result, requests = asked(["mute-all", "hello"], {"muted": [ANA]})
    assert requests == ["POST /api/rooms/hello/mute-all Bearer t"]
    assert result.output == "Muted: 1.\n"


def test_a_role_is_given() -> None:
    result, requests = asked(["role", "hello", ANA, "cohost"], MEMBER)
    assert requests == [f'PATCH /api/rooms/hello/members/{ANA} Bearer t {{"role": "cohost"}}']
    assert result.output == "Ana is cohost now.\n"


def test_somebody_is_banned_listed_and_let_in_again() -> None:
    _, requests = asked(["ban", "hello", ANA, "--minutes", "5", "--network"], {})
    said = '{"minutes": 5, "network": true}'
    assert requests == [f"POST /api/rooms/hello/members/{ANA}/ban Bearer t {said}"]
    ban = {"ban": "b1", "name": "Ana", "by": ["member"], "made_by": "Hana", "ends_at": None}
    result, _ = asked(["bans", "hello"], {"bans": [ban]})
    assert result.output == "b1  until lifted  Ana, by Hana\n"
    result, requests = asked(["unban", "hello", "b1"], {"bans": []})
    assert requests == ["DELETE /api/rooms/hello/bans/b1 Bearer t"]
    assert result.output == "Nobody is banned.\n"


@pytest.mark.parametrize(
    "words",
    [["role", "hello", ANA, "owner"], ["invite", "hello", "--uses", "0"], ["mute", "hello"]],
)
def test_what_makes_no_sense_asks_nobody(words: list[str]) -> None:
    result, requests = asked(words, {})
    assert result.exit_code == 2
    assert requests == []


def test_programs_get_what_the_house_said() -> None:
    result, _ = asked(["mute-all", "hello", "--json"], {"muted": []})
    assert result.output == '{"muted": []}\n'
