"""Every page in every state, light and dark, at a desk and on a phone, in both languages.

Nobody's sound is judged here. `FULLHOUSE_PICTURES=folder` keeps pictures of all that is seen.
"""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.coded_noise import coded_noise
from tests.journeys.api import Api, made
from tests.journeys.browsers import chromium
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sights import Arrange, Language, Sights, anew, spoken
from tests.journeys.sounds import write_wav

pytestmark = [pytest.mark.patient, pytest.mark.long(40), pytest.mark.timeout(300)]

PASSWORD = "correct horse battery"
TITLE = "The town's evening"
LONG = "Maximiliane von und zu Hohenlohe-Waldenburg-Schillingsfürst"
"""As long as a name may be."""


@dataclass
class Stand:
    """A Fullhouse, a browser with a microphone, and what was seen so far."""

    running: Running
    browser: BrowserContext
    sights: Sights = field(default_factory=Sights)

    def look(self, page: Page, state: str, arrange: Arrange) -> None:
        self.sights.look(page, state, arrange)

    def judge(self) -> None:
        print(f"{len(self.sights.states)} states: {', '.join(self.sights.states)}")
        assert not self.sights.wrong, "\n".join(self.sights.wrong)
        assert self.running.errors() == []


@pytest.fixture
def stand(playwright: Playwright, tmp_path: Path) -> Iterator[Stand]:
    expect.set_options(timeout=20_000)
    with ExitStack() as stack:
        running = stack.enter_context(fullhouse_up(tmp_path))
        wav = write_wav(tmp_path / "noise.wav", coded_noise(20, peak=0.3))
        browser = stack.enter_context(chromium(playwright, tmp_path / "browser", wav))
        yield Stand(running, browser)


def shows(page: Page, what: str) -> Callable[[], object]:
    return lambda: expect(page.locator(what).first).to_be_visible()


def submit(page: Page) -> None:
    page.locator("#place form button[type=submit]").first.click()


def fills(page: Page, what: str, **values: str) -> Callable[[], object]:
    """Return what fills a form in and sends it, until something shows."""

    def fill() -> None:
        for name, value in values.items():
            page.locator(f"[name={name}]").fill(value)
        submit(page)
        expect(page.locator(what).first).to_be_visible()

    return fill


def the_way_in(stand: Stand, page: Page) -> None:
    """A house without an owner; the first link, refused and taken."""
    house = f"{stand.running.house}/"
    stand.look(page, "no-owner", anew(page, house, shows(page, "code")))
    said = re.search(r"Owner +(http\S+)", stand.running.log.read_text())
    assert said
    refused = fills(page, "form > .strip", name="Ana", login="ana", password="short")
    stand.look(page, "first-link", anew(page, said[1], refused))
    page.locator("[name=password]").fill(PASSWORD)
    submit(page)
    expect(page.locator(".empty")).to_be_visible()
    stand.look(page, "no-rooms", anew(page, house, shows(page, ".empty")))


def a_new_room(stand: Stand, page: Page) -> None:
    """A name that is taken; the links of what was made."""
    address, slugs = f"{stand.running.house}/#new", iter(("evening", "night"))
    made(stand.running, "taken")
    refused = fills(page, "form > .strip", title=TITLE, slug="taken")
    stand.look(page, "new-room", anew(page, address, refused))

    def make() -> None:
        fills(page, ".personal", title=TITLE, slug=next(slugs))()
        page.locator(".personal button").last.click()
        page.locator("summary").press("Enter")
        expect(page.locator(".personal input")).to_be_visible()

    stand.look(page, "room-made", anew(page, address, make))


