"""Secrets of a room: derived, different, renewable."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.tokens import TOKEN_LENGTH, Generations, Kind, derive, opens, same
from fullhouse.units import RoomSlug

KEY = bytes(range(32))
SLUG = RoomSlug("evening")


def test_the_same_key_gives_the_same_token_for_ever() -> None:
    """Links that were handed out hold after each update: this value may never change."""
    assert derive(KEY, Kind.HOST, SLUG, 0) == "oxcq3hme4xb6mefkaoc3zz6a3b"


@given(st.binary(min_size=32, max_size=32), st.sampled_from(Kind), st.integers(0, 10**6))
def test_a_token_is_26_letters_that_need_no_escape(key: bytes, kind: Kind, generation: int) -> None:
    token = derive(key, kind, SLUG, generation)
    assert len(token) == TOKEN_LENGTH
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyz234567")


def test_each_kind_room_generation_and_key_has_its_own_token() -> None:
    tokens = {
        derive(key, kind, slug, generation)
        for key in (KEY, bytes(32))
        for kind in Kind
        for slug in (SLUG, RoomSlug("morning"))
        for generation in (0, 1)
    }
    assert len(tokens) == 2 * len(Kind) * 2 * 2


def test_a_renewed_token_opens_and_the_old_one_does_not() -> None:
    before = Generations()
    after = before.renewed(Kind.WHIP)
    old = derive(KEY, Kind.WHIP, SLUG, before.of(Kind.WHIP))
    assert opens(KEY, Kind.WHIP, SLUG, before.of(Kind.WHIP), old)
    assert not opens(KEY, Kind.WHIP, SLUG, after.of(Kind.WHIP), old)
    assert opens(KEY, Kind.WHIP, SLUG, 1, derive(KEY, Kind.WHIP, SLUG, after.of(Kind.WHIP)))


def test_renewing_one_kind_leaves_the_others() -> None:
    for kind in Kind:
        after = Generations(3, 4, 5).renewed(kind)
        for other in Kind:
            assert after.of(other) - Generations(3, 4, 5).of(other) == (other is kind)


@given(st.text(max_size=40))
def test_nothing_but_the_token_opens(offered: str) -> None:
    """Any text may be offered, even such as has no ASCII letters."""
    assert not opens(KEY, Kind.HOST, SLUG, 0, offered)


@given(st.integers(0, TOKEN_LENGTH - 1))
def test_a_token_with_one_wrong_letter_does_not_open(place: int) -> None:
    token = derive(KEY, Kind.HOST, SLUG, 0)
    wrong = "a" if token[place] != "a" else "b"
    assert not opens(KEY, Kind.HOST, SLUG, 0, token[:place] + wrong + token[place + 1 :])
    assert not opens(KEY, Kind.HOST, SLUG, 0, token[:place])


def test_a_token_of_another_kind_does_not_open() -> None:
    assert not opens(KEY, Kind.HOST, SLUG, 0, derive(KEY, Kind.WHIP, SLUG, 0))


@given(st.text(), st.text())
def test_secrets_are_the_same_exactly_when_equal(one: str, other: str) -> None:
    assert same(one, other) == (one == other)
