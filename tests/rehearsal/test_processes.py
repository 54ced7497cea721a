"""Children tell their last and end, whatever happens to them or to their parent."""

import os
import select
import time

import psutil

from fullhouse.rehearsal.processes import Processes, files_each, processes
from fullhouse.rehearsal.teller import Teller


def until_told(over: int, parent: Teller) -> None:
    parent.tell({"kind": "begun"})
    select.select([over], [], [])
    parent.tell({"kind": "last"})
    parent.finish(1)


def deaf(over: int, parent: Teller) -> None:
    parent.tell({"kind": "begun"})
    time.sleep(60)


def broken(over: int, parent: Teller) -> None:
    raise ValueError("a bug")


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def gather(held: Processes, kind: str, count: int) -> None:
    told: list[object] = []
    end = time.monotonic() + 10
    while told.count(kind) < count:
        assert time.monotonic() < end
        told += [report.get("kind") for _, report in held.wait(0.1)]


def test_all_tell_their_last_and_end() -> None:
    before = children()
    with processes() as held:
        for name in ("a", "b", "c"):
            held.start(name, until_told)
        gather(held, "begun", 3)
        assert held.running == ["a", "b", "c"]
        held.end()
        gather(held, "last", 3)
        while held.running:
            held.wait(0.1)
    assert not children() - before


def test_who_does_not_end_is_killed() -> None:
    before = children()
    began = time.monotonic()
    with processes(0.2) as held:
        held.start("deaf", deaf)
        gather(held, "begun", 1)
    assert time.monotonic() - began < 10
    assert not children() - before


def test_one_that_breaks_is_noticed() -> None:
    with processes() as held:
        held.start("broken", broken)
        while held.running:
            held.wait(0.1)


def test_children_end_with_their_parent() -> None:
    """The parent is killed without a word: the pipe that it held closes."""
    read, write = os.pipe()
    parent = os.fork()
    if parent == 0:
        with processes() as held:
            held.start("child", until_told)
            gather(held, "begun", 1)
            os.write(write, str(min(children())).encode())
            time.sleep(60)
        os._exit(0)
    orphan = psutil.Process(int(os.read(read, 20)))
    os.kill(parent, 9)
    os.waitpid(parent, 0)
    os.close(read)
    os.close(write)
    orphan.wait(10)


def test_a_process_keeps_files_for_other_things() -> None:
    assert 100 < files_each() < 1_048_576


def test_nothing_runs_that_was_not_started() -> None:
    with processes() as held:
        assert held.running == []
        assert held.wait(0) == []