def the_house(stand: Stand, page: Page) -> None:
    """Rooms with links, the account with a token, people with an invitation; signed out."""
    house = stand.running.house

    def links() -> None:
        page.locator(".room summary").first.click()
        expect(page.locator(".room .links").first).to_be_visible()

    stand.look(page, "rooms", anew(page, f"{house}/#rooms", links))

    def token() -> None:
        page.locator("summary").last.press("Enter")  # lists above it grow: it may move from a click
        form = page.locator("details form")
        form.locator("[name=label]").fill("A program")
        form.locator("button[type=submit]").click()
        expect(page.locator("[name=link]")).to_be_visible()

    stand.look(page, "account", anew(page, f"{house}/#account", token))
    invites = fills(page, "[name=link]", name="Citra")
    stand.look(page, "people", anew(page, f"{house}/#people", invites))
    link = page.locator("[name=link]").input_value()
    stand.look(page, "invited", anew(page, link, shows(page, "#place form")))
    gone = f"{house}/#invitation=fhi_{'x' * 32}"
    stand.look(page, "invitation-gone", anew(page, gone, shows(page, "#place h1")))
    page.goto(f"{house}/")
    page.locator("#leave").click()
    refused = fills(page, "form > .strip", login="ana", password="wrong password")
    stand.look(page, "sign-in", anew(page, f"{house}/", refused))


def test_the_houses_pages_are_for_everybody(stand: Stand) -> None:
    """axe-core finds nothing; no button is too small for a thumb; nothing is cut or sticks out."""
    page = stand.browser.pages[0]
    the_way_in(stand, page)
    a_new_room(stand, page)
    the_house(stand, page)
    stand.judge()


def some_rooms(running: Running) -> tuple[Api, str, str]:
    """One room that is planned, one late, one called off, one by invitation.

    Return the first one's interface, and the studios of the first two.
    """
    soon = {"starts": f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT20:00}", "zone": "UTC"}
    evening = made(running, "evening", title=TITLE, **soon)
    late = made(running, "late", title="A late evening", **soon)
    Api(running, made(running, "off", title="Away with it", **soon)).ask("POST", "/call-off")
    made(running, "private", title="Behind closed doors", visibility="invited")
    with sqlite3.connect(running.data / "rooms.db", timeout=5) as database:
        past = time.time_ns() // 1000 - 59_000_000
        database.execute("UPDATE rooms SET starts = ? WHERE slug = 'late'", (past,))
    assert running.kill("fullhouse", "house")
    running.wait_for_state("late", "doors", seconds=30)
    return Api(running, evening), evening["host"], late["host"]


def before_it_begins(stand: Stand, page: Page) -> None:
    """What listeners see of rooms that are not on, or not for them."""
    edge = stand.running.edge
    for slug in ("evening", "late", "off"):
        stand.look(page, f"listen-{slug}", anew(page, f"{edge}/{slug}", shows(page, "#stand")))
    for slug in ("", "private", "nowhere"):
        stand.look(page, f"edge-{slug or 'front'}", anew(page, f"{edge}/{slug}"))


def at_the_door(stand: Stand, page: Page, api: Api) -> str:
    """The studio's door, and those that stay shut; return a link for a co-host."""
    link: str = api.ask("POST", "/invitations", {"role": "cohost"})["link"]
    studio = link.partition("#")[0]
    stand.look(page, "door", anew(page, link, shows(page, "#door")))
    stand.look(page, "wrong-link", anew(page, f"{studio}#wrong", shows(page, "#banner h2")))
    nowhere = f"{stand.running.house}/studio/nowhere#x"
    stand.look(page, "no-such-room", anew(page, nowhere, shows(page, "#banner h2")))
    return link


def enter(page: Page, link: str, name: str) -> None:
    page.goto(link)
    page.locator("#name").fill(name)
    page.locator("#enter").click()
    expect(page.locator("#columns")).to_be_visible()


def behind_the_door(stand: Stand, page: Page, api: Api, ben: str) -> None:
    """What a host sees before the doors open: lists, and the windows that ask."""
    page.bring_to_front()
    api.ask("POST", "/reports", {"whom": ben, "why": "Shouts all the time."})
    page.locator("#invite-name").fill(LONG)
    page.locator("#invite button[type=submit]").click()
    expect(page.locator("#invited")).to_be_visible()

    def lists(language: Language) -> None:
        spoken(page)(language)
        for opened in ("false", "true"):
            page.evaluate(f"document.getElementById('kept-out').open = {opened}")
        expect(page.locator("#reports li")).to_be_visible()

    stand.look(page, "scheduled", lists)
    page.locator("#people .list .more:visible").first.click()
    stand.look(page, "person", spoken(page))
    page.locator("#person-remove").click()
    stand.look(page, "sure", spoken(page))
    page.locator("#sure button").first.click()


