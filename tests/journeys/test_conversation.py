"""Two people talk from two real browsers on two hosts; the cable of one is pulled."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import pytest
from playwright.sync_api import Page, Playwright

from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE
from tests.coded_noise import WINDOW, coded_noise, find
from tests.journeys.browsers import Taped, chromium, go_on_stage, latencies, taped
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sounds import write_wav
from tests.network import Host, another_host


def phrases(seed: int) -> Pcm:
    """Return coded noise with a breath every two seconds.

    Browsers let go of sound that waits too long in pauses alone; people make some.
    """
    noise = coded_noise(30, seed, peak=0.4)
    breath = np.arange(len(noise)) % (2 * SAMPLE_RATE) < SAMPLE_RATE // 2
    return np.where(breath, np.float32(0), noise)


ANA, BEN = phrases(1), phrases(2)
HEARD = 0.6
ROUND_TRIP = 0.25
NOT_HEARD = 0.1
CONNECTED = "studio.stats().connected && studio.stats().hearing"


@dataclass(frozen=True, slots=True)
class Conversation:
    """Ana is here, Ben is on the other host, and both hear each other."""

    running: Running
    far: Host
    ana: Page
    ben: Page


@pytest.fixture(scope="module")
def talking(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Conversation]:
    if os.geteuid() != 0:
        pytest.skip("a second host needs root")
    tmp_path = tmp_path_factory.mktemp("conversation")
    with ExitStack() as stack:
        far = stack.enter_context(another_host())
        running = stack.enter_context(fullhouse_up(tmp_path, host=far.here))
        links = running.room("talk")
        there = far.program(tmp_path / "chromium-there", "chromium")
        pages = []
        for name, noise, binary in (("Ana", ANA, None), ("Ben", BEN, there)):
            wav = write_wav(tmp_path / f"{name}.wav", noise)
            browser = stack.enter_context(
                chromium(playwright, tmp_path / name, wav, binary=binary, trusts=running.house)
            )
            pages.append(browser.pages[0])
            go_on_stage(pages[-1], links["host"], name)
        for page in pages:
            page.wait_for_function(CONNECTED, timeout=20_000)
        yield Conversation(running, far, pages[0], pages[1])


def record(page: Page, stream: str, name: str) -> None:
    page.evaluate(f"tap({stream}, '{name}')")


def share(sent: Pcm, heard: Pcm) -> float:
    """Return which share of what is to be heard, breaths left out, is this voice.

    Windows at the ends of phrases, and where the browser catches up, are not recognised.
    """
    found = find(sent, heard, WINDOW)
    first, last = (round(second * SAMPLE_RATE) for second in (found.first, found.last))
    span = heard[first : last + WINDOW]
    blocks = span[: len(span) // WINDOW * WINDOW].reshape(-1, WINDOW)
    loud = int((np.abs(blocks).mean(axis=1) > 0.05).sum())
    return found.share * len(blocks) / max(loud, 10)


def lag(spoken: Taped, heard: Taped) -> float:
    """Return how many seconds the last moments took from mouth to ear."""
    count = min(len(heard.pcm), 6 * SAMPLE_RATE)
    first = len(heard.pcm) - count
    lately = Taped(heard.start + first / SAMPLE_RATE, heard.pcm[first:])
    return float(np.median(latencies(spoken, lately) or [np.inf]))


def test_they_hear_each_other_at_once(talking: Conversation) -> None:
    """From mouth to ear and back ≤ 250 ms; nobody hears themselves."""
    for page in (talking.ana, talking.ben):
        record(page, "microphone", "mouth")
        record(page, "returned", "return")
    # Browsers begin with much waiting, and let go of it in the breaths, bit by bit.
    for _ in range(6):
        time.sleep(6)
        there = lag(taped(talking.ana, "mouth"), taped(talking.ben, "return"))
        back = lag(taped(talking.ben, "mouth"), taped(talking.ana, "return"))
        print(f"there {there:.3f} s, back {back:.3f} s")
        if there + back <= ROUND_TRIP:
            break
    assert there + back <= ROUND_TRIP
    ana_hears, ben_hears = taped(talking.ana, "return"), taped(talking.ben, "return")

    assert share(BEN, ana_hears.pcm[SAMPLE_RATE:]) >= HEARD
    assert share(ANA, ben_hears.pcm[SAMPLE_RATE:]) >= HEARD
    assert share(ANA, ana_hears.pcm[SAMPLE_RATE:]) <= NOT_HEARD
    assert share(BEN, ben_hears.pcm[SAMPLE_RATE:]) <= NOT_HEARD


def test_a_pulled_cable_interrupts_nobody_for_long(talking: Conversation) -> None:
    """Five seconds without a network: within three of its return both hear each other again."""
    seat = talking.ben.evaluate("studio.stats().seat")
    talking.far.pull()
    time.sleep(5)
    record(talking.ana, "returned", "return")
    talking.far.plug()
    plugged = time.time()
    talking.ben.wait_for_function(CONNECTED, timeout=15_000)
    talking.ben.wait_for_timeout(1000)
    record(talking.ben, "returned", "return")
    time.sleep(4)
    ana_hears, ben_hears = taped(talking.ana, "return"), taped(talking.ben, "return")
    back_after = ana_hears.start + find(BEN, ana_hears.pcm, 1920).first - plugged
    print(f"Ben is heard {back_after:.2f} s after the cable is back")
    assert back_after <= 3
    assert share(BEN, ana_hears.pcm[-3 * SAMPLE_RATE :]) >= HEARD
    assert share(ANA, ben_hears.pcm[-3 * SAMPLE_RATE :]) >= HEARD
    assert talking.ben.evaluate("studio.stats().seat") == seat
    assert talking.ana.evaluate("studio.stats().seats") == 2
