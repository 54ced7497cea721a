"""Half an hour of one speaker without loss: `python -m bench.soak`, once a night.

What must hold: of what the network did not lose, nothing is lost by us. Judged by counts, so
that a busy machine spoils nothing; ends with status 1 if a packet was late, dropped or missed.
"""

import argparse
import asyncio
import sys

import aioice.ice

from tests.coded_noise import coded_noise
from tests.relay import LOOPBACK
from tests.stage.lossy import CASES, Ours, run, speech_packets, told

SECONDS = 20
"""So much noise is sent again and again."""


async def soak(minutes: float) -> bool:
    """Return whether everything that was sent was played."""
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [LOOPBACK]
    noise = coded_noise(SECONDS)
    packets = speech_packets(noise, 0) * max(1, round(minutes * 60 / SECONDS))
    way, end = await run(CASES[0], packets, ours=True, seed=1)
    assert isinstance(end, Ours)
    heard = told(way, end, noise)
    missing = way.sound - heard.taken
    print(f"sent {heard.sent}, came {heard.came}, played {heard.taken}, late {heard.late}")
    print(f"dropped {heard.dropped}, lost {heard.lost_here}, trims {heard.trims}")
    print(f"ticks held up by the machine {100 * heard.held_up:.2f} %; frames {heard.reasons}")
    return not (missing or heard.late or heard.dropped or heard.lost_here)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="how long to speak")
    options = parser.parse_args()
    sys.exit(0 if asyncio.run(soak(options.minutes)) else 1)


if __name__ == "__main__":
    main()
