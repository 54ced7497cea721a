"""A WHIP speaker in a process of its own: aiortc's client, known noise, calls over the bus.

Started with one JSON object as its argument; says on stdout, one JSON line each, what it was
answered and when it is connected. Ends after `seconds`, or when it is killed.
"""

import asyncio
import fractions
import json
import sys
import time
from typing import Any, Final

import aioice.ice
import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from numpy.typing import NDArray

from fullhouse.bus import Bus, NobodyAnswers, connect
from fullhouse.media import Pcm
from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE, RoomSlug
from fullhouse.wire import RoomNews, WhipCall, WhipReply, subject_whip
from tests.coded_noise import coded_noise

LOOPBACK: Final = "127.0.0.1"
TIME_BASE: Final = fractions.Fraction(1, 48_000)


SLOT_HERTZ: Final = 120
"""Width of the slots of `comb_noise`; 20 Hz at each side of a slot stay empty."""


def slots(hertz: NDArray[np.floating[Any]], voice: int) -> NDArray[np.bool_]:
    """Return which frequencies belong to this voice, of three."""
    mine = (hertz // SLOT_HERTZ).astype(int) % 3 == voice % 3
    inside = np.abs(hertz % SLOT_HERTZ - SLOT_HERTZ / 2) < SLOT_HERTZ / 2 - 20
    return np.asarray(mine & inside & (hertz > 300) & (hertz < 3800))


def comb_noise(voice: int, peak: float = 0.3) -> Pcm:
    """Return four seconds of noise in this voice's slots: three can be told apart in a mix.

    Codecs change waveforms but keep energies; so each voice's level is that of its slots.
    """
    noise = coded_noise(4, voice)
    spectrum = np.fft.rfft(noise)
    spectrum[~slots(np.fft.rfftfreq(len(noise), 1 / SAMPLE_RATE), voice)] = 0
    comb = np.fft.irfft(spectrum, len(noise))
    return np.asarray(comb / np.abs(comb).max() * peak, np.float32)


class Noise(MediaStreamTrack):
    """Noise in real time, round and round.

    In stereo, the same in both ears: aiortc's encoder would turn mono down by 3 dB.
    """

    kind = "audio"

    def __init__(self, pcm: Pcm) -> None:
        super().__init__()
        self._frames = np.rint(pcm * 32767).astype(np.int16).reshape(-1, FRAME_SAMPLES)
        self._sent = 0
        self._began = time.monotonic()

    async def recv(self) -> av.AudioFrame:
        await asyncio.sleep(self._began + self._sent * 0.02 - time.monotonic())
        samples = self._frames[self._sent % len(self._frames)].repeat(2).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self._sent * 960, TIME_BASE
        self._sent += 1
        return frame


async def call(bus: Bus, slug: str, call: WhipCall) -> WhipReply:
    """Ask the stage as the house does: again until it is there."""
    for _ in range(50):
        try:
            raw = await bus.request(subject_whip(RoomSlug(slug)), call.pack(), 5)
            return WhipReply.unpack(raw)
        except NobodyAnswers:
            await asyncio.sleep(0.1)
    raise TimeoutError("no stage answers")


def say(**what: object) -> None:
    print(json.dumps(what), flush=True)


async def speak(order: dict[str, str], seconds: float) -> None:
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [LOOPBACK]
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    sound = comb_noise(int(order["voice"]), float(order.get("peak", "0.3")))
    peer.addTrack(Noise(sound))
    peer.on("connectionstatechange", lambda: say(state=peer.connectionState))
    await peer.setLocalDescription(await peer.createOffer())
    async with connect(order["bus"], "caller") as bus:
        offer = WhipCall(
            call="offer",
            session=order["session"],
            seat=order.get("seat", ""),
            name=order.get("name", "Ana"),
            body=peer.localDescription.sdp,
            news=RoomNews.model_validate_json(order["news"]) if "news" in order else None,
        )
        reply = await call(bus, order["slug"], offer)
        say(status=reply.status, code=reply.code, seat=reply.seat)
        if reply.status == 201:
            await peer.setRemoteDescription(RTCSessionDescription(reply.body, "answer"))
            await asyncio.sleep(seconds)
    await peer.close()


if __name__ == "__main__":
    arguments = json.loads(sys.argv[1])
    asyncio.run(speak(arguments, float(arguments["seconds"])))
