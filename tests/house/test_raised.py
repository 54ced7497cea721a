"""Hands in the database: in their order, once, and quickly; draws as they were promised."""

import time
from collections.abc import Sequence

import pytest

from fullhouse.house import raised, store
from fullhouse.house.database import Database
from fullhouse.house.hands import HandState, NothingToDraw, Step, UnknownHand, drawn, promise
from fullhouse.house.room import Room
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import RaisedHand

DEMO = RoomSlug("demo")
NOW = Micros(1_700_000_000_000_000)


@pytest.fixture(autouse=True)
def a_room(database: Database) -> None:
    room = Room.new(DEMO, "", None, now=NOW)
    database.write_now(lambda session: store.add(session, room))


def hands(numbers: Sequence[int], *, up: bool = True) -> list[RaisedHand]:
    return [
        RaisedHand(slug=DEMO, hand=f"{number:016x}", name=f"Ana {number}", up=up)
        for number in numbers
    ]


def take(
    database: Database, numbers: Sequence[int], *, up: bool = True, now: Micros = NOW
) -> list[raised.Taken]:
    batch = hands(numbers, up=up)
    return database.write_now(lambda session: raised.take(session, DEMO, batch, now))


def queue(database: Database) -> raised.Queue:
    return database.read_now(lambda session: raised.queue(session, DEMO))


def step(database: Database, number: int, what: Step) -> HandState:
    return database.write_now(
        lambda session: raised.step(session, DEMO, f"{number:016x}", what, NOW)
    ).state


def test_hands_stand_in_the_order_in_which_they_came(database: Database) -> None:
    assert take(database, [3, 1, 2]) == [("taken", 0), ("taken", 1), ("taken", 2)]
    assert take(database, [9, 3]) == [("taken", 3), ("taken", 0)]
    found = queue(database)
    assert found.count == 4
    assert [int(one.hand, 16) for one in found.hands] == [3, 1, 2, 9]
    assert [one.number for one in found.hands] == [1, 2, 3, 4]


def test_a_hand_that_was_down_stands_at_the_end(database: Database) -> None:
    take(database, [1, 2])
    assert take(database, [1], up=False) == [("taken", -1)]
    assert take(database, [2]) == [("taken", 0)]
    assert take(database, [1]) == [("taken", 1)]
    assert [int(one.hand, 16) for one in queue(database).hands] == [2, 1]


def test_a_hand_that_was_never_up_can_be_lowered(database: Database) -> None:
    assert take(database, [1], up=False) == [("taken", -1)]
    assert queue(database).count == 0


def test_who_is_asked_stands_first_and_is_no_longer_counted(database: Database) -> None:
    take(database, [1, 2, 3])
    assert step(database, 3, Step.CALL) is HandState.CALLED
    found = queue(database)
    assert found.count == 2
    assert [int(one.hand, 16) for one in found.hands] == [3, 1, 2]
    assert step(database, 3, Step.DECLINE) is HandState.DECLINED
    with pytest.raises(UnknownHand):
        step(database, 4, Step.CALL)


def test_a_full_queue_takes_nobody_more(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raised, "MOST_HANDS", 2)
    assert take(database, [1, 2, 3]) == [("taken", 0), ("taken", 1), ("too_many_hands", -1)]
    assert take(database, [1], up=False) == [("taken", -1)]
    assert take(database, [3]) == [("taken", 1)]


def test_a_draw_is_made_with_the_seed_that_was_promised(database: Database) -> None:
    """The promise is public as soon as there is a hand, and another one after each draw."""
    assert queue(database).promise == ""
    take(database, range(10))
    promised = queue(database).promise
    made = database.write_now(lambda session: raised.draw(session, DEMO, 3, "Ana", NOW))
    assert promise(made.seed) == made.promise == promised
    assert made.hands == tuple(f"{number:016x}" for number in range(10))
    assert made.drawn == drawn(made.seed, made.hands, 3)
    assert queue(database).promise not in ("", promised)
    assert [one.state for one in queue(database).hands[:4]] == [HandState.CALLED] * 3 + [
        HandState.UP
    ]
    assert database.read_now(lambda session: raised.draws(session, DEMO)) == [made]


def test_nothing_is_drawn_where_no_hand_is_up(database: Database) -> None:
    take(database, [1])
    step(database, 1, Step.CALL)
    with pytest.raises(NothingToDraw):
        database.write_now(lambda session: raised.draw(session, DEMO, 1, "Ana", NOW))


def test_hands_are_forgotten_and_draws_are_not(database: Database) -> None:
    take(database, range(5))
    database.write_now(lambda session: raised.draw(session, DEMO, 2, "Ana", NOW))
    assert database.write_now(lambda session: raised.empty(session, DEMO)) == 5
    assert queue(database).count == 0
    assert len(database.read_now(lambda session: raised.draws(session, DEMO))) == 1


def test_thousands_of_hands_are_written_in_a_moment(database: Database) -> None:
    """Measured 0.08 s for 2,000 on a core; the bound only tells a slip from a habit."""
    began = time.perf_counter()
    for start in range(0, 3_000, 1_000):
        take(database, range(start, start + 1_000))
    assert time.perf_counter() - began < 3
    assert queue(database).count == 3_000
