"""Challenges: for whom they were given, for five minutes, by whoever has the key."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.ceremonies import LASTS, challenge_of, holds
from fullhouse.units import Micros

NOW = Micros(1_800_000_000_000_000)
KEY = bytes(range(32))
NONCE = b"0123456789abcdef"


def test_a_challenge_holds_wherever_the_key_is() -> None:
    one = challenge_of(KEY, "ana", NONCE, now=NOW)
    assert holds(KEY, one, "ana", now=NOW)
    assert not holds(bytes(32), one, "ana", now=NOW)


def test_a_challenge_is_for_one_account() -> None:
    one = challenge_of(KEY, "ana", NONCE, now=NOW)
    assert not holds(KEY, one, "eve", now=NOW)
    assert not holds(KEY, one, "", now=NOW)
    assert not holds(KEY, challenge_of(KEY, "", NONCE, now=NOW), "ana", now=NOW)


def test_a_challenge_runs_out() -> None:
    one = challenge_of(KEY, "", NONCE, now=NOW)
    assert holds(KEY, one, "", now=Micros(NOW + LASTS - 1))
    assert not holds(KEY, one, "", now=Micros(NOW + LASTS))


def test_houses_whose_clocks_differ_a_little_take_each_others() -> None:
    one = challenge_of(KEY, "", NONCE, now=Micros(NOW + 2_000_000))
    assert holds(KEY, one, "", now=NOW)


@given(st.binary(max_size=80), st.integers(0, 55), st.integers(1, 255))
def test_what_nobody_has_given_is_no_challenge(other: bytes, at: int, changed: int) -> None:
    """Made up, or one of ours with a byte changed, cut or added."""
    one = challenge_of(KEY, "", NONCE, now=NOW)
    assert len(one) == 56
    wrong = bytearray(one)
    wrong[at] ^= changed
    for challenge in (other, bytes(wrong), one[:at], one + other[:1] + b"x"):
        assert not holds(KEY, challenge, "", now=NOW)
