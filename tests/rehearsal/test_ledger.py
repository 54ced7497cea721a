"""What listeners live through is counted once, and told in time."""

import json
from typing import Any

import pytest

from fullhouse.rehearsal.findings import Trouble, Way
from fullhouse.rehearsal.http import Head
from fullhouse.rehearsal.ledger import HLS_STORE, PATIENCE, STILL, STORE, Ledger, State
from fullhouse.rehearsal.tally import Tally

NORTH = Head(200, 0, edge="north")
SOUTH = Head(200, 0, edge="south")


def listening(ledger: Ledger, one: int, at: float = 10.0, head: Head = NORTH) -> None:
    ledger.arrive(one, Way.PUSH, at)
    ledger.asks(one, at)
    ledger.answer(one, head, at + 0.1)
    ledger.sound(one, at + 0.2)


def told(ledger: Ledger) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(json.dumps(ledger.report()))
    return report


def test_a_listener_comes_and_hears() -> None:
    ledger = Ledger(3)
    listening(ledger, 1)
    ledger.arrive(2, Way.HLS, 10.1)
    report = told(ledger)
    assert (report["arrived"], report["joined"], report["hearing"], report["waiting"]) == (
        2,
        1,
        1,
        1,
    )
    assert (report["push"], report["hls"]) == (1, 1)
    assert Tally().put(report["first"]).spread().most == pytest.approx(0.2)
    assert Tally().put(report["answered"]).spread().most == pytest.approx(0.1)
    assert report["workers"][1] == ["north", 1, 1, 10.2, {}]
    assert "arrived" not in told(ledger)


def test_a_wait_that_is_longer_than_what_is_in_store_is_heard() -> None:
    """Once a cadence is announced, a wait as long as it is none."""
    ledger = Ledger(2)
    listening(ledger, 0)
    ledger.look(10.2 + 0.32 + STORE - 0.01)
    assert told(ledger)["gaps"] == 0
    ledger.cadence_is(12, 11)
    ledger.look(10.2 + 12 * 0.32 + STORE - 0.01)
    assert told(ledger)["gaps"] == 0
    assert ledger.look(10.2 + 12 * 0.32 + STORE + 0.01) == ([], [])
    report = told(ledger)
    assert (report["gaps"], report["hearing"]) == (1, 0)
    assert report["troubles"] == {Trouble.STARVED.value: 1}
    ledger.arrival(0, 20)
    ledger.look(20.1)
    assert told(ledger)["gaps"] == 0
    assert ledger.longest[0] == pytest.approx(9.8)


def test_a_player_that_stands_still_begins_anew() -> None:
    ledger = Ledger(1)
    listening(ledger, 0)
    assert ledger.look(10.2 + 0.32 + STORE + STILL + 0.1) == ([0], [])


def test_a_person_waits_for_so_long_and_no_longer() -> None:
    """From each new attempt on; between attempts nobody is kept waiting."""
    ledger = Ledger(1)
    ledger.arrive(0, Way.PUSH, 10)
    ledger.asks(0, 10)
    assert ledger.look(10 + PATIENCE + 0.1) == ([], [0])
    ledger.asks(0)
    assert ledger.look(10 + 2 * PATIENCE) == ([], [])
    assert told(ledger)["troubles"] == {Trouble.NO_ANSWER.value: 1}


def test_a_plain_stream_may_wait_as_long_as_the_server_says() -> None:
    """It cannot say its cadence itself: state.json has said it before anybody came."""
    ledger = Ledger(1, cadence=30)
    listening(ledger, 0)
    ledger.look(10.2 + 9.6 + STORE - 0.1)
    assert told(ledger)["gaps"] == 0
    ledger.look(10.2 + 9.6 + STORE + 0.1)
    assert told(ledger)["gaps"] == 1


def test_an_hls_player_has_more_in_store() -> None:
    ledger = Ledger(1)
    ledger.arrive(0, Way.HLS, 10)
    ledger.sound(0, 10)
    ledger.look(10 + HLS_STORE - 0.1)
    assert told(ledger)["gaps"] == 0
    ledger.look(10 + HLS_STORE + 0.1)
    assert told(ledger)["gaps"] == 1
    ledger.arrival(0, 23)
    assert ledger.longest[0] == pytest.approx(13 - 2 * 3.84)


def test_each_trouble_counts_once_for_each_listener() -> None:
    ledger = Ledger(2)
    listening(ledger, 0)
    for _ in range(3):
        ledger.trouble(0, Trouble.ENDED, broken=True)
        ledger.trouble(0, Trouble.FULL, limit="files")
    report = told(ledger)
    assert report["troubles"] == {Trouble.ENDED.value: 1, Trouble.FULL.value: 1}
    assert (report["troubled"], report["gaps"], report["limits"]) == (1, 1, {"files": 3})
    assert report["workers"][1][4] == report["troubles"]


def test_the_wait_between_two_connections_is_a_gap_too() -> None:
    ledger = Ledger(1)
    listening(ledger, 0)
    ledger.trouble(0, Trouble.ENDED, broken=True)
    assert ledger.state(0) is State.BROKEN
    ledger.answer(0, SOUTH, 14)
    ledger.sound(0, 14.2)
    assert ledger.longest[0] == pytest.approx(4)
    assert told(ledger)["joined"] == 1


def test_who_never_heard_again_has_waited_to_the_end() -> None:
    ledger = Ledger(2)
    listening(ledger, 0)
    ledger.trouble(0, Trouble.ENDED, broken=True)
    longest = Tally().put(ledger.last_report([0.32], 30.2)["longest"]).spread()
    assert longest.count == 1
    assert longest.most == pytest.approx(20)


def test_who_goes_on_purpose_misses_nothing() -> None:
    ledger = Ledger(1)
    listening(ledger, 0)
    ledger.leave(0)
    assert ledger.look(60) == ([], [])
    listening(ledger, 0, 61)
    report = told(ledger)
    assert (report["arrived"], report["opened"], report["heard"], report["left"]) == (1, 2, 2, 1)
    assert ledger.longest[0] == 0


def test_a_worker_has_those_who_read_from_it() -> None:
    """Not those who stopped on purpose: of them alone nobody could say that it is silent."""
    ledger = Ledger(3)
    for one in range(3):
        listening(ledger, one, head=SOUTH)
    ledger.stall(0)
    ledger.detach(0)
    ledger.detach(1)
    assert told(ledger)["workers"][1][:3] == ["south", 3, 1]


def test_a_longer_cadence_is_reckoned_with_for_a_while() -> None:
    """Others may still wait for their part of it."""
    ledger = Ledger(1)
    for cadence, now, known in ((12, 1, 12), (1, 2, 12), (1, 14, 1), (3, 15, 3)):
        ledger.cadence_is(cadence, now)
        assert ledger.cadence == known
    assert ledger.report()["cadence"] == 12
