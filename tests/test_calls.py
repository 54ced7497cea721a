"""A house's answers are understood, its refusals passed on, and anything else is said plainly."""

import json
import threading
from pathlib import Path

import pytest

from fullhouse.calls import House, NoHouse, running_house
from fullhouse.errors import NotReady, Refused
from tests.servers import pretended_house as house


def test_an_answer_comes_back_as_facts() -> None:
    with house(200, b'{"slug": "a"}') as (url, asked):
        assert House(url + "/", "t").ask("POST", "/api/rooms", {"slug": "a"}) == {"slug": "a"}
    assert asked == ['POST /api/rooms Bearer t {"slug": "a"}']


def test_a_rooms_name_cannot_leave_its_place_in_the_path() -> None:
    with house(200, b"{}") as (url, asked):
        House(url, "t").room("../x?y")
    assert asked == ["GET /api/rooms/..%2Fx%3Fy Bearer t"]


def test_a_refusal_keeps_its_code_and_sentence() -> None:
    says = b'{"code": "unknown_room", "message": "No."}'
    with house(404, says) as (url, _), pytest.raises(Refused, match=r"^No\.$") as refusal:
        House(url, "t").room("a")
    assert (refusal.value.code, refusal.value.status) == ("unknown_room", 404)


def test_a_house_that_is_not_ready_may_be_asked_again() -> None:
    with house(503, b'{"code": "stage_away"}') as (url, _), pytest.raises(NotReady):
        House(url, "t").room("a")


@pytest.mark.parametrize("says", [b"<html>", b"[]", b'"x"', b"\xff"])
def test_somebody_else_who_answers_is_not_a_house(says: bytes) -> None:
    with house(200, says) as (url, _), pytest.raises(Refused, match="right address"):
        House(url, "t").room("a")


def test_nobody_who_answers_is_said_with_the_address() -> None:
    with pytest.raises(NoHouse, match=r"No Fullhouse answers at http://127\.0\.0\.1:1"):
        House("http://127.0.0.1:1", "t").room("a")


def test_a_running_house_is_found_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"house": "http://h:1/", "token": "t"}))
    assert running_house(tmp_path).url == "http://h:1"


def test_a_house_that_is_just_starting_is_waited_for(tmp_path: Path) -> None:
    facts = json.dumps({"house": "http://h:1", "token": "t"})
    later = threading.Timer(0.2, lambda: (tmp_path / "run.json").write_text(facts))
    later.start()
    assert running_house(tmp_path, patience=5).url == "http://h:1"


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}"])
def test_without_a_running_house_it_is_said_what_to_do(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "run.json").write_text(text)
    with pytest.raises(NoHouse, match="--data"):
        running_house(tmp_path)
