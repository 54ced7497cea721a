"""WHIP and WHEP sessions as the house sees them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.errors import Malformed, Refused
from fullhouse.house.whip import (
    NONCE_LENGTH,
    ConditionFailed,
    ConditionMissing,
    Patch,
    Session,
    UnknownSession,
    read_sdp,
    read_seat,
    ufrag,
)
from fullhouse.units import RoomSlug

KEY = bytes(32)
EVENING = RoomSlug("evening")
OFFER = (
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\na=ice-ufrag:EsAw\r\na=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y\r\n"
)
CANDIDATES = "a=ice-ufrag:EsAw\r\na=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y\r\na=end-of-candidates\r\n"
RESTART = "a=ice-ufrag:newu\r\na=ice-pwd:newpassword\r\n"
SESSION = Session.of_offer(KEY, "whip", EVENING, "a" * NONCE_LENGTH, OFFER)


def test_a_session_is_known_again_by_its_name_alone() -> None:
    """So it survives a house that is started again."""
    assert Session.read(KEY, "whip", EVENING, SESSION.name) == SESSION


def test_a_session_is_unknown_in_another_room_and_to_another_house() -> None:
    with pytest.raises(UnknownSession):
        Session.read(KEY, "whip", RoomSlug("morning"), SESSION.name)
    with pytest.raises(UnknownSession):
        Session.read(bytes([1] * 32), "whip", EVENING, SESSION.name)


def test_a_session_to_hear_is_none_to_speak() -> None:
    """Else who may only hear could end or change what somebody says."""
    hears = Session.of_offer(KEY, "whep", EVENING, "a" * NONCE_LENGTH, OFFER)
    assert Session.read(KEY, "whep", EVENING, hears.name) == hears
    with pytest.raises(UnknownSession):
        Session.read(KEY, "whip", EVENING, hears.name)
    with pytest.raises(UnknownSession):
        Session.read(KEY, "whep", EVENING, SESSION.name)


@given(st.text(max_size=60) | st.text("abcdefgh234567", min_size=52, max_size=52))
def test_a_name_that_we_never_gave_is_unknown(name: str) -> None:
    with pytest.raises(UnknownSession):
        Session.read(KEY, "whip", EVENING, name)


@pytest.mark.parametrize("condition", [SESSION.etag, f'"other", {SESSION.etag}', "*"])
def test_candidates_with_the_offers_credentials_are_trickle(condition: str) -> None:
    """`*` asks for a restart by the letter; mediamtx's page sends it with mere candidates."""
    assert SESSION.asks(KEY, CANDIDATES, condition) is Patch.TRICKLE


@pytest.mark.parametrize("condition", [SESSION.etag, "*", '"stale"'])
def test_new_credentials_are_a_restart(condition: str) -> None:
    assert SESSION.asks(KEY, RESTART, condition) is Patch.RESTART


def test_a_restart_without_credentials_is_told_by_its_condition() -> None:
    assert SESSION.asks(KEY, "a=mid:0\r\n", "*") is Patch.RESTART
    assert SESSION.asks(KEY, "a=mid:0\r\n", SESSION.etag) is Patch.TRICKLE


def test_a_patch_needs_the_sessions_etag() -> None:
    with pytest.raises(ConditionMissing) as missing:
        SESSION.asks(KEY, CANDIDATES, None)
    with pytest.raises(ConditionFailed) as failed:
        SESSION.asks(KEY, CANDIDATES, '"stale"')
    assert (missing.value.status, failed.value.status) == (428, 412)


@given(st.text(), st.none() | st.text())
def test_any_patch_is_understood_or_refused(fragment: str, condition: str | None) -> None:
    with suppress(Refused):
        assert SESSION.asks(KEY, fragment, condition) in Patch


def test_the_user_fragment_is_found_on_its_own_line() -> None:
    assert ufrag(OFFER) == "EsAw"
    assert ufrag("a=ice-ufrag:abcd\n") == "abcd"
    assert ufrag("s=a=ice-ufrag:abcd\r\n") == ""
    assert ufrag("") == ""


@given(st.binary(max_size=200))
def test_any_body_is_text_or_refused(body: bytes) -> None:
    with suppress(Malformed):
        assert read_sdp(body).encode() == body


@pytest.mark.parametrize("body", [b"", b" \r\n", b"v=0\0", b"\xff\xfe"])
def test_what_is_no_text_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_sdp(body)


def test_a_seat_is_named_as_seats_are() -> None:
    assert read_seat("") == ""
    assert read_seat("seat-1") == "seat-1"
    for bad in ("Seat 1", "a/b", "x" * 41, "é"):
        with pytest.raises(Malformed):
            read_seat(bad)
