"""People who speak into rooms, each with a noise that is known sample by sample, and who hear."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import av
import httpx
import numpy as np

from fullhouse.client.links import Mouth
from fullhouse.client.voice import OpusVoice
from fullhouse.client.whip import Session
from fullhouse.errors import Refused
from fullhouse.media import Pcm, Rendition
from fullhouse.programme.encoder import Encoder
from fullhouse.stage.opus import OpusDecoder
from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE, RoomSlug
from tests.boxes import boxes
from tests.coded_noise import coded_noise

FRAME: Final = 0.02
ROUND: Final = 8.0
"""Seconds after which a noise begins again: far longer than sound is ever on its way."""


@dataclass(frozen=True)
class Noise:
    """Something to say, over and over.

    Attributes:
        packets: a round of it in Opus.
        pcm: the same as a stage decodes it.
    """

    packets: tuple[bytes, ...]
    pcm: Pcm

    @classmethod
    def of(cls, seed: int) -> "Noise":
        """Return the noise of a seed."""
        pcm, voice, decoder = coded_noise(ROUND, seed, peak=0.4), OpusVoice(40_000), OpusDecoder()
        packets = [
            packet
            for first in range(0, len(pcm), FRAME_SAMPLES)
            for packet in voice.encode(pcm[first : first + FRAME_SAMPLES])
        ]
        sound = np.concatenate([decoder.decode(packet) for packet in packets + packets])
        return cls(tuple(packets), sound[len(sound) // 2 :])


@dataclass
class Person:
    """A member of a room who speaks without a pause into every connection they have.

    Attributes:
        http: how they ask, from an address of their own.
        role: as the house has said last.
        shift: the frame of their noise with which they began.
        silenced: spans of unix seconds in which the house had said that they are not heard.
        sounding: spans in which the stage got their sound and said whether it is muted.
        came: unix seconds at which they asked for a connection, or got one: the last time.
        refusals: when they were not let on stage, and why: the last few.
    """

    http: httpx.AsyncClient
    member: str
    token: str
    role: str
    noise: Noise
    shift: int = 0
    sessions: list[Session] = field(default_factory=list)
    silenced: list[list[float]] = field(default_factory=list)
    sounding: dict[bool, list[tuple[float, float]]] = field(
        default_factory=lambda: {True: [], False: []}
    )
    came: float = 0.0
    refusals: deque[str] = field(default_factory=lambda: deque(maxlen=5))

    @property
    def is_silenced(self) -> bool:
        """Whether the last span is still open."""
        return bool(self.silenced) and len(self.silenced[-1]) == 1

    def silence(self) -> None:
        """Note that the house has said so just now."""
        if not self.is_silenced:
            self.silenced.append([time.time()])

    def may_be_heard(self) -> None:
        """Note that they are about to unmute themselves."""
        if self.is_silenced:
            self.silenced[-1].append(time.time())

    def say(self, frame: int) -> None:
        """Say 20 ms of their noise."""
        packets = self.noise.packets
        for session in self.sessions:
            session.send(packets[(frame + self.shift) % len(packets)])

    async def come(self, whip: str, house: str, slug: str, linger: float) -> None:
        """Come on stage; the connections before this one speak on for a while, unless refused."""
        to, began = Mouth(whip, house, RoomSlug(slug), self.token), time.time()
        self.came = began
        try:
            session = await Session.open(self.http, to, seat="", name="")
        except Refused as refusal:
            self.refusals.append(f"{began:.1f} to {time.time():.1f}: {refusal.code}")
            return
        self.came, old = time.time(), tuple(self.sessions)
        self.sessions.append(session)
        await asyncio.sleep(linger)
        await self.drop(*old)

    async def drop(self, *sessions: Session, leave: bool = False) -> None:
        """Let connections go, with a word or without."""
        self.sessions = [one for one in self.sessions if one not in sessions]
        for one in sessions:
            await (one.leave(self.http) if leave else one.close())


async def talk(people: Sequence[Person], began: float) -> None:
    """Let everybody say their noise, in real time, for ever.

    Args:
        began: unix seconds at which frame 0 is said.
    """
    frame, ahead = 0, began - time.time()
    start = time.monotonic() + ahead
    while True:
        await asyncio.sleep(max(0.0, start + frame * FRAME - time.monotonic()))
        for one in people:
            one.say(frame)
        frame += 1


@dataclass
class Recorder:
    """What an edge has sent as `live.mp4`, as it came."""

    raw: bytearray = field(default_factory=bytearray)

    async def listen(self, url: str) -> None:
        """Listen for ever."""
        async with (
            httpx.AsyncClient(timeout=httpx.Timeout(30)) as http,
            http.stream("GET", url) as answer,
        ):
            async for piece in answer.aiter_bytes():
                self.raw += piece

    def heard(self) -> tuple[Pcm, float]:
        """Return the mix, and the second of the room's timeline at which it begins."""
        decoder = av.CodecContext.create("aac", "r")
        assert isinstance(decoder, av.AudioCodecContext)
        decoder.extradata = Encoder(Rendition.AAC).config
        placed = list[tuple[int, Pcm]]()
        for at, packets in _chunks(bytes(self.raw)):
            sound = [f.to_ndarray()[0] for raw in packets for f in decoder.decode(av.Packet(raw))]
            placed.append((at, np.concatenate(sound)))
        first, (last, end) = placed[0][0], placed[-1]
        mix: Pcm = np.zeros(last - first + len(end) + FRAME_SAMPLES, np.float32)
        for at, pcm in placed:
            mix[at - first : at - first + len(pcm)] = pcm
        return mix, first / SAMPLE_RATE


def _chunks(raw: bytes) -> list[tuple[int, tuple[bytes, ...]]]:
    """Return the place on the timeline and the packets of each whole chunk."""
    found, at = [], raw.find(b"moof") - 4
    time_of, sizes = 0, list[int]()
    while at + 8 <= len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        if at + size > len(raw):
            break
        (box,) = boxes(raw[at : at + size])
        if box.name == "moof":
            time_of = box.find("traf/tfdt").number(4, 8)
            run = box.find("traf/trun")
            sizes = [run.number(12 + 4 * i, 4) for i in range(run.number(4, 4))]
        elif box.name == "mdat":
            ends = np.cumsum(sizes)
            packets = tuple(box.body[e - s : e] for s, e in zip(sizes, ends, strict=True))
            found.append((time_of, packets))
        at += size
    return found


@asynccontextmanager
async def running(*work: Any) -> AsyncIterator[None]:
    """Let something run beside the block, and end it with the block."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
