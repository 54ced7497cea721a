"""A shell: speaks a sound file into a room, in real time, for as long as it takes.

The file's position goes on as a live voice does: what is spoken while the house or the stage is
away is lost, and what comes after is heard.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import httpx

from fullhouse.client.links import mouth
from fullhouse.client.meter import Meter
from fullhouse.client.place import Place
from fullhouse.client.voice import OpusVoice, Voice, voice
from fullhouse.media import Pcm

BIT_RATE: Final = 40_000
FRAME_SECONDS: Final = 0.02
FRAMES_PER_PROGRESS: Final = 5
BEHIND_SECONDS: Final = 1.0
"""After so long a standstill (a machine that slept) real time starts anew, not in a rush."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """How it goes.

    Attributes:
        state: `away` while there is no way to the stage.
        seconds: how much of the file has been spoken, heard or not.
        lost: how much of that nobody heard.
        level_db: loudness of the last 200 ms, dBFS RMS.
    """

    state: Literal["speaking", "away"]
    seconds: float
    lost: float
    reconnects: int
    level_db: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """What came of it.

    Attributes:
        seconds, lost: as in `Speaking`.
        level_db: loudness of the whole, dBFS RMS.
        ended: the room ended before the file did.
    """

    room: str
    seconds: float
    lost: float
    reconnects: int
    level_db: float
    ended: bool


async def speak(
    *,
    whip_url: str,
    token: str,
    file: str,
    name: str = "Speaker",
    loop: bool = False,
    seconds: float | None = None,
    bit_rate: int = BIT_RATE,
    on_progress: Callable[[Speaking], None] | None = None,
) -> Spoken:
    """Speak a sound file into a room, and return when all of it has been sent.

    Args:
        whip_url: the room's WHIP address, or its studio link.
        token: the room's speaker or host token; may be empty where the link holds one.
        file: any sound file, or `-` for stdin.
        name: what the room is shown.
        loop: begin again at the end, for ever.
        seconds: stop after so many.
        bit_rate: of the Opus that is sent.
        on_progress: is told how it goes, ten times a second.

    Raises:
        Refused: there is no such file, it holds no sound, or the house lets nobody in by that
            token; also when the house cannot be reached at the start. Later it is waited for.
    """
    to = mouth(whip_url, token)
    async with (
        voice(file, loop) as sound,
        httpx.AsyncClient(timeout=httpx.Timeout(10, connect=5)) as http,
    ):
        first = await sound.frame()  # a file that is none is told before anyone is bothered
        place = Place(http, to, name)
        talk = Talk(place, OpusVoice(bit_rate), seconds, on_progress)
        finished = False
        try:
            await place.take()
            await _talk_while_kept(talk, first, sound, place)
            finished = True
        finally:
            await place.leave(finish=finished)
    return Spoken(
        room=to.slug,
        seconds=talk.seconds,
        lost=talk.lost,
        reconnects=place.reconnects,
        level_db=round(talk.meter.whole_db, 1),
        ended=place.ended,
    )


async def _talk_while_kept(talk: "Talk", first: Pcm | None, sound: Voice, place: Place) -> None:
    """Talk until the file, the time or the room ends."""
    keeping = asyncio.create_task(place.keep())
    talking = asyncio.create_task(talk.run(first, sound))
    try:
        await asyncio.wait({keeping, talking}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ours = [task for task in (keeping, talking) if not task.done()]
        for task in ours:
            task.cancel()
        await asyncio.gather(*ours, return_exceptions=True)
    for task in (keeping, talking):
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


class Talk:
    """The clock of speaking: one frame every 20 ms."""

    def __init__(
        self,
        place: Place,
        encoder: OpusVoice,
        most: float | None,
        on_progress: Callable[[Speaking], None] | None,
    ) -> None:
        self._place = place
        self._encoder = encoder
        self._most = most
        self._on_progress = on_progress
        self._frames = 0
        self._lost = 0
        self.meter = Meter()

    @property
    def seconds(self) -> float:
        return round(self._frames * FRAME_SECONDS, 2)

    @property
    def lost(self) -> float:
        return round(self._lost * FRAME_SECONDS, 2)

    async def run(self, frame: Pcm | None, sound: Voice) -> None:
        """Say `frame`, then all that `sound` gives."""
        due = time.monotonic()
        while frame is not None and (self._most is None or self.seconds < self._most):
            self._say(frame)
            due += FRAME_SECONDS
            frame = await sound.frame()
            ahead = due - time.monotonic()
            if ahead < -BEHIND_SECONDS:
                due = time.monotonic()
            await asyncio.sleep(max(0.0, ahead))

    def _say(self, frame: Pcm) -> None:
        self._frames += 1
        self._lost += self._place.away
        self.meter.add(frame)
        for packet in self._encoder.encode(frame):
            self._place.send(packet)
        if self._on_progress is not None and self._frames % FRAMES_PER_PROGRESS == 0:
            self._on_progress(self._progress())

    def _progress(self) -> Speaking:
        return Speaking(
            state="away" if self._place.away else "speaking",
            seconds=self.seconds,
            lost=self.lost,
            reconnects=self._place.reconnects,
            level_db=round(self.meter.now_db, 1),
        )
