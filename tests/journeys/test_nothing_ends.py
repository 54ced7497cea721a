"""Processes die, rooms end: no listener's stream does."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.coded_noise import coded_noise
from tests.ears import Ears
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sounds import icecast_source, speaking, write_wav

BACK_WITHIN = 3.0
"""Seconds from the death of one of our processes to real sound."""
WATCHED = 4.5
"""Seconds after it in which the page is asked for; and sound must have come, and stayed."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with fullhouse_up(tmp_path_factory.mktemp("nothing-ends")) as up:
        yield up


@pytest.fixture(scope="module")
def wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wav(tmp_path_factory.mktemp("wav") / "noise.wav", coded_noise(60, peak=0.5))


def ears_of(running: Running, slug: str, count: int) -> Ears:
    edge = urlsplit(running.edge)
    assert edge.hostname is not None
    assert edge.port is not None
    return Ears(edge.hostname, edge.port, f"/{slug}/live.mp4", count)


def test_a_thousand_streams_outlive_a_rooms_start_stop_and_start(
    running: Running, wav: Path
) -> None:
    """A room starts, ends and starts again: no stream ends, nobody reconnects, no hole."""
    running.room("again")
    with ears_of(running, "again", 1000) as ears:
        for _ in range(2):
            with speaking(running, "again", wav):
                ears.wait_until_playing("sound")
                time.sleep(2)
            running.run("room", "end", "again")
            running.wait_for_state("again", "ended")
            ears.wait_until_playing("silence")
        ears.wait_for(parts=3)
        assert ears.ended() == 0
        assert not ears.breaks()
        assert not ears.wrong()


VICTIMS = {
    "a room's stage": ("fullhouse.stage.child",),
    "the stage node": ("fullhouse", "stage"),
    "the house": ("fullhouse", "house"),
    "nats": ("nats-server",),
}


@pytest.fixture(scope="module")
def rooms(running: Running, wav: Path) -> Iterator[dict[str, Ears]]:
    """Somebody speaks in two rooms, by different ways, to 200 ears in each; by slug."""
    with ExitStack() as stack:
        heard = {}
        for way in ("icecast", "whip"):
            slug = f"by-{way}"
            links, icecast = running.room(slug), way == "icecast"
            source = icecast_source(links, wav) if icecast else speaking(running, slug, wav)
            stack.enter_context(source)
            heard[slug] = stack.enter_context(ears_of(running, slug, 200))
        yield heard


@pytest.mark.parametrize("victim", VICTIMS)
def test_no_stream_ends_when_a_process_of_ours_is_killed(
    running: Running, rooms: dict[str, Ears], victim: str
) -> None:
    """`kill -9`, one process after the other, while all go on listening.

    No end, no hole, real sound ≤ 3 s, the page never errs.
    """
    for ears in rooms.values():
        ears.wait_until_playing("sound")
    time.sleep(1)
    killed = time.monotonic()
    assert running.kill(*VICTIMS[victim]) >= 1
    while time.monotonic() < killed + WATCHED:
        for slug in rooms:
            assert httpx.get(f"{running.edge}/{slug}", timeout=5).status_code == 200
            assert httpx.get(f"{running.edge}/{slug}/state.json", timeout=5).status_code == 200
        time.sleep(0.2)
    for slug, ears in rooms.items():
        ears.wait_until_playing("sound", 5)
        silence = ears.longest_without_sound(killed)
        print(f"{victim} killed, {slug}: {silence:.2f} s without real sound")
        assert ears.ended() == 0
        assert not ears.breaks()
        assert not ears.wrong()
        assert silence <= BACK_WITHIN


def test_nothing_was_logged_as_an_error(running: Running) -> None:
    """All of that is Fullhouse's daily life, not an error of it."""
    assert not running.errors()
