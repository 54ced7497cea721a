"""A whole event, as people see it: three of them in three browsers, and nothing but the pages.

Of each state a picture is kept for people to look at, and axe-core looks for barriers.
"""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect

from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE
from tests.coded_noise import WINDOW, coded_noise, find
from tests.ears import Ears
from tests.journeys.axe import barriers
from tests.journeys.browsers import SAMPLER, chromium, longest_still, taped
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sounds import recording, write_wav

pytestmark = pytest.mark.paired

LISTENERS = 20
ALARMED_WITHIN = 3.0
FIRST_WORD_WITHIN = 0.5
ON_ITS_WAY = 1.0
"""Seconds that a part takes from the stage to an ear: it has to be whole, and is looked for."""
GONE_AFTER = 15.0
STILL = 1.0
"""Seconds for which a listener's stream may stand still while they come on stage and go back."""
INDONESIAN = "localStorage.setItem('fullhouse-language', 'id')"

SETTLED = """Promise.allSettled(document.getAnimations().filter(
  (one) => one instanceof CSSTransition).map((one) => one.finished))"""
"""Colours that are just changing have no contrast of their own."""


def phrases(seed: int) -> Pcm:
    """Return a voice of this person's: coded noise with a breath every two seconds."""
    noise = coded_noise(30, seed, peak=0.3)
    breath = np.arange(len(noise)) % (2 * SAMPLE_RATE) < SAMPLE_RATE // 2
    return np.where(breath, np.float32(0), noise)


ANA, BEN, CITRA = phrases(1), phrases(2), phrases(3)


@dataclass
class Event:
    """What runs, who is there, and what was seen of it.

    Attributes:
        wrong: barriers that axe-core found, each with the state in which it did.
    """

    running: Running
    stack: ExitStack
    playwright: Playwright
    folder: Path
    wrong: list[str] = field(default_factory=list)

    def comes(self, name: str, voice: Pcm, *, language: str = "") -> BrowserContext:
        """Return a new browser with somebody's microphone."""
        wav = write_wav(self.folder / f"{name}.wav", voice)
        browser = self.stack.enter_context(chromium(self.playwright, self.folder / name, wav))
        browser.add_init_script("window.name ||= 'fullhouse';" + language)
        return browser

    def seen(self, page: Page, state: str) -> None:
        """Keep a picture of a state, and look for barriers in it."""
        number = len(list(self.folder.glob("*.png"))) + 1
        page.evaluate("scrollTo(0, 0)")  # or what keeps to the window's edge is shown elsewhere
        page.evaluate(SETTLED)
        page.screenshot(path=self.folder / f"{number:02}-{state}.png", full_page=True)
        for one in barriers(page):
            print(f"{state}: {one}")
            self.wrong.append(f"{state}: {one}")


@pytest.fixture
def event(playwright: Playwright, tmp_path: Path) -> Iterator[Event]:
    with ExitStack() as stack:
        running = stack.enter_context(fullhouse_up(tmp_path))
        yield Event(running, stack, playwright, tmp_path)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def becomes_the_owner(event: Event, page: Page) -> None:
    """By the link that `up` has printed."""
    said = re.search(r"Owner +(http\S+)", event.running.log.read_text())
    assert said, event.running.log.read_text()
    page.goto(said[1])
    event.seen(page, "first-link")
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Choose a login").fill("ana")
    page.get_by_label("Choose a password").fill("correct horse battery")
    button(page, "Become the owner").click()
    expect(page.get_by_text("No rooms yet")).to_be_visible()
    event.seen(page, "no-rooms")


def makes_an_event(event: Event, page: Page) -> str:
    """Tomorrow; return the link for a co-host."""
    button(page, "Make the first room").click()
    page.get_by_label("Title").fill("The town's evening")
    page.get_by_label("Name in the link").fill("evening")
    day = datetime.now(UTC) + timedelta(days=1)
    page.get_by_label("Day").fill(f"{day:%Y-%m-%d}")
    page.get_by_label("Time", exact=True).fill("20:00")
    event.seen(page, "new-event")
    button(page, "Make the room").click()
    expect(page.get_by_role("heading", name="The town's evening is made")).to_be_visible()
    page.get_by_role("button", name="For a co-host: Make a link").click()
    link = page.get_by_role("textbox", name="Link for one person")
    expect(link).to_be_visible()
    event.seen(page, "links")
    return link.input_value()


