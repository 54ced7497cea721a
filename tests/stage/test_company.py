"""Everybody hears everybody else and never themselves: a real stage, real speakers, coded noise."""

import asyncio
import itertools
import json
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE
from tests.stage.company import voice_of
from tests.stage.rooms import Room, staged

pytestmark = pytest.mark.paired

TALKS = 9
"""Seconds."""
SETTLES = 3
THIN = 6


@dataclass(frozen=True)
class Return:
    """What one speaker heard."""

    pcm: Pcm
    sequences: list[int]
    arrivals: NDArray[np.float64]
    payloads: list[bytes]


async def converse(
    room: Room, folder: Path, voices: list[int | None], seconds: float
) -> list[Return]:
    """Have speakers talk for a while; return what each heard. `None` says nothing."""
    speakers = [{"session": f"session-{n}", "voice": voice} for n, voice in enumerate(voices)]
    order = {"bus": room.url, "slug": room.slug, "seconds": seconds, "folder": str(folder)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.stage.company",
        json.dumps(order | {"speakers": speakers}),
        stdout=PIPE,
    )
    room.callers.append(process)
    said, _ = await process.communicate()
    words: list[dict[str, Any]] = [json.loads(line) for line in said.splitlines()]
    assert [word["statuses"] for word in words[:-1]] == [[201, 201]] * len(voices)
    assert words[-1] == {"done": True}
    return [_heard(folder / f"{speaker['session']}.npz") for speaker in speakers]


def _heard(file: Path) -> Return:
    kept = np.load(file, allow_pickle=True)
    return Return(
        kept["pcm"],
        kept["sequences"].tolist(),
        kept["arrivals"],
        kept["payloads"].tolist(),
    )


class Known:
    """A noise that was sent round and round, to be found in what was heard."""

    def __init__(self, voice: int) -> None:
        self._sent = voice_of(voice)
        self._thin = np.fft.rfft(thinned(self._sent))

    def find(self, window: Pcm) -> tuple[float, Pcm]:
        """Return how much of it is in a window, where it fits best, and the piece that fits."""
        count = len(self._sent) // THIN
        cross = np.fft.irfft(self._thin * np.conj(np.fft.rfft(thinned(window), count)), count)
        near = int(np.argmax(cross)) * THIN
        places = np.arange(near - THIN, near + THIN + 1)
        pieces = [self._sent.take(place + np.arange(len(window)), mode="wrap") for place in places]
        return max(((share(piece, window), piece) for piece in pieces), key=lambda found: found[0])


def share(piece: Pcm, window: Pcm) -> float:
    """Return how much of a piece is in a window of the same length: 1 is as loud as it was sent.

    The projection of the window on the piece, normalised by the piece's energy.
    """
    return float(piece @ window / (piece @ piece))


def thinned(pcm: Pcm) -> Pcm:
    """Return sound at 8 kHz: the noise ends at 3.8."""
    pcm = pcm[: len(pcm) // THIN * THIN]
    spectrum = np.fft.rfft(pcm)[: len(pcm) // (2 * THIN) + 1]
    return np.asarray(np.fft.irfft(spectrum, len(pcm) // THIN) / THIN, np.float32)


def windows(ear: Return, beside: Return) -> list[tuple[Pcm, Pcm]]:
    """Return windows of what one speaker heard, and what another heard in the same ticks.

    A tick's packets leave the stage together, and every tick has one.
    """
    near = np.searchsorted(beside.arrivals, ear.arrivals - 0.005)
    ahead = int(np.median(near - np.arange(len(near))))
    size, first = SAMPLE_RATE // 5, SETTLES * SAMPLE_RATE
    last = min(len(ear.pcm), len(beside.pcm) - 960 * ahead) - size
    return [
        (ear.pcm[at : at + size], beside.pcm[at + 960 * ahead :][:size])
        for at in range(max(first, -960 * ahead), last, size)
    ]


def others_in(ear: Return, sent: Known) -> float:
    """Return how much of another's noise is in a return, in the best quarter of it.

    On a busy machine the speakers send unevenly, and what then comes late is concealed or shifted.
    """
    found = [sent.find(window)[0] for window, _ in windows(ear, ear)[::2]]
    return float(np.quantile(found, 0.75))


def own_in(ear: Return, beside: Return, sent: Known) -> float:
    """Return how much of a speaker's own noise is in their return.

    Where it would be is known from a return that has it: looked for everywhere, chance would
    find some.
    """
    shares = []
    for window, same in windows(ear, beside):
        there, piece = sent.find(same)
        if there > 0.8:
            shares.append(share(piece, window))
    assert len(shares) >= 3
    return abs(float(np.median(shares)))


@pytest.mark.parametrize("count", [2, 4, 13])
async def test_each_return_holds_exactly_the_others(
    nats_url: str, tmp_path: Path, count: int
) -> None:
    """All talk at once."""
    async with staged(nats_url, f"company-{count}") as room:
        returns = await converse(room, tmp_path, list(range(count)), TALKS)
        late, ticks = room.said[-1].late_ticks, room.said[-1].ticks
        hears = [seat.hears for news in room.said[-15:] for seat in news.seats]
        measured = [each for news in room.measured[-5:] for each in news.speakers]
    sent = [Known(voice) for voice in range(count)]
    own = [own_in(ear, returns[n - 1], sent[n]) for n, ear in enumerate(returns)]
    others = [
        others_in(ear, sent[other])
        for n, ear in enumerate(returns)
        for other in range(count)
        if other != n
    ]
    print(
        f"own ≤ {max(own):.3f}, others {min(others):.3f} to {max(others):.3f}, late {late}/{ticks}"
    )
    assert any(hears)
    trips = [each.round_trip_ms for each in measured if each.round_trip_ms is not None]
    assert trips
    assert {each.return_loss for each in measured} <= {None, 0.0}
    assert max(own) < 0.15
    assert min(others) > 0.8
    for heard in returns:
        assert len(heard.payloads) > 50 * (TALKS - 2)
        steps = itertools.pairwise(heard.sequences)
        assert {(after - before) & 0xFFFF for before, after in steps} == {1}


async def test_the_silent_share_one_encode_and_who_speaks_has_their_own(
    nats_url: str, tmp_path: Path
) -> None:
    async with staged(nats_url, "shared") as room:
        talker, *silent = await converse(room, tmp_path, [7, None, None], 4)
    first, second = (list(heard.payloads[-100:-50]) for heard in silent)
    whole = list(silent[1].payloads)
    assert any(whole[at : at + 50] == first for at in range(len(whole) - 50))
    assert second[0] in silent[0].payloads
    assert not set(first) & set(talker.payloads)
    assert np.abs(talker.pcm).max() < 0.01
