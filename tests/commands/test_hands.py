"""Raised hands from a command line: what is asked of the house, and what is printed."""

import pytest

from tests.commands.test_rooms import asked

HAND = "5f0e0f3f9a41c2d7"
WAITING = {
    "open": True, "count": 2, "promise": "ab" * 32,
    "hands": [{"hand": HAND, "name": "Ana", "state": "up", "number": 7, "near": False}],
}  # fmt: skip


def test_the_hands_that_wait_are_shown_in_their_order() -> None:
    result, requests = asked(["hands", "hello"], WAITING)
    assert requests == ["GET /api/rooms/hello/hands Bearer t"]
    first, second, last = result.output.splitlines()
    assert first == "Hands are taken; 2 up."
    assert second.split() == ["7", HAND, "up", "Ana"]
    assert "ab" * 32 in last


@pytest.mark.parametrize(("word", "on"), [("--open", "true"), ("--close", "false")])
def test_hands_are_taken_or_not(word: str, on: str) -> None:
    _, requests = asked(["hands", "hello", word], WAITING)
    assert requests == [f'PATCH /api/rooms/hello/hands Bearer t {{"open": {on}}}']


def test_a_draw_says_with_which_seed() -> None:
    draw = {"number": 1, "seed": "5eed", "promise": "cd" * 32, "hands": [HAND], "drawn": [HAND]}
    result, requests = asked(["hands", "hello", "--draw", "1"], draw)
    assert requests == ['POST /api/rooms/hello/hands/draw Bearer t {"count": 1}']
    assert HAND in result.output
    assert "5eed" in result.output


def test_one_hand_is_invited_to_speak_or_nearer() -> None:
    result, requests = asked(["hands", "hello", "--invite", HAND, "--near"], WAITING["hands"][0])  # type: ignore[index] # a list
    assert requests == [f'POST /api/rooms/hello/hands/{HAND}/invite Bearer t {{"near": true}}']
    assert result.output == "Ana is invited.\n"


@pytest.mark.parametrize("words", [["--draw", "1", "--open"], ["--near"], ["--draw", "65"]])
def test_what_makes_no_sense_asks_nobody(words: list[str]) -> None:
    result, requests = asked(["hands", "hello", *words], WAITING)
    assert result.exit_code == 2
    assert requests == []
