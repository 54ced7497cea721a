"""Which sender a worker uses."""

import errno
from typing import Never

import pytest

from fullhouse.edge import choice
from fullhouse.edge.choice import choose, works
from fullhouse.edge.roster import Short
from fullhouse.edge.sender import Sender, WriteEntries, WriteSender
from tests.edge.pairs import SENDERS


@pytest.mark.parametrize("make", SENDERS)
def test_a_sender_is_tried_before_it_is_used(make: type[Sender]) -> None:
    sender = make()
    assert works(sender)
    sender.close()


def test_the_plain_one_is_there_for_the_asking() -> None:
    assert choose("write")[0].name == "write"


@pytest.mark.skipif(len(SENDERS) == 1, reason="io_uring is not for us here")
@pytest.mark.parametrize("setting", ["auto", "uring"])
def test_io_uring_is_used_where_it_works(setting: str) -> None:
    sender, why_not = choose(setting)
    assert (sender.name, why_not) == ("uring", "")
    sender.close()


def forbidden() -> Never:
    raise OSError(errno.EPERM, "Operation not permitted")


def test_a_system_that_forbids_io_uring_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "UringSender", forbidden)
    sender, why_not = choose("auto")
    assert (sender.name, why_not) == ("write", "no io_uring: Operation not permitted")


class Deaf(WriteEntries):
    def send(self, start: int, stop: int, chunk: bytes) -> Short:
        return []


class Boastful(WriteSender):
    name = "uring"

    def entries(self) -> WriteEntries:
        return Deaf()


def test_io_uring_that_only_says_that_it_sends_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choice, "UringSender", Boastful)
    sender, why_not = choose("auto")
    assert (sender.name, why_not) == ("write", "io_uring does not do here what it should")
