"""The studio in real browsers: nobody can be heard, one is asked, one person opens it twice."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.coded_noise import coded_noise
from tests.journeys.api import Api
from tests.journeys.browsers import chromium, go_on_stage
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sounds import write_wav

pytestmark = [pytest.mark.paired, pytest.mark.xdist_group("studio")]

ALARMED_WITHIN = 3.0
LET_GO_WITHIN = 3.0
CONNECTED = "studio.stats().connected"
ALONE = "delete window.BroadcastChannel"
"""So that a window learns of the other from the stage alone, as in two browsers."""


@dataclass(frozen=True, slots=True)
class Studios:
    """Ana is the host, Ben a speaker; both are on stage and muted, and the doors are open."""

    running: Running
    api: Api
    browser: BrowserContext
    ana: Page
    ben: Page


@pytest.fixture
def studios(playwright: Playwright, tmp_path: Path) -> Iterator[Studios]:
    wav = write_wav(tmp_path / "noise.wav", coded_noise(20, peak=0.3))
    with (
        fullhouse_up(tmp_path) as running,
        chromium(playwright, tmp_path / "ana", wav) as first,
        chromium(playwright, tmp_path / "ben", wav) as second,
    ):
        links = running.room("salon", "--starts", "+3d")
        api = Api(running, links)
        made = api.ask("POST", "/invitations", {"role": "speaker", "name": "Ben"})
        second.add_init_script(ALONE)
        ana, ben = first.pages[0], second.pages[0]
        go_on_stage(ana, links["host"], "Ana")
        go_on_stage(ben, made["link"], "Ben")
        for page in (ana, ben):
            page.wait_for_function(CONNECTED)
            page.keyboard.press("m")
            page.wait_for_function("studio.stats().muted")
        ana.get_by_role("button", name="Open doors").click()
        running.wait_for_state("salon", "doors")
        yield Studios(running, api, second, ana, ben)


def test_all_muted_is_an_alarm_until_somebody_who_was_asked_speaks(studios: Studios) -> None:
    """Armed with all muted: both studios say so ≤ 3 s; nobody is unmuted by another."""
    ana, ben = studios.ana, studios.ben
    began = time.monotonic()
    ana.get_by_role("button", name="Go live").click()
    for page in (ana, ben):
        expect(page.locator("#alarm")).to_be_visible(timeout=5_000)
        expect(page.locator("#alarm")).to_contain_text("Everybody on stage is muted")
    took = time.monotonic() - began
    print(f"both studios say so {took:.2f} s after Go live")
    assert took <= ALARMED_WITHIN
    assert studios.running.state("salon")["state"] == "doors"

    ana.get_by_role("button", name="Ask to unmute: Ben").click()
    expect(ben.get_by_text("Ana asks you to unmute.")).to_be_visible()
    assert ben.evaluate("studio.stats().muted")
    ben.locator("#asked").get_by_role("button", name="Unmute").click()
    studios.running.wait_for_state("salon", "live")
    for page in (ana, ben):
        expect(page.locator("#alarm")).to_be_hidden()
    expect(ben.locator("#banner")).to_contain_text("You are on air.")
    expect(ana.locator("#banner")).to_contain_text("You are muted.")


def test_the_older_of_two_windows_lets_go_and_can_take_it_back(studios: Studios) -> None:
    """One seat, one window: the older one says so and stays away until it is pressed."""
    ben, newer = studios.ben, studios.browser.new_page()
    seat = ben.evaluate("studio.stats().seat")
    newer.goto(ben.url)
    newer.get_by_role("button", name="Go on stage").click()
    newer.wait_for_function(CONNECTED)
    began = time.monotonic()
    ben.wait_for_function("studio.stats().elsewhere", timeout=8_000)
    took = time.monotonic() - began
    print(f"the older window lets go {took:.2f} s after the newer is on stage")
    assert took <= LET_GO_WITHIN
    expect(ben.locator("#banner")).to_contain_text("You are on stage in another window.")
    time.sleep(3)
    assert ben.evaluate("studio.stats().me") == "off"
    assert newer.evaluate("[studio.stats().connected, studio.stats().seat]") == [True, seat]
    assert newer.evaluate("studio.stats().muted")

    ben.get_by_role("button", name="Take it back here").click()
    ben.wait_for_function(CONNECTED)
    newer.wait_for_function("studio.stats().elsewhere", timeout=8_000)
    assert ben.evaluate("studio.stats().muted")
    assert ben.evaluate("studio.stats().seats") == 2
