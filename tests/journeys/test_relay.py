"""Where a network lets no UDP through: a relay carries both ways, or the page says what to do.

A real coturn relays, a real Chromium may use nothing else (`?relay` in the studio's address).
"""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from fullhouse.units import SAMPLE_RATE
from tests.coded_noise import coded_noise, find
from tests.journeys.browsers import chromium, go_on_stage, taped
from tests.journeys.running import Running, free_ports, fullhouse_up
from tests.journeys.sounds import recording, speaking, write_wav

SECRET = "the-relays-secret"
SECONDS = 8


@contextmanager
def coturn(folder: Path) -> Iterator[str]:
    """Run a TURN server as docs/operations.md sets it up; yield its URL, over TCP."""
    port = free_ports(1)[0]
    command = [
        "turnserver", "-n", "--no-cli", "--no-tls", "--no-dtls", "--realm=test",
        "--use-auth-secret", f"--static-auth-secret={SECRET}", f"--listening-port={port}",
        "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--allow-loopback-peers",
        "--denied-peer-ip=0.0.0.0-255.255.255.255", "--allowed-peer-ip=127.0.0.1",
        f"--pidfile={folder / 'coturn.pid'}", f"--userdb={folder / 'coturn.db'}",
        "--log-file=stdout",
    ]  # fmt: skip
    with (folder / "coturn.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield f"turn:127.0.0.1:{port}?transport=tcp"
    finally:
        server.terminate()
        server.wait(10)


@contextmanager
def relayed(folder: Path, secret: str) -> Iterator[Running]:
    """Run a Fullhouse with a TURN server, of which it believes that this is the secret."""
    with coturn(folder) as url:
        settings = {"FULLHOUSE_TURN_URLS": url, "FULLHOUSE_TURN_SECRET": secret}
        with fullhouse_up(folder, environment=settings) as up:
            yield up


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with relayed(tmp_path_factory.mktemp("relay"), SECRET) as up:
        yield up


def by_relay_alone(host: str) -> str:
    """Return a studio link whose page tries no other way than relays."""
    page, _, key = host.partition("#")
    return f"{page}?relay#{key}"


def wait_for_speakers(running: Running, slug: str, count: int) -> None:
    """Wait until so many people on stage are heard."""
    end = time.monotonic() + 30
    while True:
        seats = json.loads(running.run("room", "show", slug, "--json"))["seats"]
        if sum(seat["level_db"] > -50 for seat in seats) >= count:
            return
        assert time.monotonic() < end, seats


@pytest.mark.paired
def test_a_speaker_whose_network_blocks_udp_is_heard_and_hears_through_a_relay(
    running: Running, playwright: Playwright, tmp_path: Path
) -> None:
    links = running.room("relayed")
    mine, theirs = coded_noise(60, seed=1, peak=0.3), coded_noise(60, seed=2, peak=0.3)
    other = write_wav(tmp_path / "other.wav", theirs)
    with chromium(playwright, tmp_path / "speaker", write_wav(tmp_path / "mine.wav", mine)) as one:
        go_on_stage(one.pages[0], by_relay_alone(links["host"]))
        running.wait_for_state("relayed", "live", seconds=30)
        with recording(f"{running.edge}/relayed/live.mp4", SECONDS, tmp_path) as ear:
            heard = ear.wait(SECONDS + 30)
        spoken = find(mine, heard[2 * SAMPLE_RATE :], 960)
        print(f"heard: {spoken.share:.3f}")
        assert spoken.share >= 0.9
        one.pages[0].wait_for_function("window.returned", timeout=20_000)
        with speaking(running, "relayed", other):
            wait_for_speakers(running, "relayed", 2)
            one.pages[0].evaluate("tap(returned)")
            time.sleep(SECONDS)
            returned = taped(one.pages[0]).pcm
        back = find(theirs, returned[2 * SAMPLE_RATE :], 960)
        print(f"returned: {back.share:.3f}")
        assert back.share >= 0.9


@pytest.mark.patient
@pytest.mark.long(27)
def test_where_nothing_gets_through_the_page_says_what_to_do(
    playwright: Playwright, tmp_path: Path
) -> None:
    """The relay refuses what the house gives out: as if there were none, on such a network."""
    wav = write_wav(tmp_path / "mine.wav", coded_noise(10, peak=0.3))
    with (
        relayed(tmp_path, "another-secret") as up,
        chromium(playwright, tmp_path / "speaker", wav) as one,
    ):
        links = up.room("unheard")
        began = time.monotonic()
        go_on_stage(one.pages[0], by_relay_alone(links["host"]))
        words = one.pages[0].get_by_text("Your network lets the web through but not sound (UDP)")
        expect(words).to_be_visible(timeout=45_000)
        print(f"said after {time.monotonic() - began:.1f} s")
        assert up.state("unheard")["state"] != "live"
