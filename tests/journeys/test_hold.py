"""A room waits with its host's own music until the first word that may be heard."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import pytest

from fullhouse.client.speak import Speaking, speak
from fullhouse.media import Pcm
from fullhouse.units import PART_SAMPLES, SAMPLE_RATE
from tests.coded_noise import coded_noise, find
from tests.ears import Ear
from tests.edge.test_sound import decode
from tests.journeys.running import fullhouse_up
from tests.journeys.sounds import write_wav

pytestmark = pytest.mark.paired

MUSIC = coded_noise(11 * PART_SAMPLES / SAMPLE_RATE, 31, peak=0.3)
WHILE_MUTED = coded_noise(2.5, 32, peak=0.3)
WORD = coded_noise(2.5, 33, peak=0.3)
COMES, PAUSE = (np.zeros(round(seconds * SAMPLE_RATE), np.float32) for seconds in (1.5, 1.5))
SAID = np.concatenate((COMES, WHILE_MUTED, PAUSE, WORD))
UNMUTED_AT, WORD_AT = 4.5, 5.5
"""Seconds in what is said."""
ENDS_WITHIN = 0.5
LOST = 0.15
"""Seconds of the word that may be missing: where a part ends just after it has begun."""


@dataclass
class Speaker:
    """One who speaks a file in real time.

    Attributes:
        began: when its first sample was spoken, of `time.monotonic`.
    """

    began: float = np.inf

    def tell(self, how: Speaking) -> None:
        """Note when the file began: a microphone has a frame 20 ms after its first sample."""
        self.began = min(self.began, time.monotonic() - how.seconds)


@contextmanager
def speaker(links: dict[str, str], file: Path) -> Iterator[Speaker]:
    one = Speaker()
    talk = speak(
        whip_url=links["whip"], token=links["whip_token"], file=str(file), on_progress=one.tell
    )
    thread = threading.Thread(target=lambda: asyncio.run(talk), name="speaker")
    thread.start()
    try:
        yield one
    finally:
        thread.join(20)


@dataclass
class Listener:
    """What one listener gets of an endless stream, and when."""

    url: str
    raw: bytes = b""
    ear: Ear = field(default_factory=lambda: Ear(socket.socket()))
    over: bool = False

    def run(self) -> None:
        with httpx.stream("GET", self.url, timeout=10) as answer:
            self.ear.hear(b"HTTP/1.1 200 OK\r\n\r\n", time.monotonic())
            for piece in answer.iter_raw():
                self.ear.hear(piece, time.monotonic())
                self.raw += piece
                if self.over:
                    return


@contextmanager
def listener(url: str) -> Iterator[Listener]:
    one = Listener(url)
    thread = threading.Thread(target=one.run, name="listener")
    thread.start()
    try:
        yield one
    finally:
        one.over = True
        thread.join(10)


def test_the_hold_goes_on_while_all_are_muted_and_ends_with_the_first_word(
    tmp_path: Path,
) -> None:
    """Its last part is out within half a second of the word's first sample; hardly any
    of the word is lost, and nothing that was said while muted is heard.
    """
    with fullhouse_up(tmp_path) as running:
        links = running.room("evening", "--starts", "+1h")
        music = write_wav(tmp_path / "music.wav", np.tile(MUSIC, 2))
        assert "plays your hold" in running.run("room", "hold", "evening", str(music))
        file = write_wav(tmp_path / "said.wav", SAID)
        host = {"Authorization": f"Bearer {links['host'].partition('#')[2]}"}
        with (
            httpx.Client(base_url=running.house, headers=host) as house,
            listener(f"{running.edge}/evening/live.mp4") as ear,
        ):
            for move in ("open", "live"):
                assert house.post(f"/api/rooms/evening/{move}").status_code == 200
            with speaker(links, file) as one:
                seat = mute_the_only_one(house)
                time.sleep(one.began + UNMUTED_AT - time.monotonic())
                room = house.get("/api/rooms/evening").json()
                assert (room["state"], room["armed"]) == ("doors", True)
                told = room["seats"][0]
                assert (told["seat"], told["muted"], told["connected"]) == (seat, True, True)
                unmute(house, seat)
            time.sleep(1)
        word = one.began + WORD_AT
        holds = [part.at for part in ear.ear.parts if part.playing == "hold"]
        sounds = [part.at for part in ear.ear.parts if part.playing == "sound"]
        print(f"last hold {holds[-1] - word:+.3f} s, first sound {sounds[0] - word:+.3f} s")
        assert holds[-1] < sounds[0]
        assert holds[-1] - word <= ENDS_WITHIN
        judge(decode(ear.raw))


def mute_the_only_one(house: httpx.Client) -> str:
    """Mute the seat that is taken, as soon as it is."""
    end = time.monotonic() + 5
    while not (there := house.get("/api/rooms/evening").json()["seats"]):
        assert time.monotonic() < end
        time.sleep(0.02)
    seat: str = there[0]["seat"]
    answer = house.post(f"/api/rooms/evening/seats/{seat}/mute", json={"muted": True})
    assert answer.status_code == 200, answer.text
    time.sleep(0.5)
    return seat


def unmute(house: httpx.Client, seat: str) -> None:
    answer = house.post(f"/api/rooms/evening/seats/{seat}/mute", json={"muted": False})
    assert answer.status_code == 200


def judge(heard: Pcm) -> None:
    """See that there is the music, then the word from its beginning, and nothing else."""
    music, word = find(np.tile(MUSIC, 3), heard), find(WORD, heard)
    assert music.last - music.first > 2
    assert word.share > 0.9
    assert word.place < LOST
    assert word.first >= music.last
    assert find(WHILE_MUTED, heard).share == 0
