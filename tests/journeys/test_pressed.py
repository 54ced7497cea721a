"""Somebody takes the processor from an edge worker with a full room: what its listeners notice.

FULLHOUSE_LISTENERS=3000 lets fewer come.
"""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from playwright.sync_api import Locator, Page, Playwright

import fullhouse
from fullhouse.media import Pcm
from fullhouse.programme.timeline import starts_at
from fullhouse.units import SAMPLE_RATE, SECOND, PartNumber
from fullhouse.wire import RoomState
from tests.coded_noise import coded_noise, find
from tests.edge.alone import Alone, edge_process
from tests.edge.stand import encode, stage
from tests.journeys.browsers import Taped, chromium, press_listen, taped
from tests.journeys.mute_crowd import mute_crowd
from tests.journeys.sounds import longest_silence

LISTENERS = int(os.environ.get("FULLHOUSE_LISTENERS", "10000"))
PAGES = str(Path(fullhouse.__file__).parent / "web")
SLUG = "packed"
THIEVES_AT_FIRST = 2
MOST_THIEVES = 10
WATCH = """
window.waits = [];
const watched = performance.now();
for (const kind of ['waiting', 'stalled', 'error', 'pause'])
  fullhouse.audio.addEventListener(kind, () => waits.push(`${kind} after ${(
    (performance.now() - watched) / 1000).toFixed(1)} s`));
"""


@dataclass
class Programme:
    """What is said in the room, and when (unix seconds) it began."""

    noise: Pcm
    began: float = 0.0

    def delay(self, heard: Taped) -> float:
        """Return how many seconds after it was said the newest sound came out of the page."""
        late = heard.pcm[-2 * SAMPLE_RATE :]
        found = find(self.noise, late, 960)
        came = heard.start + (len(heard.pcm) - len(late)) / SAMPLE_RATE + found.first
        return came - (self.began + found.place)


@contextmanager
def on_air(url: str, seconds: float) -> Iterator[Programme]:
    """Let a stage speak coded noise, once, from now on."""
    programme = Programme(coded_noise(seconds, peak=0.5))
    ready = threading.Event()

    async def play() -> None:
        async with stage(url, SLUG) as one:
            await one.say(RoomState.LIVE, keep=True, title="The whole town")
            first = one.next_part(15)
            parts = encode(programme.noise, one.epoch, first)
            programme.began = starts_at(one.epoch, PartNumber(first)) / SECOND
            ready.set()
            await one.play(parts)

    threading.Thread(target=asyncio.run, args=(play(),), daemon=True).start()
    assert ready.wait(30)
    yield programme


def steal(stack: ExitStack, core: int) -> None:
    """Let one more process do nothing but work on this core, until the stack is closed."""
    work = f"import os\nos.sched_setaffinity(0, {{{core}}})\nwhile True: pass"
    thief = subprocess.Popen([sys.executable, "-c", work])
    stack.callback(thief.wait)
    stack.callback(thief.kill)


def state(edge: Alone) -> dict[str, Any]:
    answer = httpx.get(f"http://127.0.0.1:{edge.port}/{SLUG}/state.json", timeout=10)
    told: dict[str, Any] = answer.json()
    return told


def press_until_lowered(edge: Alone, core: int, page: Page, stack: ExitStack) -> Locator:
    """Steal more and more until the page says what is lowered; return where it says so."""
    lowered = page.locator("#lowered")
    for _ in range(THIEVES_AT_FIRST):
        steal(stack, core)
    for _ in range(MOST_THIEVES - THIEVES_AT_FIRST):
        steal(stack, core)
        end = time.monotonic() + 3
        while time.monotonic() < end:
            if lowered.inner_text():
                return lowered
            time.sleep(0.1)
    raise TimeoutError(f"{MOST_THIEVES} thieves do not press it: {state(edge)}")


def test_a_pressed_edge_sends_less_often_and_its_listeners_hear_no_gap(
    nats_url: str, playwright: Playwright, tmp_path: Path
) -> None:
    """Nobody is dropped, the page's player never waits, and the page says what is lowered."""
    *others, core = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, set(others) or {core})
    try:
        with (
            edge_process(nats_url, web=PAGES) as edge,
            on_air(nats_url, 100) as programme,
            mute_crowd(edge.port, f"/{SLUG}/live.mp4", LISTENERS) as crowd,
            chromium(playwright, tmp_path / "listener") as browser,
            ExitStack() as stack,
        ):
            psutil.Process(edge.process.pid).cpu_affinity([core])
            assert crowd.joined()["joined"] == LISTENERS
            page = browser.pages[0]
            press_listen(page, f"http://127.0.0.1:{edge.port}/{SLUG}")
            page.wait_for_function("fullhouse.audio.currentTime > 0 && !fullhouse.audio.paused")
            time.sleep(2)
            page.evaluate(WATCH)
            page.evaluate("tap(fullhouse.audio.captureStream())")
            time.sleep(1)
            assert state(edge)["cadence"] == 1
            lowered = press_until_lowered(edge, core, page, stack)
            page.wait_for_function("fullhouse.stats().cadence === 3", timeout=40_000)
            time.sleep(3)
            said, told, standing = lowered.inner_text(), state(edge), crowd.standing()
            # The page stands still while it hands out what was taped: that comes last.
            waits, stats = page.evaluate("[waits, fullhouse.stats()]")
            heard = taped(page)
            delay = programme.delay(heard)
    finally:
        os.sched_setaffinity(0, {*others, core})
    found = find(programme.noise, heard.pcm[SAMPLE_RATE:], 960)
    print(f"{standing}\n{told['lowered']}\n{said}\n{waits} {stats}")
    print(f"{found.share:.4f} found, jumps to {found.worst_jump():.0f} ms, {delay=:.2f}")
    silence = longest_silence(heard.pcm[SAMPLE_RATE:])
    print(f"longest silence {silence} ms of {len(heard.pcm) / SAMPLE_RATE:.0f} s")
    assert (standing["ended"], standing["refused"], standing["silent"]) == (0, 0, 0)
    assert told["listeners"] == LISTENERS + 1
    assert told["cadence"] == 3
    assert told["lowered"]["why"] in ("cpu", "loop")
    assert said.startswith("This server is very busy, so sound now comes in larger pieces")
    assert waits == []
    assert {key: stats[key] for key in ("underruns", "holes", "jumps", "reconnects")} == {
        "underruns": 0,
        "holes": 0,
        "jumps": 0,
        "reconnects": 0,
    }
    assert silence <= 20
    assert found.share >= 0.98
    assert found.worst_jump() <= 100
    assert abs(stats["latency"] - delay) <= 0.3
