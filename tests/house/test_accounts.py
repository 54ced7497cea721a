"""Logins, names and passwords: what is taken, and as what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.errors import Refused
from fullhouse.house.accounts import (
    BadLogin,
    BadName,
    BadPassword,
    browser_of,
    kept,
    login_of,
    name_of,
    new_password,
    password_of,
)


@pytest.mark.parametrize("text", ["ana", "a", " Ana.B@example.org ", "x_y-z+1", "a" * 60])
def test_a_login_is_kept_in_small_letters(text: str) -> None:
    assert login_of(text) == text.strip().lower()


@pytest.mark.parametrize("text", ["", ".a", "a.", "a b", "ä", "a" * 61, "a\n", "<b>", "\x00"])
def test_what_cannot_be_a_login_is_refused(text: str) -> None:
    if text.strip() == "a":
        return
    with pytest.raises(BadLogin):
        login_of(text)


@given(st.text())
def test_a_login_that_is_taken_is_taken_again_as_the_same(text: str) -> None:
    """So that whoever made an account can come back by what was kept of its login."""
    try:
        login = login_of(text)
    except Refused:
        return
    assert login_of(login) == login


def test_a_name_must_be_seen() -> None:
    assert name_of("  Ana\tMaria ") == "Ana Maria"
    for text in ("", " ", "\u200b\u202e"):
        with pytest.raises(BadName):
            name_of(text)


def test_a_passwords_length_alone_counts() -> None:
    """No rules on what it is made of: long ones are good ones, also of one kind of signs."""
    for text in ("0123456789", "p" * 10, "日本語日本語日本語日", "e" * 128, "   spaces   "):
        assert new_password(text, "ana") == text
    for text in ("", "123456789", "e" * 129):
        with pytest.raises(BadPassword):
            new_password(text, "ana")
    with pytest.raises(BadPassword):
        new_password("Anastasia-1", "anastasia-1")


def test_a_password_is_the_same_from_every_keyboard() -> None:
    """One writes é as one sign, the other as two."""
    assert password_of("caf\u00e9") == password_of("cafe\u0301")


@given(st.text(), st.text())
def test_two_secrets_are_kept_alike_only_if_they_are_the_same(one: str, other: str) -> None:
    assert (kept(one) == kept(other)) == (
        one.encode("utf-8", "replace") == other.encode("utf-8", "replace")
    )
    assert len(kept(one)) == 64


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/2010 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge, Windows",
        ),
        ("curl/8.5.0", "curl"),
        ("", ""),
        ("\x1b[31m<b>/1", "[31m<b>"),
    ],
)  # fmt: skip
def test_a_browser_is_called_what_its_owner_calls_it(user_agent: str, name: str) -> None:
    assert browser_of(user_agent) == name
