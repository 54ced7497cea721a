"""Takes the README's pictures of the real pages: `python -m tools.take_pictures`."""

import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Playwright, sync_playwright

from tests.coded_noise import coded_noise
from tests.ears import Ears
from tests.journeys.api import Api
from tests.journeys.browsers import chromium, go_on_stage, press_listen
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sounds import write_wav

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
LISTENERS = 20
ON_STAGE = "studio.stats().connected && studio.stats().hearing"


def main() -> None:
    """Hold an evening with three on stage, listen to it, and take pictures."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as name,
        sync_playwright() as playwright,
        fullhouse_up(Path(name)) as running,
    ):
        _take_all(playwright, running, Path(name))


def _take_all(playwright: Playwright, running: Running, folder: Path) -> None:
    start = (datetime.now(UTC) + timedelta(days=1)).replace(hour=20, minute=0)
    words = ("--title", "The town's evening", "--starts", start.isoformat(timespec="minutes"))
    links = running.room("evening", *words)
    edge, api = urlsplit(running.edge), Api(running, links)
    with ExitStack() as stack:
        studios: dict[str, Page] = {}
        for number, name in enumerate(("Ana", "Ben", "Citra")):
            wav = write_wav(folder / f"{name}.wav", coded_noise(20, number, peak=0.2))
            browser = stack.enter_context(chromium(playwright, folder / name, wav))
            studios[name] = page = browser.pages[0]
            go_on_stage(page, _invited(api, name) if number else links["host"], name)
            page.wait_for_function(ON_STAGE)
        studios["Ben"].keyboard.press("m")
        ana = studios["Ana"]
        ana.get_by_role("button", name="Open doors").click()
        ana.get_by_role("button", name="Go live").click()
        running.wait_for_state("evening", "live")
        ears = Ears(str(edge.hostname), edge.port or 80, "/evening/live.mp4", LISTENERS)
        stack.enter_context(ears)
        listener = stack.enter_context(chromium(playwright, folder / "listener")).pages[0]
        _take_listener(listener, links["listen"])
        ana.emulate_media(color_scheme="light")
        ana.set_viewport_size({"width": 1100, "height": 1322})
        ana.wait_for_timeout(3000)
        ana.screenshot(path=PICTURES / "studio.png")


def _invited(api: Api, name: str) -> str:
    made = api.ask("POST", "/invitations", {"role": "speaker", "name": name})
    return str(made["link"])


def _take_listener(page: Page, link: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 780})
    press_listen(page, link)
    page.wait_for_timeout(6000)
    page.screenshot(path=PICTURES / "listen.png")


if __name__ == "__main__":
    main()