def on_stage(stand: Stand, page: Page, ben: Page, api: Api) -> None:
    """Backstage, muted, alarmed, asked, on air, and the question before the end."""
    for each in (ben, page):
        each.locator("#join").click()
    for each in (page, ben):
        each.wait_for_function("studio.stats().hearing && studio.stats().seats === 2")
    api.ask("POST", "/open")
    expect(page.locator("#badge[data-tone=wait]")).to_be_visible()
    stand.look(page, "backstage", spoken(page))
    for each in (page, ben):
        each.locator("#mute").click()
        each.wait_for_function("studio.stats().muted")
    stand.look(page, "muted", spoken(page))
    api.ask("POST", "/live")
    expect(page.locator("#alarm")).to_be_visible()
    stand.look(page, "all-muted", spoken(page))
    api.ask("POST", f"/members/{ben.evaluate('studio.stats().seat')}/ask-to-unmute")
    expect(ben.locator("#asked")).to_be_visible()
    stand.look(ben, "asked-to-unmute", spoken(ben))
    page.locator("#mute").click()
    stand.running.wait_for_state("evening", "live")
    expect(page.locator("#banner[data-tone=air]")).to_be_visible()
    page.locator("#end").click()
    stand.look(page, "ending", spoken(page))
    page.locator("#ending button").first.click()


def listening(stand: Stand, page: Page, api: Api) -> None:
    """The listener's page with a hand, called up, and on stage."""
    address = f"{stand.running.edge}/evening"

    def heard(stands: str) -> Callable[[], object]:
        def listen() -> None:
            page.locator("#listen").click()
            expect(page.locator(f"#hand[data-stand={stands}]")).to_be_visible()

        return listen

    stand.look(page, "listening", anew(page, address, heard("down")))
    page.locator("#hand input").fill("Citra")
    page.locator("#hand form .main").click()
    expect(page.locator("#hand[data-stand=up]")).to_be_visible()
    stand.look(page, "hand-up", anew(page, address, heard("up")))
    (hand,) = api.hands()["hands"]
    api.ask("POST", f"/hands/{hand['hand']}/invite", {})
    expect(page.locator("#hand[data-stand=invited]")).to_be_visible()
    stand.look(page, "called-up", anew(page, address, heard("invited")))
    page.locator("#hand .row .main").click()
    expect(page.locator("#hand[data-voice=muted]")).to_be_visible()
    stand.look(page, "speaker-muted", lambda _language: None)
    page.locator("#hand .row .main").click()
    expect(page.locator("#hand[data-voice=live]")).to_be_visible()
    stand.look(page, "speaker-on-air", lambda _language: None)


def let_go(stand: Stand, page: Page, ben: Page, api: Api) -> None:
    """Moved back, banned, and the end."""
    seat = ben.evaluate("studio.stats().seat")
    api.ask("POST", f"/members/{seat}/move-back")
    expect(ben.locator("#onward")).to_be_visible()
    stand.look(ben, "moved-back", spoken(ben))
    api.ask("POST", f"/members/{seat}/ban", {"minutes": 60})
    expect(ben.locator("#columns")).to_be_hidden()
    stand.look(ben, "banned", spoken(ben))
    api.ask("POST", "/end")
    expect(page.locator("#badge[data-tone=rest]")).to_be_visible()
    stand.look(page, "ended", spoken(page))


def test_a_rooms_pages_are_for_everybody(stand: Stand) -> None:
    """axe-core finds nothing; no button is too small for a thumb; nothing is cut or sticks out."""
    running = stand.running
    api, studio, late = some_rooms(running)
    page, ben, ear = (stand.browser.new_page() for _ in range(3))
    before_it_begins(stand, ear)
    link = at_the_door(stand, ben, api)
    enter(page, late, "Ana")
    stand.look(page, "late", spoken(page))
    enter(page, studio, "Ana")
    enter(ben, link, LONG)
    seat = ben.evaluate("studio.stats().seat")
    behind_the_door(stand, page, api, seat)
    on_stage(stand, page, ben, api)
    listening(stand, ear, api)
    stand.look(page, "on-air", spoken(page))
    let_go(stand, page, ben, api)
    stand.look(ear, "listen-ended", anew(ear, f"{running.edge}/evening", shows(ear, "#stand")))
    stand.judge()
