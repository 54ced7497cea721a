"""Challenges: each once, for whom it was given, for five minutes."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.ceremonies import LASTS, Ceremonies
from fullhouse.units import Micros

NOW = Micros(1_000)


def test_a_challenge_is_taken_once() -> None:
    ceremonies = Ceremonies()
    ceremonies.begin(b"one", "ana", now=NOW)
    assert not ceremonies.take(b"other", "ana", now=NOW)
    assert ceremonies.take(b"one", "ana", now=NOW)
    assert not ceremonies.take(b"one", "ana", now=NOW)


def test_a_challenge_is_for_one_account() -> None:
    ceremonies = Ceremonies()
    ceremonies.begin(b"one", "ana", now=NOW)
    assert not ceremonies.take(b"one", "eve", now=NOW)
    assert not ceremonies.take(b"one", "ana", now=NOW)


def test_one_that_was_never_given_is_nobodys() -> None:
    assert not Ceremonies().take(b"one", "", now=Micros(0))


def test_a_challenge_runs_out() -> None:
    ceremonies = Ceremonies()
    ceremonies.begin(b"one", "", now=NOW)
    ceremonies.begin(b"two", "", now=NOW)
    assert ceremonies.take(b"one", "", now=Micros(NOW + LASTS - 1))
    assert not ceremonies.take(b"two", "", now=Micros(NOW + LASTS))


@given(st.lists(st.binary(max_size=2)))
def test_never_more_are_remembered_than_may_be(challenges: list[bytes]) -> None:
    ceremonies = Ceremonies(most=3)
    for challenge in challenges:
        ceremonies.begin(challenge, "", now=NOW)
        assert len(ceremonies._open) <= 3
        assert challenge in ceremonies._open
