"""Speaking a file into a room."""

import time
from pathlib import Path

import pytest

from fullhouse.client.speak import Speaking, speak
from fullhouse.client.voice import NoFile
from fullhouse.client.whip import Unreachable
from fullhouse.errors import NotAllowed, Refused
from tests.client.peers import TOKEN, whip_house
from tests.coded_noise import coded_noise, find
from tests.stage.sources import ENCODINGS, encoded

SECONDS = 3.0
NOISE = coded_noise(SECONDS)


@pytest.fixture
def noise_file(tmp_path: Path) -> Path:
    path = tmp_path / "noise.flac"
    path.write_bytes(encoded(NOISE, *ENCODINGS["flac"]))
    return path


async def test_a_file_is_spoken_in_real_time(noise_file: Path) -> None:
    seen: list[Speaking] = []
    async with whip_house() as house:
        began = time.monotonic()
        spoken = await speak(
            whip_url=f"{house.url}/whip/demo",
            token=TOKEN,
            file=str(noise_file),
            name="Ana",
            on_progress=seen.append,
        )
        assert SECONDS - 0.2 < time.monotonic() - began < SECONDS + 3
        (seated,) = house.sessions
        assert seated.deleted
        assert seated.name == "Ana"
        found = find(NOISE, seated.pcm())
        assert found.share >= 0.97
        # All of it but what a jitter buffer holds back at its end.
        assert found.last - found.first > SECONDS - 0.6
    assert (spoken.room, spoken.seconds, spoken.reconnects) == ("demo", SECONDS, 0)
    assert (spoken.lost, spoken.ended) == (0, False)
    assert len(seen) == SECONDS * 10
    assert seen[20].level_db == pytest.approx(-16, abs=3)


async def test_the_voice_goes_on_while_the_stage_is_away(noise_file: Path) -> None:
    """What is spoken meanwhile is lost, as with a live microphone; the place in it is kept."""
    states: list[str] = []
    async with whip_house() as house:
        house.tell("stage", instance="a")

        def watch(progress: Speaking) -> None:
            states.append(progress.state)
            if progress.seconds == 1.0:
                house.refuse = [(503, {}), (503, {})]
                house.tell("stage", instance="b")

        spoken = await speak(
            whip_url=f"{house.url}/whip/demo",
            token=TOKEN,
            file=str(noise_file),
            on_progress=watch,
        )
        before, after = house.sessions
        assert find(NOISE, before.pcm()).place == pytest.approx(0, abs=0.3)
        came_back = find(NOISE, after.pcm())
        assert came_back.share >= 0.95
        assert came_back.place == pytest.approx(1.0 + spoken.lost, abs=0.4)
    assert spoken.seconds == SECONDS
    assert spoken.reconnects == 1
    assert 0.1 < spoken.lost < 1.4
    assert "away" in states
    assert states[-1] == "speaking"


async def test_speaking_stops_after_so_many_seconds(noise_file: Path) -> None:
    async with whip_house() as house:
        spoken = await speak(
            whip_url=f"{house.url}/studio/demo#{TOKEN}",
            token="",
            file=str(noise_file),
            seconds=0.5,
            loop=True,
        )
    assert spoken.seconds == 0.5


async def test_speaking_stops_when_the_room_ends(noise_file: Path) -> None:
    async with whip_house() as house:
        house.tell("room", state="live")

        def watch(progress: Speaking) -> None:
            if progress.seconds == 0.5:
                house.tell("room", state="ended")

        spoken = await speak(
            whip_url=f"{house.url}/whip/demo",
            token=TOKEN,
            file=str(noise_file),
            loop=True,
            on_progress=watch,
        )
    assert spoken.ended
    assert spoken.seconds < 2


async def test_what_cannot_work_is_refused_with_one_line(noise_file: Path) -> None:
    async with whip_house() as house:
        url, file = f"{house.url}/whip/demo", str(noise_file)
        with pytest.raises(NoFile):
            await speak(whip_url=url, token=TOKEN, file=file + "x")
        assert not house.sessions
        with pytest.raises(Refused, match="does not open") as wrong:
            await speak(whip_url=url, token="wrong", file=file)
        assert wrong.value.status == 401
        with pytest.raises(NotAllowed):
            await speak(whip_url=url, token="", file=file)
    with pytest.raises(Unreachable):
        await speak(whip_url="http://127.0.0.1:1/whip/demo", token=TOKEN, file=file)
