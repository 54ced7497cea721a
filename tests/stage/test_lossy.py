"""Speech that survives bad networks, over real UDP, and beside what aiortc would make of it."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections import deque
from typing import Any

import numpy as np
import pytest

from fullhouse.stage.opus import OpusDecoder
from fullhouse.stage.playout import Packet
from fullhouse.stage.voice import Voice
from fullhouse.units import FRAME_SAMPLES, Micros
from tests.coded_noise import coded_noise
from tests.relay import weather
from tests.stage.lossy import CASES, Case, Heard, recognised, speech_packets

SECONDS = 12
HELD_UP = 0.03
"""A machine that is so often late by itself says nothing about networks."""
DELAYS = 25_000
"""µs that a packet takes where nothing is said of it."""


async def all_heard(**order: Any) -> dict[str, Heard]:
    """Return what a process of its own heard, by the network's name."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.stage.lossy", json.dumps(order), stdout=PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    told = [json.loads(line) for line in said.splitlines()]
    return {name: Heard(**facts) for name, facts in told}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_speech_comes_through_whatever_the_machine_does(case: Case) -> None:
    """The same networks in time that one counts, for three patterns of each."""
    noise = coded_noise(SECONDS)
    packets = speech_packets(noise, round(case.loss * 100))
    for seed in (1, 2, 3):
        delay = {"delay_ms": 50, "jitter_ms": 30} if case.jitter else {"delay_ms": DELAYS / 1000}
        pattern = weather(loss=case.loss, burst=case.burst, seed=seed, **delay)
        voice, frames = Voice(OpusDecoder()), []
        delays = [(pattern.of(number), number) for number in range(len(packets))]
        coming = deque(sorted((20 * n + ms, n) for ms, n in delays if ms is not None))
        for tick in range(len(packets)):
            while coming and coming[0][0] <= 20 * tick:
                came, n = coming.popleft()
                voice.put(Packet(n, n * 960, Micros(round(came * 1000)), packets[n]))
            pcm = voice.take(Micros(tick * 20_000)).pcm
            frames.append(np.zeros(FRAME_SAMPLES, np.float32) if pcm is None else pcm)
        share, _ = recognised(noise, np.concatenate(frames))
        assert share * 100 >= case.least


@pytest.mark.paired
@pytest.mark.timeout(300)
async def test_speech_comes_through_loss_jitter_and_reordering() -> None:
    """Over real UDP: as many windows as are promised, and more than with aiortc's receiver.

    What the machine took from us by standing still is not asked for.
    """
    names = [case.name for case in CASES]
    for _ in range(2):
        ours = await all_heard(ours=True, seconds=SECONDS, cases=names)
        if max(heard.held_up for heard in ours.values()) < HELD_UP:
            break
    stock = await all_heard(ours=False, seconds=SECONDS, cases=names)
    print(f"\nload {os.getloadavg()[0]:.1f}; recognised windows in %: ours, aiortc's")
    for name in names:
        print(f"{name:28} {ours[name].share:6} {stock[name].share:6}  {ours[name]}")
    for case in CASES:
        heard = ours[case.name]
        assert heard.share >= case.least - 200 * heard.held_up, case.name
        assert heard.lost == stock[case.name].lost, case.name
        if case.loss and heard.held_up < HELD_UP:
            assert heard.share > stock[case.name].share, case.name


@pytest.mark.long(63)
async def test_what_the_network_did_not_lose_is_heard() -> None:
    """A minute: every packet that came was played, none too late and none dropped."""
    ((heard),) = (await all_heard(ours=True, seconds=60, cases=["no loss"])).values()
    assert heard.sent == heard.came == 3000
    assert heard.late == heard.dropped == heard.lost_here == 0
    assert heard.taken == heard.came
    assert heard.share >= 99 - 200 * heard.held_up
