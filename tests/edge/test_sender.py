"""Writing one chunk to many sockets: all senders do the same."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from fullhouse.edge.roster import EMPTY, Entries, Roster
from fullhouse.edge.sender import GONE, Sender, write
from tests.edge.pairs import SENDERS, Pair, fill, heard, pairs


@pytest.fixture(params=SENDERS, ids=lambda sender: sender.name)
def sender(request: pytest.FixtureRequest) -> Iterator[Sender]:
    make: Callable[[], Sender] = request.param
    one = make()
    yield one
    one.close()


@pytest.fixture
def three() -> Iterator[list[Pair]]:
    with pairs(3) as made:
        yield made


def entries_of(sender: Sender, ears: list[int]) -> Entries:
    entries = sender.entries()
    for slot, ear in enumerate(ears):
        entries.put(slot, ear)
    return entries


def test_everybody_gets_the_same_bytes(sender: Sender, three: list[Pair]) -> None:
    ears = [ours.fileno() for ours, _ in three]
    entries = entries_of(sender, [ears[0], EMPTY, *ears[1:]])
    assert entries.send(0, 4, b"part") == []
    assert [theirs.recv(100) for _, theirs in three] == [b"part"] * 3


def test_chunks_of_every_length_follow_each_other(sender: Sender, three: list[Pair]) -> None:
    """An entry is ready before anybody knows how long a chunk will be."""
    entries = entries_of(sender, [ours.fileno() for ours, _ in three])
    chunks = [b"one", b"and two", b"", b"3" * 999, b"end"]
    for chunk in chunks:
        assert entries.send(0, 3, chunk) == []
    assert [heard(theirs) for _, theirs in three] == [b"".join(chunks)] * 3


def test_only_the_slots_that_are_meant_are_written_to(sender: Sender, three: list[Pair]) -> None:
    entries = entries_of(sender, [ours.fileno() for ours, _ in three])
    entries.send(1, 2, b"part")
    entries.send(2, 2, b"nobody")
    assert [heard(theirs) for _, theirs in three] == [b"", b"part", b""]


def test_who_does_not_take_all_is_named_with_what_they_took(
    sender: Sender, three: list[Pair]
) -> None:
    (full, _), (well, listener), (gone, far) = three
    far.close()
    fill(full)
    entries = entries_of(sender, [one.fileno() for one, _ in three])
    assert dict(entries.send(0, 3, b"part")) == {full.fileno(): 0, gone.fileno(): GONE}
    assert listener.recv(100) == b"part"
    assert well.fileno() >= 0


def test_a_chunk_that_fits_in_part_is_taken_in_part(sender: Sender) -> None:
    """Over TCP, as listeners come; what was taken is what was sent."""
    chunk = os.urandom(1_000_000)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        listener = socket.create_connection(server.getsockname())
        ours, _ = server.accept()
        ours.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
        [(ear, taken)] = entries_of(sender, [ours.fileno()]).send(0, 1, chunk)
        assert ear == ours.fileno()
        assert 0 < taken < len(chunk)
        ours.close()
        with listener, listener.makefile("rb") as stream:
            assert stream.read() == chunk[:taken]


def test_a_number_that_was_given_to_somebody_else_is_not_written_to(
    sender: Sender, three: list[Pair]
) -> None:
    roster = Roster(sender.entries())
    for ours, _ in three:
        roster.add(ours.fileno())
    number = three[1][0].detach()
    roster.remove(number)
    os.close(number)
    with pairs(1) as [(other, stranger)]:
        assert other.fileno() == number or os.dup2(other.fileno(), number)
        assert roster.send(0, roster.end, b"part") == []
        assert heard(stranger) == b""
    roster.close_ranks()
    roster.send(0, roster.end, b"!")
    assert [heard(theirs) for _, theirs in (three[0], three[2])] == [b"part!"] * 2


def test_a_thousand_take_more_than_one_turn_of_a_ring(sender: Sender) -> None:
    """Rings end, and begin again."""
    with pairs(50, space=200_000) as some:
        entries = entries_of(sender, [ours.fileno() for ours, _ in some] * 30)
        for _ in range(3):
            assert entries.send(0, 1500, b"x") == []
            assert {heard(theirs) for _, theirs in some} == {b"x" * 30}


def test_a_socket_that_is_full_takes_nothing_and_one_that_is_gone_is_gone(
    three: list[Pair],
) -> None:
    (full, _), _, (gone, far) = three
    fill(full)
    far.close()
    assert (write(full.fileno(), b"x"), write(gone.fileno(), b"x")) == (0, GONE)
