"""How long the loop is kept from its work."""

import asyncio
import time

from fullhouse.edge.pulse import Pulse


async def test_a_halt_of_the_loop_is_seen() -> None:
    pulse = Pulse(asyncio.get_running_loop())
    await asyncio.sleep(0.12)
    time.sleep(0.2)  # noqa: ASYNC251 # the halt that is to be seen
    await asyncio.sleep(0.12)
    assert 0.1 < pulse.longest() < 2
    assert 0.005 < pulse.lag() < 0.2
    pulse.close()
