"""What processes tell is put together: by the second, and at the end."""

from typing import Any

import pytest

from fullhouse.rehearsal.findings import Findings, Trouble, Way, WorkerFound
from fullhouse.rehearsal.gathering import Gathering
from fullhouse.rehearsal.http import Head
from fullhouse.rehearsal.ledger import Ledger
from fullhouse.rehearsal.script import Script

START = 1_000.0


def found(gathering: Gathering, **more: Any) -> Findings:
    asked: dict[str, Any] = {
        "url": "http://h/demo", "began": "", "hardware": {}, "processes": 2, "complete": True,
        "ears": [], "server_said": [],
    }  # fmt: skip
    return gathering.findings(**asked | more)


def joins(ledger: Ledger, one: int, at: float) -> None:
    ledger.arrive(one, Way.PUSH, START + at)
    ledger.answer(one, Head(200, 0, edge="north"), START + at + 0.1)
    ledger.sound(one, START + at + 0.1)


def test_two_processes_are_one_crowd() -> None:
    gathering = Gathering(Script(4, 2, 5), ["a", "b"], START)
    ledgers = {"a": Ledger(2), "b": Ledger(2)}
    for at, name in ((0.1, "a"), (0.2, "b")):
        joins(ledgers[name], 0, at)
        gathering.take(name, {"at": 1, **ledgers[name].report()})
    assert gathering.complete(1)
    joins(ledgers["a"], 1, 1.5)
    gathering.take("a", {"at": 2, **ledgers["a"].report()})
    assert not gathering.complete(2)
    gathering.take("b", {"at": 2, **ledgers["b"].report()})
    assert gathering.complete(2)
    progress = gathering.progress("")
    assert (progress.arrived, progress.joined, progress.newest.hearing) == (3, 3, 3)
    for ledger in ledgers.values():
        gathering.take_last(ledger.last_report([0.32], START + 7))
    findings = found(gathering)
    assert [(one.at, one.joined, one.hearing) for one in findings.timeline] == [
        (0, 2, 2),
        (1, 1, 3),
    ]
    assert findings.first_sound.count == findings.longest_gap.count == 3
    assert findings.workers == [WorkerFound("north", 3)]
    assert findings.join_rate == 2
    assert findings.ways == {Way.PUSH: 3, Way.HLS: 0}


def test_a_process_that_tells_nothing_holds_up_nobody() -> None:
    gathering = Gathering(Script(4, 2, 5), ["a", "b"], START)
    gathering.take("a", {"at": 5, **Ledger(1).report()})
    assert gathering.complete(5)
    assert gathering.progress("").newest.at == 2


def test_a_process_that_died_takes_its_listeners_along() -> None:
    gathering = Gathering(Script(4, 2, 5), ["a", "b"], START)
    gathering.lost("b", 2)
    assert found(gathering).troubles == {Trouble.OUR_OWN: 2}


def test_who_listened_when_a_trouble_first_came() -> None:
    gathering, ledger = Gathering(Script(4, 2, 5), ["a"], START), Ledger(4)
    for one in range(3):
        joins(ledger, one, 0.1)
    gathering.take("a", {"at": 1, **ledger.report()})
    gathering.complete(1)
    ledger.arrive(3, Way.PUSH, START + 1.1)
    ledger.trouble(3, Trouble.REFUSED)
    gathering.take("a", {"at": 2, **ledger.report()})
    assert found(gathering).first_trouble == {Trouble.REFUSED: 3}


def test_a_worker_that_stands_still_is_found() -> None:
    gathering, ledger = Gathering(Script(4, 2, 20), ["a"], START), Ledger(1)
    joins(ledger, 0, 0.1)
    for at in range(1, 10):
        if at in (1, 2, 8, 9):
            ledger.arrival(0, START + at - 0.1)
        ledger.look(START + at)
        gathering.take("a", {"at": at, **ledger.report()})
    (worker,) = found(gathering).workers
    assert worker.silent_from == pytest.approx(1.9)
    assert worker.silent_to == 8


def test_the_time_between_two_joins_counts_while_others_wait() -> None:
    """One lock that all must pass shows in it; an empty doorway does not."""
    gathering, ledger = Gathering(Script(30, 2, 20), ["a"], START), Ledger(30)
    for one in range(30):
        ledger.arrive(one, Way.PUSH, START + 0.01 * one)
    gathering.take("a", {"at": 1, **ledger.report()})
    for one in range(10):
        ledger.sound(one, START + 1.05 + 0.2 * one)
        if one in (4, 9):
            gathering.take("a", {"at": 2 + one // 5, **ledger.report()})
    between = found(gathering).between_joins
    assert between.count == 9
    assert between.p50 == pytest.approx(0.2, rel=0.03)


def test_the_time_between_two_joins_does_not_count_while_nobody_waits() -> None:
    gathering, ledger = Gathering(Script(30, 2, 20), ["a"], START), Ledger(30)
    for second in range(1, 4):
        for one in range(second * 3 - 3, second * 3):
            joins(ledger, one, second - 0.9 + 0.2 * (one % 3))
        gathering.take("a", {"at": second, **ledger.report()})
    assert found(gathering).between_joins.count == 0
