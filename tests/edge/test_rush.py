"""A crowd that comes all at once, to workers that have listeners already."""

import asyncio
from contextlib import ExitStack

import httpx

from fullhouse.wire import RoomState
from tests.ears import Ears
from tests.edge.alone import Alone, edge_process
from tests.edge.stand import stage
from tests.edge.test_crowd import crowd, known, speak

LISTENERS = 200
NEWCOMERS = 2_000


async def joined(one: Alone) -> float:
    """Return how many ears have come to a worker."""
    async with httpx.AsyncClient() as client:
        text = (await client.get(f"http://127.0.0.1:{one.admin_port}/metrics")).text
    return float(text.split("\nfullhouse_edge_joined_total ")[1].split("\n")[0])


async def test_a_crowd_at_the_door_is_let_in_and_nobody_inside_notices(nats_url: str) -> None:
    """Two workers share a port: each lets half of them in, and goes on sending meanwhile."""
    with ExitStack() as stack:
        first = stack.enter_context(edge_process(nats_url, "rush-0"))
        second = stack.enter_context(edge_process(nats_url, "rush-1", port=first.port))
        async with stage(nats_url, "rush") as house:
            for one in (first, second):
                await known(one, house, RoomState.LIVE)
            async with crowd(first.port, "/rush/live.mp4", LISTENERS) as inside:
                speaking = asyncio.create_task(speak(house, 5))
                await asyncio.to_thread(inside.wait_for, 2)
                late = Ears("127.0.0.1", first.port, "/rush/live.mp4", NEWCOMERS)
                await asyncio.to_thread(late.__enter__)
                await asyncio.to_thread(late.wait_for, 3)
                await speaking
                shares = [await joined(first), await joined(second)]
                await asyncio.to_thread(late.__exit__, None, None, None)
            waits = late.first_sounds()
            print(f"first sound after {waits[-1]:.2f} s at most, p99 {waits[-20]:.2f} s")
            print(f"longest gap inside {inside.longest_gap():.2f} s; shares {shares}")
            for ears in (inside, late):
                assert (ears.ended(), ears.breaks(), ears.wrong()) == (0, [], [])
            assert late.statuses() == {200: NEWCOMERS}
            assert waits[-20] < 2
            assert inside.longest_gap() < 1.0
            assert sum(shares) == LISTENERS + NEWCOMERS
            assert min(shares) > 0.44 * sum(shares)