def enters(page: Page, label: str, name: str, press: str) -> None:
    page.get_by_label(label).fill(name)
    button(page, press).click()


def checks_everything(event: Event, page: Page) -> None:
    """The preflight: ten seconds in which the stage hears nothing."""
    button(page, "Check everything").click()
    yes = page.locator("#preflight").get_by_role("button", name="Yes")
    expect(yes).to_be_visible(timeout=15_000)
    yes.click()
    expect(button(page, "Check again")).to_be_visible(timeout=20_000)
    event.seen(page, "preflight")
    verdict = page.locator("#preflight .verdict").inner_text()
    assert verdict == "All is well. You can go on stage.", page.locator("#preflight").inner_text()


def share(voice: Pcm, page: Page, seconds: float, stream: str) -> float:
    """Return how much of this voice a page hears in the next seconds."""
    name = f"tap{time.monotonic_ns()}"
    page.evaluate(f"tap({stream}, '{name}')")
    time.sleep(seconds)
    return find(voice, taped(page, name).pcm, WINDOW).share


def ears_of(running: Running) -> Ears:
    edge = urlsplit(running.edge)
    assert edge.hostname is not None
    assert edge.port is not None
    return Ears(edge.hostname, edge.port, "/evening/live.mp4", LISTENERS)


def backstage(event: Event, ana: Page, ben: Page, citra: Page, ears: Ears) -> None:
    """They hear each other; whoever listens hears the hold, and nothing of them."""
    button(ana, "Go on stage").click()
    button(ben, "Naik ke panggung").click()
    for page in (ana, ben):
        page.wait_for_function("studio.stats().hearing && studio.stats().seats === 2")
    ben.evaluate("tap(returned, 'return')")
    assert share(ANA, citra, 4, "fullhouse.audio.captureStream()") <= 0.1
    assert find(ANA, taped(ben, "return").pcm[SAMPLE_RATE:], WINDOW).share >= 0.4
    assert ears.playing().keys() == {"hold"}
    event.seen(ana, "backstage")
    event.seen(ben, "backstage-id")


def goes_live(event: Event, ana: Page, ben: Page, ears: Ears) -> None:
    """With all muted the hold goes on, and both are alarmed; the first word ends it."""
    button(ben, "Bisukan").click()
    button(ana, "Mute").click()
    for page in (ana, ben):
        page.wait_for_function("studio.stats().muted")
    event.seen(ana, "muted")
    armed = time.monotonic()
    button(ana, "Go live").click()
    for page in (ana, ben):
        page.wait_for_function("studio.stats().alarm", timeout=10_000)
    assert time.monotonic() - armed <= ALARMED_WITHIN + 0.5
    event.seen(ana, "all-muted")
    event.seen(ben, "all-muted-id")
    assert ears.playing().keys() == {"hold"}
    word = time.monotonic()
    ana.locator("#mute").click()
    ears.wait_until_playing("sound", 10)
    took = time.monotonic() - word
    print(f"the first word is in all ears {took:.2f} s after Unmute was pressed")
    assert took <= FIRST_WORD_WITHIN + 0.5 + ON_ITS_WAY  # she breathes for half a second
    event.running.wait_for_state("evening", "live")
    event.seen(ana, "on-air")


@contextmanager
def never_still(citra: Page) -> Iterator[None]:
    """Her stream stands for no second. (Not while axe-core looks: it keeps the page from all.)"""
    citra.evaluate("samples.length = 0")
    yield
    still = longest_still(citra)
    print(f"her stream stood still for {still:.2f} s at the most")
    assert still <= STILL


