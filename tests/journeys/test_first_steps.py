"""A new user's first minutes: the README's commands, and how soon there is sound."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.ears import Ears
from tests.journeys.running import free_ports, fullhouse_up
from tests.journeys.slowness import BIRTH, Turns, within

FIRST_SOUND_WITHIN = 5.0
ROOT = Path(__file__).parents[2]


def wait_for_sound(edge: str, slug: str, seconds: float) -> None:
    """Wait until the room answers, and until an ear hears the stage's sound."""
    end = time.monotonic() + seconds
    while True:
        try:
            if httpx.get(f"{edge}/{slug}/state.json", timeout=1).status_code == 200:
                break
        except httpx.HTTPError:
            pass
        assert time.monotonic() < end, "the room does not answer"
        time.sleep(0.02)
    address = urlsplit(edge)
    assert address.hostname is not None
    assert address.port is not None
    with Ears(address.hostname, address.port, f"/{slug}/live.mp4", 1) as ears:
        ears.wait_until_playing("sound", max(0.1, end - time.monotonic()))


def test_from_up_to_the_first_sound(tmp_path: Path) -> None:
    """≤ 5 s from `fullhouse up --demo` on an empty data folder to the demo's voice."""
    began = time.monotonic()
    with fullhouse_up(tmp_path, "--demo", first=True) as up:
        wait_for_sound(up.edge, "demo", 20)
        seconds = time.monotonic() - began
        (house,) = up.processes("fullhouse", "house")
        slowed = Turns.of(house.pid).slowed(BIRTH)
        print(
            f"first sound after {seconds:.2f} s, all roles ready after {up.ready:.2f} s", end=", "
        )
        print(f"waiting for processors: {slowed:.1f} times slower")
        heard = json.loads(up.run("listen", f"{up.edge}/demo", "--seconds", "3", "--json"))
    assert within(FIRST_SOUND_WITHIN, seconds, slowed)
    assert heard["seconds"] >= 3
    assert heard["level_db"] > -40


@pytest.mark.patient
@pytest.mark.long(57)
@pytest.mark.timeout(300)
def test_a_clean_clone_is_heard_after_make_up(tmp_path: Path) -> None:
    """`git clone`, `make up`, and the demo's voice: ≤ 4 min, with nothing by hand."""
    clone, edge = tmp_path / "clone", free_ports(8)
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    names = ("EDGE_PORT", "HOUSE_PORT", "SOURCE_PORT", "ADMIN_PORT")
    settings = {f"FULLHOUSE_{name}": str(port) for name, port in zip(names, edge, strict=False)}
    settings |= {"FULLHOUSE_MEDIA_PORTS": "0", "PYTHONPATH": ""}
    began = time.monotonic()
    with (tmp_path / "make.log").open("wb") as log:
        make = subprocess.Popen(
            ["make", "-C", str(clone), "up"],
            env={name: os.environ[name] for name in os.environ if "MAKE" not in name} | settings,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for_sound(f"http://127.0.0.1:{edge[0]}", "demo", 240)
        print(f"first sound {time.monotonic() - began:.0f} s after make up on a clean clone")
        end = time.monotonic() + 15
        while "/studio/demo#" not in (said := (tmp_path / "make.log").read_text()):
            assert time.monotonic() < end, said
            time.sleep(0.1)
        assert f"http://127.0.0.1:{edge[0]}/demo" in said
        assert f"http://127.0.0.1:{edge[1]}/studio/demo#" in said
    finally:
        os.killpg(make.pid, signal.SIGINT)
        try:
            make.wait(10)
        finally:
            if make.poll() is None:
                os.killpg(make.pid, signal.SIGKILL)
                make.wait()
