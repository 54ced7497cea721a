"""STUN and TURN servers: what they are called, and what opens them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.relays import (
    MOST_URLS,
    IceServer,
    Relays,
    credential,
    ice_urls,
    is_turn,
    link,
)
from fullhouse.units import SECOND, Micros, RoomSlug

EVENING = RoomSlug("evening")
NOW = Micros(1_433_895_918 * SECOND)


def test_a_password_is_the_one_that_turn_servers_expect() -> None:
    """HMAC-SHA1 over `time:user`, in base64, as coturn's use-auth-secret makes it.

    The same by another program:
    printf 1433895918:evening | openssl dgst -sha1 -hmac north -binary | base64
    """
    assert credential("north", "1433895918:evening") == "zzK1gRSutFjcVAE208zKqYC78FI="


def test_a_password_runs_out_and_is_for_one_room() -> None:
    relays = Relays(("turn:t.example",), "north", 600)
    (one,) = relays.servers(EVENING, now=NOW)
    assert one.username == f"{1_433_895_918 + 600}:evening"
    assert one.credential == credential("north", one.username)
    (later,) = relays.servers(EVENING, now=Micros(NOW + SECOND))
    (other,) = relays.servers(RoomSlug("morning"), now=NOW)
    assert len({one.credential, later.credential, other.credential}) == 3


def test_a_stun_server_asks_nobody_who_they_are() -> None:
    relays = Relays(("stun:s.example", "turns:t.example:443"), "north")
    stun, turn = relays.servers(EVENING, now=NOW)
    assert stun == IceServer("stun:s.example")
    assert turn.username
    assert relays.open() == (stun,)
    assert link(stun) == '<stun:s.example>; rel="ice-server"'


def test_a_link_header_is_as_the_rfc_has_it() -> None:
    """Source: RFC 9725, section 4.6."""
    server = IceServer("turn:t.example?transport=udp", "1:evening", "a+b/c=")
    assert link(server) == (
        '<turn:t.example?transport=udp>; rel="ice-server"; username="1:evening"; '
        'credential="a+b/c="; credential-type="password"'
    )


def test_no_secret_shows_where_things_are_printed() -> None:
    relays = Relays(("turn:t.example",), "north", 600)
    assert "north" not in repr(relays)
    assert credential("north", "1433896518:evening") not in repr(relays.servers(EVENING, now=NOW))


@pytest.mark.parametrize(
    "text",
    [
        "stun:stun.example.org",
        "stuns:stun.example.org:5349",
        "turn:192.0.2.1:3478?transport=udp",
        "turn:[2001:db8::1]:3478",
        "turns:turn.example.org:443?transport=tcp",
    ],
)
def test_a_server_is_said_as_browsers_say_it(text: str) -> None:
    assert ice_urls(text) == (text,)
    assert is_turn(text) is text.startswith("turn")


def test_servers_are_said_with_commas_between() -> None:
    assert ice_urls("") == ()
    assert ice_urls(" stun:a , turn:b:3478,") == ("stun:a", "turn:b:3478")


@pytest.mark.parametrize(
    "text",
    [
        "turn.example.org", "http://turn.example.org", "turn://turn.example.org", "turn:",
        "turn:a:0", "turn:a:65536", "turn:a:x", "turn:user:password@a", "turn:a?transport=quic",
        "stun:a?transport=udp", 'turn:a">', "turn:a\r\nSet-Cookie: x", "turn:a b", "TURN:a",
        "turn:é.example", "turn:[2001:db8::1", ",".join(["stun:a"] * (MOST_URLS + 1)),
    ],
)  # fmt: skip
def test_what_is_no_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="servers"):
        ice_urls(text)


@given(st.text(max_size=80) | st.from_regex(r"turns?:[ -~]{0,60}"))
def test_whatever_is_taken_can_stand_in_a_header(text: str) -> None:
    try:
        urls = ice_urls(text)
    except ValueError:
        return
    for url in urls:
        assert url.isascii()
        assert url.isprintable()
        assert not set(url) & set(' "<>;,')
