"""A listener raises a hand, speaks in the same page and goes back."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from fullhouse.media import Pcm
from tests.coded_noise import WINDOW, coded_noise, find
from tests.journeys.api import Api
from tests.journeys.browsers import SAMPLER, chromium, longest_still, press_listen
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sounds import recording, speaking, write_wav

pytestmark = pytest.mark.paired

HOST_VOICE, ANAS_VOICE = coded_noise(30, 1, peak=0.2), coded_noise(30, 2, peak=0.4)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with fullhouse_up(tmp_path_factory.mktemp("hands")) as one:
        yield one
        assert one.errors() == []


def heard(running: Running, slug: str, seconds: float, folder: Path) -> Pcm:
    with recording(f"{running.edge}/{slug}/live.aac", seconds, folder) as one:
        return one.wait(seconds + 30)


def share_of(voice: Pcm, sound: Pcm) -> float:
    return find(voice, sound, WINDOW).share


def picture(page: Page, name: str, folder: Path) -> None:
    """Keep a picture of each state for people to look at, on a phone and on a desk."""
    for kind, width, height in (("phone", 390, 844), ("desk", 1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light" if kind == "phone" else "dark")
        page.screenshot(path=folder / f"{name}-{kind}.png", full_page=True)


def listen_in_indonesian(page: Page) -> None:
    """The language changes while the stream plays."""
    page.get_by_label("Language, bahasa").select_option("id")
    expect(page.get_by_role("button", name="Angkat tangan")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("Anda sedang mendengarkan.")).to_be_visible(timeout=10_000)


def test_a_listener_speaks_in_the_same_page_and_goes_back(
    running: Running, playwright: Playwright, tmp_path: Path
) -> None:
    """Raised, invited, muted on arrival, heard, moved back; the stream never stands for 1 s."""
    links = running.room("evening")
    api = Api(running, links)
    with ExitStack() as stack:
        stack.enter_context(speaking(running, "evening", write_wav(tmp_path / "h.wav", HOST_VOICE)))
        running.wait_for_state("evening", "live")
        microphone = write_wav(tmp_path / "ana.wav", ANAS_VOICE)
        browser = stack.enter_context(
            chromium(playwright, tmp_path / "ana", microphone, trusts=running.edge, csp=True)
        )
        page = browser.pages[0]
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(f"uncaught {error}"))
        page.on("console", lambda said: troubles.append(f"{said.type} {said.text}"))
        press_listen(page, links["listen"])
        page.evaluate(SAMPLER)

        page.get_by_label("Your name").fill("Ana")
        page.get_by_role("button", name="Raise hand").click()
        expect(page.get_by_text("Your hand is up.")).to_be_visible(timeout=8_000)
        picture(page, "up", tmp_path)
        (hand,) = api.hands()["hands"]
        assert (hand["name"], hand["state"]) == ("Ana", "up")

        api.ask("POST", f"/hands/{hand['hand']}/invite", {})
        expect(page.get_by_role("heading", name="You are invited to speak")).to_be_visible(
            timeout=10_000
        )
        picture(page, "invited", tmp_path)
        page.get_by_role("button", name="Join the stage").click()
        expect(page.get_by_role("button", name="Unmute")).to_be_visible(timeout=15_000)
        assert page.evaluate("fullhouse.audio.muted")
        seat = next(one["seat"] for one in api.ask("GET", "")["seats"] if one["name"] == "Ana")
        assert seat in api.ask("GET", "")["muted"]
        assert share_of(ANAS_VOICE, heard(running, "evening", 3, tmp_path)) == 0

        page.get_by_role("button", name="Unmute").click()
        expect(page.get_by_text("everybody hears you")).to_be_visible(timeout=8_000)
        picture(page, "stage", tmp_path)
        time.sleep(2)
        assert share_of(ANAS_VOICE, heard(running, "evening", 5, tmp_path / "ana")) > 0.3

        api.ask("POST", f"/members/{seat}/move-back")
        expect(page.get_by_text("You are listening again.")).to_be_visible(timeout=8_000)
        assert not page.evaluate("fullhouse.audio.muted")
        picture(page, "back", tmp_path)
        time.sleep(1)
        still = longest_still(page)
        print(f"the stream stood still for {still:.2f} s at the most; {tmp_path}")
        assert still <= 1
        assert page.evaluate("fullhouse.stats().flow") == "playing"
        assert page.evaluate("fullhouse.stats().reconnects") == 0
        assert [one for one in troubles if "uncaught" in one or "Security Policy" in one] == []
        assert api.hands()["hands"] == []
        listen_in_indonesian(page)
        assert page.evaluate("fullhouse.stats().reconnects") == 0
        picture(page, "indonesian", tmp_path)
