"""WHIP clients that nobody here wrote come on stage, and are heard. Chromium: test_browser.py."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from aioice.ice import get_host_addresses

from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE
from tests.coded_noise import coded_noise, find
from tests.journeys.api import Api
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.soundcards import sound_card
from tests.journeys.sounds import recording, write_wav
from tests.journeys.strangers import connected, install, stranger

pytestmark = [pytest.mark.paired, pytest.mark.timeout(240)]

NOISE = coded_noise(8, peak=0.5)
SECONDS = 5
PHRASES = np.where(np.arange(len(NOISE)) / SAMPLE_RATE % 2 < 1.6, NOISE, np.float32(0))
PHRASES_SHARE = 0.2
"""Breaths are no noise, and the windows at their ends are not recognised."""
CHECKS = ("device", "level", "noise", "clipping", "network", "headphones")
SOFT_SHARE = 0.7
"""For ears that are programs, and wait for their turn like every other."""
INNER = {"loopback": "yes"}
"""Without any network Firefox has to be told that it may use loopback."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    install()
    with fullhouse_up(tmp_path_factory.mktemp("strangers")) as up:
        yield up


@pytest.fixture(scope="module")
def wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wav(tmp_path_factory.mktemp("wav") / "noise.wav", NOISE)


def is_heard(running: Running, slug: str, folder: Path, share: float = 0.9) -> None:
    """See that the room goes live, and that its stream is the noise."""
    running.wait_for_state(slug, "live")
    with recording(f"{running.edge}/{slug}/live.mp4", SECONDS, folder) as one:
        is_the_noise(one.wait(60), share)


def is_the_noise(heard: Pcm, share: float) -> None:
    found = find(NOISE, heard, 960)
    print(found)
    assert found.last - found.first > SECONDS - 1.5
    assert found.share >= share


@pytest.mark.parametrize("script", ["wrtc.mjs", "whip_whep.mjs"])
def test_npm_clients_are_heard(running: Running, wav: Path, tmp_path: Path, script: str) -> None:
    """@roamhq/wrtc with all candidates in its offer; whip-whep with a PATCH for them."""
    slug = script.partition(".")[0].replace("_", "-")
    links = running.room(slug)
    order = {"whip": links["whip"], "token": links["whip_token"], "wav": str(wav)}
    with connected(script, order):
        is_heard(running, slug, tmp_path)


def test_an_npm_client_hears_the_stage(running: Running, wav: Path, tmp_path: Path) -> None:
    """whip-whep's WHEP client, which sits nowhere, is sent everybody."""
    links, tape = running.room("return"), tmp_path / "tape.raw"
    speaker = {"whip": links["whip"], "token": links["whip_token"], "wav": str(wav)}
    listener = {"whep": links["whep"], "token": links["whip_token"], "tape": str(tape)}
    with stranger("wrtc.mjs", speaker):
        running.wait_for_state("return", "live")
        with connected("whip_whep.mjs", listener):
            time.sleep(SECONDS + 2)
    heard = np.fromfile(tape, "<i2").astype(np.float32) / np.float32(32768)
    is_the_noise(heard[-SECONDS * SAMPLE_RATE :], SOFT_SHARE)


def test_ffmpegs_own_muxer_is_heard(running: Running, wav: Path, tmp_path: Path) -> None:
    links = running.room("ffmpeg")
    order = {"whip": links["whip"], "token": links["whip_token"], "wav": str(wav)}
    with stranger("tests.clients.ffmpeg", order | {"folder": str(tmp_path)}):
        is_heard(running, "ffmpeg", tmp_path)


def test_a_stock_firefox_is_invited_speaks_in_the_studio_and_plays_the_page(
    running: Running, tmp_path: Path
) -> None:
    """A link, the preflight, the stage: its microphone reaches the stream, which it plays."""
    links = running.room("firefox")
    invited = Api(running, links).ask("POST", "/invitations", {"role": "speaker", "name": "Ben"})
    wav = write_wav(tmp_path / "phrases.wav", PHRASES)
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    assert firefox, "firefox is not installed: run make test as root once"
    profile = tmp_path / "profile"
    profile.mkdir()
    order = {"studio": invited["link"], "listen": links["listen"], "firefox": firefox}
    order |= {"profile": str(profile)} | ({} if get_host_addresses(True, False) else INNER)
    with (
        sound_card(tmp_path) as card,
        card.says(wav),
        stranger("firefox.mjs", order, card.environment) as client,
    ):
        checked = client.says(state="checked")
        lights = dict(zip(CHECKS, checked["lights"], strict=True))
        assert lights | {"network": "good"} == dict.fromkeys(CHECKS, "good"), checked
        assert lights["network"] != "wait", checked
        client.says(played=True)
        with card.recording(SECONDS) as ear:
            is_heard(running, "firefox", tmp_path, PHRASES_SHARE)
            is_the_noise(ear.wait(30), PHRASES_SHARE)
