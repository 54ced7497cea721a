"""A voice goes in by every door and comes out of every output, as it was spoken."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE
from tests.coded_noise import coded_noise, find, loudness
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sounds import icecast_source, record_all, speaking, write_wav

SECONDS = 26
BEGUN = 4
"""Seconds after which five new players at once have found their feet."""
JUDGED = 20
SETTLED = 6
"""Seconds of sound before an HLS player's first segment holds nothing else."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with fullhouse_up(tmp_path_factory.mktemp("sound")) as up:
        yield up


@pytest.fixture(scope="module")
def noise() -> Pcm:
    """Long enough that it is not heard twice."""
    return coded_noise(90, peak=0.5)


def judge(outputs: dict[str, Pcm], noise: Pcm) -> dict[str, str]:
    """Return what is wrong with each output: nothing, if all is well."""
    wrong = {}
    for name, pcm in outputs.items():
        heard = pcm[BEGUN * SAMPLE_RATE : (BEGUN + JUDGED) * SAMPLE_RATE]
        found = find(noise, heard, 960)
        print(f"{name}: {found.share:.4f} found, jumps {found.jumps}")
        whole = found.last - found.first > JUDGED - 0.2
        if not (found.share >= 0.99 and found.worst_jump() <= 20 and whole):
            wrong[name] = repr(found)
    return wrong


def test_an_icecast_source_and_a_whip_client_come_out_of_every_output(
    running: Running, noise: Pcm, tmp_path: Path
) -> None:
    """In two rooms at once: ≥ 99 % of 40 ms windows over 20 s, no gap or repeat over 20 ms."""
    links = running.room("by-icecast")
    running.room("by-whip")
    wav = write_wav(tmp_path / "noise.wav", noise)
    with icecast_source(links, wav), speaking(running, "by-whip", wav):
        for slug in ("by-icecast", "by-whip"):
            running.wait_for_state(slug, "live")
        time.sleep(SETTLED)
        outputs = record_all(running.edge, ("by-icecast", "by-whip"), SECONDS, tmp_path)
    assert not judge(outputs, noise)


@pytest.mark.paired
def test_three_speakers_are_equally_loud_in_every_output(running: Running, tmp_path: Path) -> None:
    """Two by WHIP and one by Icecast: each found, within ± 1 dB of each other."""
    voices = {seed: coded_noise(60, seed=seed, peak=0.3) for seed in (1, 2, 3)}
    files = {seed: write_wav(tmp_path / f"{seed}.wav", pcm) for seed, pcm in voices.items()}
    links = running.room("three")
    with ExitStack() as stack:
        stack.enter_context(icecast_source(links, files[1]))
        stack.enter_context(speaking(running, "three", files[2], "Two"))
        stack.enter_context(speaking(running, "three", files[3], "Three"))
        running.wait_for_state("three", "live")
        time.sleep(4)
        outputs = record_all(running.edge, ("three",), 10, tmp_path)
    for name, pcm in outputs.items():
        heard = pcm[2 * SAMPLE_RATE :]
        gains = [loudness(voice, heard) for voice in voices.values()]
        print(name, [f"{value:.2f} dB" for value in gains])
        assert max(gains) - min(gains) <= 2.0, name
        assert min(gains) > -6, name
