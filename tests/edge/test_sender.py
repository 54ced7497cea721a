"""Writing one chunk to many sockets."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from fullhouse.edge.roster import EMPTY
from fullhouse.edge.sender import GONE, WriteSender, write

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pairs() -> Iterator[list[Pair]]:
    made = [socket.socketpair() for _ in range(3)]
    for ours, _ in made:
        ours.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    yield made
    for pair in made:
        for one in pair:
            one.close()


def test_everybody_gets_the_same_bytes(pairs: list[Pair]) -> None:
    ears = [ours.fileno() for ours, _ in pairs]
    assert WriteSender().send([ears[0], EMPTY, *ears[1:]], b"part") == []
    assert [theirs.recv(100) for _, theirs in pairs] == [b"part"] * 3


def test_who_does_not_take_all_is_named_with_what_they_took(pairs: list[Pair]) -> None:
    (full, _), (well, listener), (gone, far) = pairs
    far.close()
    while write(full.fileno(), b"x" * 1000) == 1000:
        pass
    short = dict(WriteSender().send([one.fileno() for one, _ in pairs], b"part"))
    assert short == {full.fileno(): 0, gone.fileno(): GONE}
    assert listener.recv(100) == b"part"
    assert well.fileno() not in short


def test_a_chunk_that_fits_in_part_is_taken_in_part() -> None:
    """Over TCP, as listeners come."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        listener = socket.create_connection(server.getsockname())
        ours, _ = server.accept()
        ours.setblocking(False)
        taken = write(ours.fileno(), bytes(50_000_000))
        assert 0 < taken < 50_000_000
        ours.close()
        listener.close()
