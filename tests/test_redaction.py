"""No secret and no control character reaches a log line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.redaction import clean, clean_traceback, is_secret_name, printable, redact

TOKEN = "abcdefghijklmnopqrstuvwx27"


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer ***"),
        ("authorization: basic c291cmNlOms=", "authorization: basic ***"),
        ("nats://fullhouse:pa55@127.0.0.1:4222", "nats://fullhouse:***@127.0.0.1:4222"),
        ("a://u:p@h, b://v:q@i", "a://u:***@h, b://v:***@i"),
        (f"http://house/studio/demo#{TOKEN}", "http://house/studio/demo#***"),
        ("GET /x?token=abc&from=7", "GET /x?token=***&from=7"),
        (
            "http://127.0.0.1:8000/demo/live.mp4?from=7",
            "http://127.0.0.1:8000/demo/live.mp4?from=7",
        ),
        ("the bearer of this letter", "the bearer *** this letter"),
        ("port 8000 is taken", "port 8000 is taken"),
    ],
)
def test_secrets_are_hidden_and_the_rest_stays(said: str, logged: str) -> None:
    assert redact(said) == logged


@pytest.mark.parametrize(
    ("name", "secret"),
    [("admin_token", True), ("password", True), ("whip_key", True), ("key", True),
     ("slug", False), ("monkey", False), ("keyboard", False)],
)  # fmt: skip
def test_a_name_can_say_that_its_value_is_secret(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


@given(st.text())
def test_what_is_logged_stays_on_its_line_and_moves_no_cursor(text: str) -> None:
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    assert all(sign.isprintable() or ord(sign) > 0x9F for sign in shown)
    assert printable(shown) == shown


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_categories=["C"])))
def test_printable_text_is_left_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_cleaning_goes_all_the_way_down() -> None:
    value = {"to": [f"x://u:{TOKEN}@h\x1b[2J"], "token": 7, "n": 1, "none": None, "b": b"\n"}
    assert clean(value) == {
        "to": ["x://u:***@h\\x1b[2J"],
        "token": "***",
        "n": 1,
        "none": None,
        "b": "b'\\n'",
    }


def test_a_traceback_keeps_its_lines_but_cannot_forge_one() -> None:
    """What an exception says may hold a newline and then something that looks like a line."""
    shown = clean_traceback("Traceback:\nValueError: Bearer abc\rinfo all is well")
    assert shown == "  Traceback:\n  ValueError: Bearer ***\n  info all is well"


@pytest.mark.parametrize("prefix", ["fhm_", "fha_", "fhi_", "fhs_"])
def test_what_people_and_programs_show_is_hidden(prefix: str) -> None:
    """Wherever it stands: after a #, in a path, between quotes."""
    secret = prefix + "Ab1-_" * 6
    for text in (f"/studio/texts#{secret}", f"'{secret}'", f"/{secret}/live.ogg", f"x={secret}"):
        assert "Ab1" not in redact(text)
    assert redact("fhm_ is how it begins") == "fhm_ is how it begins"
