"""What one speaker sends hurts nobody else: two go on talking beside one who means harm."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fullhouse.media import Part, Pcm, Rendition
from fullhouse.programme import adts
from fullhouse.units import SAMPLE_RATE
from tests.coded_noise import find
from tests.players import decode
from tests.stage.caller import comb_noise, slots
from tests.stage.rooms import Room, staged, until

pytestmark = pytest.mark.paired

TICKS_LATE: int = 5
"""So many may come late while three processes and the tests share two cores."""
RECOGNISED: float = 0.93
"""0.97 and more where cores are free; on a crowded machine the two themselves send late."""
GROWTH: int = 48 * 1024
"""kB by which a stage may grow while it is attacked."""


def memory(pid: int) -> int:
    """Return how much memory a process holds, in kB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def sound(parts: list[Part]) -> Pcm:
    packets = [packet for part in parts for packet in part.packets[Rendition.AAC]]
    return decode(adts.frames(packets), "aac")


def alone(heard: Pcm, voice: int) -> Pcm:
    """Return what was heard in this voice's slots."""
    spectrum = np.fft.rfft(heard)
    spectrum[~slots(np.fft.rfftfreq(len(heard), 1 / SAMPLE_RATE), voice)] = 0
    return np.asarray(np.fft.irfft(spectrum, len(heard)), np.float32)


def level_db(heard: Pcm, voice: int) -> float:
    """Return how loud a voice is in what was heard, in dB of how loud it was sent.

    What is in the slots of the third voice, which nobody has, is noise: as much is in all.
    """
    energies = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) ** 2
    hertz = np.fft.rfftfreq(len(heard), 1 / SAMPLE_RATE)
    mine = energies[slots(hertz, voice)].sum() - energies[slots(hertz, 2)].sum()
    sent = np.resize(comb_noise(voice), len(heard)) * np.hanning(len(heard))
    whole = (np.abs(np.fft.rfft(sent)) ** 2)[slots(hertz, voice)].sum()
    return float(10 * np.log10(max(mine, 1e-9) / whole))


class Hostile:
    """The hostile process, as the test sees it."""

    def __init__(self, process: asyncio.subprocess.Process, seat: str) -> None:
        self.process = process
        self.seat = seat

    async def over(self) -> dict[str, Any]:
        """Wait until the next attack is over."""
        assert self.process.stdout is not None
        said: dict[str, Any] = json.loads(await self.process.stdout.readline())
        return said


async def hostile(room: Room, attacks: list[tuple[str, float]]) -> Hostile:
    order = {"bus": room.url, "slug": room.slug, "session": "mal", "attacks": attacks}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.stage.hostile", json.dumps(order), stdout=PIPE
    )
    room.callers.append(process)
    assert process.stdout is not None
    said = json.loads(await process.stdout.readline())
    assert said["status"] == 201, said
    return Hostile(process, said["seat"])


ATTACKS = [
    ("junk", 1.5),
    ("longest", 1.5),
    ("flood", 2.0),
    ("streams", 2.0),
    ("malformed", 1.5),
    ("bare", 1.5),
]


async def test_no_attack_harms_the_others_or_ends_the_attackers_own_session(nats_url: str) -> None:
    """Garbage, giants, floods: the two are recognised throughout, and the stage keeps its time."""
    async with staged(nats_url, "attacked") as room:
        await asyncio.gather(room.speaker("ana", 0), room.speaker("ben", 1))
        mal = await hostile(room, [("voice", 2.0), *ATTACKS, ("voice", 4.0)])
        await room.tell(muted=(mal.seat,))
        await mal.over()
        before, late = memory(room.said[-1].pid), room.said[-1].late_ticks
        first = len(room.parts)
        for name, _ in ATTACKS:
            said = await mal.over()
            assert (said["over"], said["state"]) == (name, "connected")
            assert said["sent"] > 40
        heard = sound(room.parts[first:])
        await until(lambda: (room.seat(mal.seat) or room.said[-1].seats[0]).level_db > -35, 3)
        seat = room.seat(mal.seat)
        assert seat is not None
        assert seat.connected
        assert room.said[-1].late_ticks - late <= TICKS_LATE
        assert memory(room.said[-1].pid) - before < GROWTH
    for voice in (0, 1):
        sent = np.tile(comb_noise(voice), 2)
        found = find(sent, alone(heard, voice)[4800:])
        assert found.share >= RECOGNISED, voice
        assert level_db(heard, voice) == pytest.approx(0, abs=1.5)


@pytest.mark.parametrize("garbage", ["noise", "offset"])
async def test_full_scale_garbage_leaves_the_others_their_level(
    nats_url: str, garbage: str
) -> None:
    """Heard by all, muted by nobody: and still the two are as loud as before."""
    async with staged(nats_url, garbage) as room:
        await asyncio.gather(room.speaker("ana", 0), room.speaker("ben", 1))
        mal = await hostile(room, [("silence", 4.0), (garbage, 0.5), (garbage, 4.0)])
        first = len(room.parts)
        await mal.over()
        before = sound(room.parts[first:])
        await mal.over()
        first = len(room.parts)
        await mal.over()
        heard = sound(room.parts[first:])
    for voice in (0, 1):
        usual = level_db(before, voice)
        assert usual == pytest.approx(0, abs=1.5)
        assert level_db(heard, voice) == pytest.approx(usual, abs=1)
