"""What io_uring alone can get wrong. What all senders do is in test_sender."""

import errno

import pytest

from fullhouse.edge import uring
from fullhouse.edge.ring import Ring
from fullhouse.edge.uring import UringSender
from tests.edge.pairs import fill, heard, pairs, uring_works

pytestmark = pytest.mark.skipif(not uring_works(), reason="io_uring is not for us here")


def test_what_a_ring_does_not_take_is_written_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody goes without, and nobody gets it twice."""
    sender = UringSender()
    submit = Ring.submit

    def take_two(ring: Ring, entries: memoryview) -> tuple[int, list[tuple[int, int]]]:
        _, failed = submit(ring, entries[: 2 * 64])
        return 2, failed

    monkeypatch.setattr(Ring, "submit", take_two)
    with pairs(5) as some:
        entries = sender.entries()
        for slot, (ours, _) in enumerate(some):
            entries.put(slot, ours.fileno())
        fill(some[0][0])
        fill(some[4][0])
        short = entries.send(0, 5, b"part")
        assert dict(short) == {some[0][0].fileno(): 0, some[4][0].fileno(): 0}
        assert [heard(theirs) for _, theirs in some[1:4]] == [b"part"] * 3
    sender.close()


def test_a_chunk_that_is_too_long_for_the_ring_goes_another_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uring, "CHUNK_BYTES", 3)
    sender = UringSender()
    with pairs(1) as [(ours, theirs)]:
        entries = sender.entries()
        entries.put(0, ours.fileno())
        assert entries.send(0, 1, b"part") == []
        assert heard(theirs) == b"part"
    sender.close()


@pytest.mark.parametrize(
    ("result", "taken"),
    [(0, 0), (5, 5), (-errno.EAGAIN, 0), (-errno.EPIPE, -1), (-errno.ECONNRESET, -1)],
)
def test_results_are_read_as_those_of_write(result: int, taken: int) -> None:
    assert uring._taken(result) == taken
