"""What connections share."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from fullhouse.edge.limits import Capacity, Place
from fullhouse.edge.lobby import Lobby
from fullhouse.units import RoomSlug
from tests.edge.stand import small_worker


class Line:
    """A connection that notes what the lobby does with it."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def head_is_late(self) -> None:
        self.done.append("late")

    def idle_is_over(self) -> bool:
        self.done.append("idle")
        return True

    def cut(self) -> None:
        self.done.append("cut")


@pytest.fixture
async def lobby() -> AsyncIterator[Lobby]:
    worker = small_worker(Capacity(3, 1))
    yield worker.lobby
    worker.close()


async def test_places_are_counted_and_given_back(lobby: Lobby) -> None:
    lines = [Line() for _ in range(5)]
    places = [lobby.enter(line) for line in lines]
    assert places == [Place.ROOM] * 3 + [Place.FULL, Place.NONE]
    assert (lobby.connections, lobby.turned_away) == (5, 2)
    for line in lines:
        lobby.leave(line)
    assert lobby.enter(Line()) is Place.ROOM


async def test_a_refused_caller_has_a_moment_to_read_why(lobby: Lobby) -> None:
    line = Line()
    lobby.enter(line)
    lobby.linger(line, 0.05)
    await asyncio.sleep(0)
    assert line.done == []
    await asyncio.sleep(0.1)
    assert line.done == ["cut"]


async def test_a_player_counts_until_its_connection_ends(lobby: Lobby) -> None:
    line, demo = Line(), RoomSlug("demo")
    lobby.enter(line)
    lobby.see(demo, line)
    ears = lobby._players.count(demo, lobby.clock.now())
    lobby.leave(line)
    assert (ears, lobby._players.count(demo, lobby.clock.now())) == (1, 0)


async def test_all_connections_end_with_the_lobby(lobby: Lobby) -> None:
    line = Line()
    lobby.enter(line)
    lobby.close()
    assert line.done == ["cut"]
