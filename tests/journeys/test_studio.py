"""The studio in real browsers: one person opens it twice, nobody can be heard, one is asked; and
the house is killed in the middle of everything.

Each test leaves the room as the next one takes it: the doors open, then live.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE
from tests.coded_noise import coded_noise, find
from tests.ears import Ears
from tests.journeys.api import Api
from tests.journeys.browsers import chromium, go_on_stage
from tests.journeys.busy import Busy, busy
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.slowness import BIRTH, Turns, within
from tests.journeys.sounds import decoded, longest_silence, write_wav

ALARMED_WITHIN = 3.0
LET_GO_WITHIN = 3.0
BACK_WITHIN = 5.0
SILENT_AT_MOST = 0.25
LISTENERS = 20
CONNECTED = "studio.stats().connected"
ALONE = "delete window.BroadcastChannel"
"""So that a window learns of the other from the stage alone, as in two browsers."""
WATCH = """
window.watched = { away: 0, back: 0, said: '' };
setInterval(() => {
  const { house, connected } = studio.stats();
  const strip = document.getElementById('house');
  if (house !== 'there') watched.away ||= Date.now();
  else if (watched.away && connected) watched.back ||= Date.now();
  if (!strip.hidden) watched.said = strip.textContent;
}, 50);
"""
"""Notes in a page when the house was gone, when it was back, and what the page said meanwhile."""
TYPED = (("Rename", "Title", "Typed and kept"), ("Make a link", "For whom (optional)", "Dewi"))
SAME = ("me", "connected", "seat", "session", "muted", "reconnects", "attempts", "role", "seats")


@dataclass(frozen=True, slots=True)
class Studios:
    """Ana is the host, Ben a speaker; both are on stage and muted, and the doors are open.

    Attributes:
        browser: Ben's.
        voices: what Ana and Ben say.
    """

    running: Running
    api: Api
    browser: BrowserContext
    ana: Page
    ben: Page
    voices: tuple[Pcm, Pcm]


@pytest.fixture(scope="module")
def studios(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studios]:
    folder = tmp_path_factory.mktemp("studios")
    voices = coded_noise(20, 1, peak=0.3), coded_noise(120, 2, peak=0.3)
    wavs = [write_wav(folder / f"{number}.wav", one) for number, one in enumerate(voices)]
    with (
        fullhouse_up(folder) as running,
        chromium(playwright, folder / "ana", wavs[0]) as first,
        chromium(playwright, folder / "ben", wavs[1]) as second,
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
        yield Studios(running, api, second, ana, ben, voices)
        assert [line for line in running.errors() if '"role": "house"' in line] == []


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
    newer.close()


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


def test_the_keyboard_alone_goes_live_mutes_and_ends(studios: Studios) -> None:
    """Each step has the focus where one sees it; Escape closes, and the focus is back."""
    links = studios.running.room("keys", "--starts", "+3d")
    page = studios.browser.new_page()
    keys = page.keyboard

    def goes_to(name: str) -> None:
        for _ in range(60):
            keys.press("Tab")
            if page.evaluate("document.activeElement.id") == name:
                shown = "getComputedStyle(document.activeElement).outlineStyle"
                assert page.evaluate(shown) == "solid"
                return
        raise AssertionError(f"Tab never comes to {name}")

    def rests_at(name: str) -> None:
        page.wait_for_function("name => document.activeElement.id === name", arg=name)

    page.goto(links["host"])
    expect(page.get_by_label("Your name")).to_be_focused()
    keys.type("Ana")
    keys.press("Enter")
    rests_at("title")
    expect(page.locator("#join")).to_be_enabled()
    goes_to("join")
    keys.press("Enter")
    rests_at("mute")
    page.wait_for_function(CONNECTED)
    for verb in ("open", "live"):
        goes_to(verb)
        keys.press("Enter")
        rests_at("step")
    page.wait_for_function("studio.stats().state === 'live'")
    keys.press("m")
    page.wait_for_function("studio.stats().muted")
    goes_to("end")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Keep going")).to_be_focused()
    keys.press("Escape")
    rests_at("end")
    assert page.evaluate("studio.stats().state") in ("live", "silent")
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Enter")
    page.wait_for_function("studio.stats().state === 'ended'")
    rests_at("step")
    page.close()


def test_the_house_is_killed_and_nothing_is_lost(studios: Studios, tmp_path: Path) -> None:
    """kill -9 amid commands and hands: studios are back ≤ 5 s, the sound goes on untouched."""
    ana, ben = studios.ana, studios.ben
    edge = urlsplit(studios.running.edge)
    assert edge.hostname is not None
    assert edge.port is not None
    for page in (ana, ben):
        page.evaluate(WATCH)
    before = [page.evaluate("studio.stats()") for page in (ana, ben)]
    for _, label, typed in TYPED:
        ana.get_by_label(label, exact=True).fill(typed)
    with ExitStack() as stack:
        ears = stack.enter_context(Ears(edge.hostname, edge.port, "/salon/live.mp4", LISTENERS))
        asked = stack.enter_context(busy(studios.running, studios.api, "salon", before[0]["seat"]))
        ears.wait_until_playing("sound")
        asked.wait_for(10)
        killed, at = time.monotonic(), time.time()
        assert studios.running.kill("fullhouse", "house") == 1
        presses_while_the_house_is_away(ana)
        took = [came_back(page) - at for page in (ana, ben)]
        (house,) = studios.running.processes("fullhouse", "house")
        slowed = Turns.of(house.pid).slowed(BIRTH)
        print("back after", *(f"{one:.2f} s" for one in took), end=", ")
        print(f"waiting for processors: {slowed:.1f} times slower")
        asked.wait_for(10)
        silence = ears.longest_without_sound(killed - 1)
        assert (ears.ended(), ears.breaks(), ears.wrong()) == (0, [], [])
    after = [page.evaluate("studio.stats()") for page in (ana, ben)]
    assert [[one[key] for key in SAME] for one in after] == [
        [one[key] for key in SAME] for one in before
    ]
    everything_acknowledged_is_there(studios, asked)
    the_sound_is_whole(studios, asked, slowed, tmp_path)
    assert within(1.0, silence, slowed)
    assert within(BACK_WITHIN, max(took), slowed)


def presses_while_the_house_is_away(ana: Page) -> None:
    """What is pressed then is refused in words, or done; what was refused is still typed there."""
    ana.wait_for_function("watched.away")
    for press, label, typed in TYPED:
        ana.get_by_role("button", name=press).click()
        ana.wait_for_function("!document.getElementById('notice').hidden || watched.back")
        if ana.locator("#notice").is_visible():
            expect(ana.locator("#notice")).to_contain_text("this may not have been done")
            expect(ana.get_by_label(label, exact=True)).to_have_value(typed)
            print(f"{press} was refused")


def came_back(page: Page) -> float:
    """Return when (unix seconds) a page had the house again, never having left its seat."""
    page.wait_for_function("watched.back", timeout=30_000)
    watched = page.evaluate("watched")
    assert watched["said"].startswith("Sound goes on, and Mute works. The house is away")
    expect(page.locator("#house")).to_be_hidden()
    return float(watched["back"]) / 1000


def everything_acknowledged_is_there(studios: Studios, asked: Busy) -> None:
    """And nobody has come in twice."""
    room, people = studios.api.ask("GET", ""), studios.api.ask("GET", "/members")
    print(f"{asked.count} acknowledged, {len(asked.hands)} of them hands; {asked.refused} refused")
    assert room["muted"] == [asked.seat]
    assert room["gains"][asked.seat] in asked.gains
    assert room["title"] in (*asked.titles, "Typed and kept")
    made = studios.api.ask("GET", "/invitations")["invitations"]
    assert {one["invitation"] for one in made} >= asked.invitations
    assert sum(one["name"] == "Dewi" for one in made) <= 1
    assert {one["hand"] for one in studios.api.hands()["hands"]} >= asked.hands
    assert sorted(one["name"] for one in people["members"]) == ["Ana", "Ben"]
    assert asked.refused > 0, "nothing was asked while the house was away"


def the_sound_is_whole(studios: Studios, asked: Busy, slowed: float, folder: Path) -> None:
    """Ben is heard all the time, also while the house was away; muted Ana never."""
    mix = decoded(bytes(asked.recorder.raw), folder)
    ana, ben = studios.voices
    found = find(ben, mix)
    first, last = (round(at * SAMPLE_RATE) for at in (found.first, found.last))
    silence = longest_silence(mix[first:last])
    print(f"{found.share:.3f} of {found.last - found.first:.1f} s found", end=", ")
    print(f"silence {silence:.0f} ms, jumps {found.worst_jump():.0f} ms")
    # A browser that gets no processor for a moment has nothing to say then.
    assert found.share >= 0.85
    assert within(SILENT_AT_MOST, silence / 1000, slowed)
    assert find(ana, mix).share <= 0.05
