"""Takes the README's pictures of the real pages: `python -m tools.take_pictures`."""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, Playwright, sync_playwright

from tests.coded_noise import coded_noise
from tests.journeys.browsers import chromium, enter_studio, go_on_stage
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sounds import write_wav

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"


def main() -> None:
    """Run a demo, listen to it, go on its stage, and take pictures."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as name,
        sync_playwright() as playwright,
        fullhouse_up(Path(name), "--demo") as running,
    ):
        running.wait_for_state("demo", "live")
        wav = write_wav(Path(name) / "microphone.wav", coded_noise(20, peak=0.2))
        _take_all(playwright, running, Path(name), wav)


def _take_all(playwright: Playwright, running: Running, folder: Path, wav: Path) -> None:
    links = running.room("evening", "--title", "Evening talk", "--starts", "+3d")
    with chromium(playwright, folder / "listener") as browser:
        page = browser.pages[0]
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 390, "height": 780})
        page.goto(f"{running.edge}/demo")
        page.get_by_role("button", name="Listen").click()
        page.wait_for_timeout(4000)
        _take(page, "listen")
        for name in ("", "nobody", "evening"):
            page.goto(f"{running.edge}/{name}")
            page.wait_for_timeout(500)
            _take(page, f"other-{name or 'front'}")
        page.goto(running.house)
        _take(page, "other-house")
    with chromium(playwright, folder / "speaker", wav) as browser:
        page = browser.pages[0]
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1200, "height": 1130})
        go_on_stage(page, running.room_links("demo")["host"])
        page.wait_for_function("studio.stats().hearing")
        page.wait_for_timeout(5000)
        _take(page, "studio")
        enter_studio(page, links["host"])
        page.wait_for_timeout(1500)
        _take(page, "other-studio-evening")


def _take(page: Page, name: str) -> None:
    folder = Path(tempfile.gettempdir()) if name.startswith("other") else PICTURES
    page.screenshot(path=folder / f"{name}.png")
    print(folder / f"{name}.png")


if __name__ == "__main__":
    main()
