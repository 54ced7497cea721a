"""Hands on their way to the house: counted once, bounded, and answered in their order."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.hands import (
    BATCH,
    Barred,
    HandNotTaken,
    Hands,
    HandsClosed,
    Outcome,
    TooManyHands,
    TooOften,
    outcomes,
    read_hand,
)
from fullhouse.errors import Malformed
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import HandsTaken, RaisedHand
from tests.edge.made import START

DEMO = RoomSlug("demo")


def hand(number: int, *, up: bool = True, prefix: str = "") -> RaisedHand:
    prefix = prefix or f"10.{number // 200}.{number % 200}.0/24"
    return RaisedHand(slug=DEMO, hand=f"{number:016x}", name="Ana", up=up, prefix=prefix)


def forget(_outcome: Outcome) -> None:
    return


def test_a_batch_holds_those_who_came_first() -> None:
    hands = Hands()
    for number in range(BATCH + 3):
        hands.put(hand(number), forget, START)
    assert [int(one.hand.hand, 16) for one in hands.take()] == list(range(BATCH))
    assert [int(one.hand.hand, 16) for one in hands.take()] == [BATCH, BATCH + 1, BATCH + 2]
    assert hands.take() == []


def test_a_hand_that_comes_twice_goes_once_and_both_are_answered() -> None:
    """What it said last counts: up and down in one moment is down."""
    hands, told = Hands(), list[Outcome]()
    hands.put(hand(1), told.append, START)
    hands.put(hand(1, up=False), told.append, START)
    batch = hands.take()
    assert [one.hand.up for one in batch] == [False]
    for waiting, outcome in outcomes(batch, HandsTaken(verdicts=("taken",), places=(7,))):
        waiting.tell(outcome)
    assert told == [7, 7]


def test_whoever_has_gone_is_not_answered() -> None:
    hands, told = Hands(), list[Outcome]()
    hands.put(hand(1), told.append, START).forget()
    for waiting, outcome in outcomes(hands.take(), None):
        waiting.tell(outcome)
    assert told == []


def test_each_is_told_what_the_house_has_said_of_its_own_hand() -> None:
    hands, told = Hands(), dict[int, Outcome]()
    for number in range(4):
        hands.put(hand(number), lambda outcome, n=number: told.update({n: outcome}), START)  # type: ignore[misc] # mypy does not infer the default's type
    verdicts = ("taken", "hands_closed", "barred", "unknown_room")
    taken = HandsTaken(verdicts=verdicts, places=(3, -1, -1, -1))
    for waiting, outcome in outcomes(hands.take(), taken):
        waiting.tell(outcome)
    assert told[0] == 3
    assert isinstance(told[1], HandsClosed)
    assert isinstance(told[2], Barred)
    assert isinstance(told[3], HandNotTaken)


@pytest.mark.parametrize("taken", [None, HandsTaken(verdicts=())])
def test_without_an_answer_of_the_house_all_are_asked_to_try_again(
    taken: HandsTaken | None,
) -> None:
    hands = Hands()
    hands.put(hand(1), forget, START)
    assert all(isinstance(one, HandNotTaken) for _, one in outcomes(hands.take(), taken))


def test_beyond_the_bound_nobody_waits() -> None:
    hands = Hands(most=2)
    for number in range(2):
        hands.put(hand(number), forget, START)
    with pytest.raises(TooManyHands):
        hands.put(hand(2), forget, START)
    hands.take()
    hands.put(hand(2), forget, START)


def test_one_hand_cannot_go_up_and_down_without_end() -> None:
    hands = Hands()
    for number in range(5):
        hands.put(hand(1, up=number % 2 == 0), forget, START)
        hands.take()
    with pytest.raises(TooOften):
        hands.put(hand(1), forget, START)
    hands.put(hand(1), forget, Micros(START + 3 * SECOND))


def test_one_network_cannot_fill_the_queue() -> None:
    hands = Hands()
    for number in range(400):
        hands.put(hand(number, prefix="192.0.2.0/24"), forget, START)
    with pytest.raises(TooOften):
        hands.put(hand(400, prefix="192.0.2.0/24"), forget, START)
    hands.put(hand(9_999), forget, START)


def test_a_body_is_read_as_a_hand() -> None:
    body = json.dumps({"hand": "0123456789abcdef", "name": "Ana", "up": False}).encode()
    read = read_hand(DEMO, body)
    assert (read.slug, read.hand, read.name, read.up) == (DEMO, "0123456789abcdef", "Ana", False)


@given(
    st.one_of(
        st.binary(max_size=256),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: st.dictionaries(
                st.sampled_from(["hand", "name", "up", "x"]), inner, max_size=4
            ),
            max_leaves=4,
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_whatever_comes_is_a_hand_or_malformed(body: bytes) -> None:
    try:
        read = read_hand(DEMO, body)
    except Malformed:
        return
    assert len(read.hand) == 16
    assert len(read.name) <= 60
