"""HLS with low latency in players that nobody here wrote: hls.js in Chromium, and ffmpeg."""

import shutil
import time
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Playwright

from fullhouse.units import SAMPLE_RATE
from tests.coded_noise import coded_noise, find
from tests.journeys.browsers import chromium
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sounds import icecast_source, recording, write_wav

pytestmark = pytest.mark.patient

HLS_JS = Path(__file__).parents[2] / "web" / "node_modules" / "hls.js" / "dist" / "hls.min.js"
PAGE = """<!doctype html><title>hls.js</title><audio></audio><script src="hls.js"></script><script>
const audio = document.querySelector('audio');
const counted = { waiting: 0, fatal: [], played: 0, latency: 0, parts: 0 };
const hls = new Hls({ lowLatencyMode: true });
let running = false;
hls.on(Hls.Events.ERROR, (_, error) => { if (error.fatal) counted.fatal.push(error.details); });
hls.on(Hls.Events.FRAG_LOADED, (_, loaded) => { if (loaded.part) counted.parts += 1; });
audio.onwaiting = () => { if (running) counted.waiting += 1; };
audio.onplaying = () => { running = true; };
hls.loadSource(new URLSearchParams(location.search).get('url'));
hls.attachMedia(audio);
audio.play();
window.seen = () => Object.assign(counted, { played: audio.currentTime, latency: hls.latency });
</script>"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with fullhouse_up(tmp_path_factory.mktemp("hls")) as up:
        yield up


@pytest.fixture
def player(tmp_path: Path) -> Iterator[str]:
    """The address of a page with nothing but hls.js, on a server of its own."""
    folder = tmp_path / "player"
    folder.mkdir()
    shutil.copy(HLS_JS, folder / "hls.js")
    (folder / "index.html").write_text(PAGE)

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *rest: object) -> None:
            super().__init__(*rest, directory=str(folder))  # type: ignore[arg-type]  # as given

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/index.html"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.paired
@pytest.mark.timeout(240)
def test_hls_js_and_ffmpeg_play_a_minute_without_a_stall(
    running: Running, playwright: Playwright, player: str, tmp_path: Path
) -> None:
    """hls.js in low-latency mode and ffmpeg side by side for 60 s."""
    noise = coded_noise(120, peak=0.5)
    links = running.room("hls")
    url = f"{running.edge}/hls/hls/live.m3u8"
    with (
        icecast_source(links, write_wav(tmp_path / "noise.wav", noise)),
        chromium(playwright, tmp_path / "profile") as browser,
    ):
        running.wait_for_state("hls", "live")
        time.sleep(8)
        page = browser.pages[0]
        with recording(url, 62, tmp_path) as ffmpeg:
            page.goto(f"{player}?url={url}")
            page.wait_for_function("seen().played > 0")
            before = page.evaluate("seen()")["played"]
            began = time.monotonic()
            page.wait_for_timeout(60_000)
            seen = page.evaluate("seen()")
            wall = time.monotonic() - began
            heard = ffmpeg.wait(60)
    print(f"hls.js: {seen}")
    assert seen["fatal"] == []
    assert seen["waiting"] == 0
    assert seen["parts"] > 50
    assert seen["played"] - before >= wall - 1.5
    found = find(noise, heard[SAMPLE_RATE : 61 * SAMPLE_RATE], 1920)
    print(f"ffmpeg: {found}")
    assert found.share >= 0.98  # a crowded machine trims a source by some 20 ms; a part has 320
    assert found.worst_jump() <= 20