def a_listener_speaks(event: Event, ana: Page, ben: Page, citra: Page) -> None:
    """Hand up, called up, muted on arrival, heard, muted by the host, moved back: in one page."""
    citra.evaluate(SAMPLER)
    citra.get_by_label("Nama Anda").fill("Citra")
    button(citra, "Angkat tangan").click()
    event.seen(citra, "hand-up-id")
    button(ana, "Invite Citra on stage").click(timeout=10_000)
    up = button(citra, "Naik ke panggung")
    expect(up).to_be_visible(timeout=10_000)
    with never_still(citra):
        up.click()
        speaks = button(citra, "Bunyikan")
        expect(speaks).to_be_visible(timeout=15_000)
    event.seen(citra, "called-up-id")
    assert share(CITRA, ben, 2, "returned") <= 0.1
    speaks.click()
    expect(citra.locator("#hand")).to_contain_text("Semua mendengar Anda.")
    event.seen(citra, "on-air-id")
    event.seen(ana, "three-on-stage")
    ana.keyboard.press("m")  # so that one voice is measured
    ana.wait_for_function("studio.stats().muted")
    time.sleep(0.5)
    assert share(CITRA, ben, 3, "returned") >= 0.5
    ana.keyboard.press("m")
    button(ana, "Mute Citra").click()
    expect(speaks).to_be_visible(timeout=5_000)
    expect(citra.locator("#hand[data-voice=muted] h2")).to_have_text("Anda dibisukan")
    event.seen(citra, "muted-id")
    # What was said before is on its way for a moment: longer where the machine is full.
    assert any(share(CITRA, ben, 2, "returned") <= 0.1 for _ in range(4))
    with recording(f"{event.running.edge}/evening/live.aac", 3, event.folder) as audience:
        heard = audience.wait(30)
    assert find(ANA, heard, WINDOW).share >= 0.3
    assert find(CITRA, heard, WINDOW).share <= 0.1
    goes_back(event, ana, citra)


def goes_back(event: Event, ana: Page, citra: Page) -> None:
    """The host moves her back: hers is a listener's page again, and its stream never stood."""
    ana.locator("#people").get_by_role("button", name="More about Citra").click()
    event.seen(ana, "person")
    button(ana, "Move back to the listeners").click()
    with never_still(citra):
        ana.locator("#sure").get_by_role("button", name="Yes, do it").click()
        expect(citra.get_by_text("Anda mendengarkan lagi.")).to_be_visible(timeout=8_000)
        expect(button(citra, "Angkat tangan")).to_be_visible()
        citra.wait_for_timeout(1_000)
    assert not citra.evaluate("fullhouse.audio.muted")
    event.seen(citra, "moved-back-id")
    assert citra.evaluate("fullhouse.stats().flow") == "playing"
    assert citra.evaluate("fullhouse.stats().reconnects") == 0


def the_co_host_takes_over(event: Event, ana: BrowserContext, ben: Page) -> None:
    """The host's page is gone; after fifteen seconds the co-host can end it."""
    ben.locator("#mute").click()
    gone = time.monotonic()
    ana.close()
    ben.wait_for_function("studio.stats().acting", timeout=25_000)
    after = time.monotonic() - gone
    print(f"the co-host acts {after:.1f} s after the host's page is gone")
    assert GONE_AFTER <= after <= GONE_AFTER + 8
    event.seen(ben, "acting-id")
    button(ben, "Akhiri …").click()
    event.seen(ben, "ending-id")
    ben.locator("#ending").get_by_role("button", name="Akhiri sesi").click()
    event.running.wait_for_state("evening", "ended")


@pytest.mark.timeout(300)
def test_a_whole_event_with_nothing_but_the_pages(event: Event) -> None:
    """From the first link to the end, in two languages: nobody's stream ends, no barrier."""
    browser = event.comes("Ana", ANA)
    ana = browser.pages[0]
    becomes_the_owner(event, ana)
    link = makes_an_event(event, ana)
    ana.get_by_role("link", name="Open the studio").click()
    ben = event.comes("Ben", BEN, language=INDONESIAN).pages[0]
    ben.goto(link)
    event.seen(ben, "door-id")
    enters(ben, "Nama Anda", "Ben", "Masuk ke studio")
    expect(ana.locator("#people > .list")).to_contain_text("Ben")
    event.seen(ana, "scheduled")
    citra = event.comes("Citra", CITRA, language=INDONESIAN).pages[0]
    citra.goto(f"{event.running.edge}/evening")
    expect(button(citra, "Dengarkan")).to_be_visible()
    event.seen(citra, "planned-id")
    button(ana, "Open doors").click()
    event.running.wait_for_state("evening", "doors")
    citra.locator("#listen").click()
    with ears_of(event.running) as ears:
        ears.wait_until_playing("hold")
        event.seen(citra, "doors-id")
        checks_everything(event, ana)
        backstage(event, ana, ben, citra, ears)
        goes_live(event, ana, ben, ears)
        a_listener_speaks(event, ana, ben, citra)
        live = citra.locator("#badge").inner_text()
        the_co_host_takes_over(event, browser, ben)
        expect(citra.locator("#badge")).not_to_have_text(live, ignore_case=True)
        event.seen(citra, "ended-id")
        assert ears.ended() == 0
        assert not ears.breaks()
    assert not event.running.errors()
    assert not event.wrong, "\n".join(event.wrong)
