"""A worker, put together."""

from fullhouse.edge.limits import Capacity
from fullhouse.units import RoomSlug
from tests.edge.stand import live_room, small_worker


async def test_ears_are_those_on_streams_and_players_seen_lately() -> None:
    worker = small_worker(Capacity(10, 1))
    room = live_room(worker)

    class Line:
        def head_is_late(self) -> None: ...
        def idle_is_over(self) -> bool:
            return True

        def cut(self) -> None: ...

    assert room.ears() == 0
    worker.lobby.see(RoomSlug("demo"), Line())
    assert room.ears() == 1
    worker.close()
