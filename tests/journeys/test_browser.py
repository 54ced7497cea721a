"""A person speaks in the studio; another hears it on the listener's page. Real Chromium, twice."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Playwright, expect

from fullhouse.units import SAMPLE_RATE
from tests.coded_noise import coded_noise, find
from tests.journeys.browsers import chromium, go_on_stage, latencies, press_listen, taped
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sounds import speaking, write_wav


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with fullhouse_up(tmp_path_factory.mktemp("browser")) as up:
        yield up


def test_a_voice_in_the_studio_is_heard_on_the_page(
    running: Running, playwright: Playwright, tmp_path: Path
) -> None:
    """The right sound in the page's audio graph; mouth to ear ≤ 0.8 s (median)."""
    links = running.room("spoken")
    noise = coded_noise(30, peak=0.5)
    wav = write_wav(tmp_path / "microphone.wav", noise)
    with (
        chromium(playwright, tmp_path / "speaker", wav) as speaker,
        chromium(playwright, tmp_path / "listener") as listener,
    ):
        studio, page = speaker.pages[0], listener.pages[0]
        go_on_stage(studio, links["host"])
        running.wait_for_state("spoken", "live")
        press_listen(page, links["listen"])
        page.wait_for_function("window.fullhouse.audio.currentTime > 0 && !fullhouse.audio.paused")
        studio.evaluate("tap(microphone)")
        time.sleep(4)
        page.evaluate("tap(fullhouse.audio.captureStream())")
        time.sleep(12)
        heard, spoken = taped(page), taped(studio)
    found = find(noise, heard.pcm[SAMPLE_RATE:], 960)
    print(f"in the page: {found}")
    assert found.share >= 0.9
    seconds = latencies(spoken, heard)
    assert len(seconds) >= 5
    print(f"mouth to ear: median {np.median(seconds):.3f} s of {len(seconds)} windows")
    assert np.median(seconds) <= 0.8


def test_the_first_sound_comes_soon(
    running: Running, playwright: Playwright, tmp_path: Path
) -> None:
    """From a first visit with an empty cache to the first sound: ≤ 1.5 s, median of five."""
    links = running.room("soon")
    noise = write_wav(tmp_path / "noise.wav", coded_noise(30, peak=0.5))
    seconds = []
    with speaking(running, "soon", noise):
        running.wait_for_state("soon", "live")
        time.sleep(1)
        for visit in range(5):
            with chromium(playwright, tmp_path / f"visit{visit}") as browser:
                page = browser.pages[0]
                began = time.monotonic()
                press_listen(page, links["listen"])
                page.wait_for_function("fullhouse.audio.currentTime > 0 && !fullhouse.audio.paused")
                page.wait_for_function(
                    "const a = fullhouse.audio; (window.t0 ??= a.currentTime) < a.currentTime"
                )
                seconds.append(time.monotonic() - began)
                expect(page.get_by_role("button", name="Stop")).to_be_visible()
    print(f"first visit to first sound: {[f'{value:.2f}' for value in seconds]}")
    assert np.median(seconds) <= 1.5
