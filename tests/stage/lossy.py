"""Speakers on bad networks, in a process of their own: `python -m tests.stage.lossy '{...}'`.

Each speaker is aiortc's client with packets as Chromium makes them (libopus for speech, with
in-band recovery); its sound goes over real UDP, DTLS and SRTP through a relay of its own that
loses and delays by a pattern. At the other end either our receiving side or aiortc's own.
Prints one JSON object per speaker: what was heard.
"""

import asyncio
import ctypes
import json
import sys
import time
from collections import Counter, deque
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import aioice.ice
import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCCertificate,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)

from fullhouse.clock import Clock
from fullhouse.libopus import libopus_path
from fullhouse.media import Pcm
from fullhouse.stage.ice import Reach
from fullhouse.stage.offer import read_offer
from fullhouse.stage.opus import OpusDecoder
from fullhouse.stage.peer import Peer
from fullhouse.stage.voice import Voice
from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE
from tests.coded_noise import coded_noise
from tests.relay import LOOPBACK, Relay, relay, weather
from tests.stage.caller import TIME_BASE

FRAME_SECONDS: Final = 0.02
BITRATE: Final = 40_000
KEPT_FRAMES: Final = 6000
"""Two minutes: whoever listens for longer counts only."""
_VOIP: Final = 2048
_SET_BITRATE, _SET_COMPLEXITY, _SET_FEC, _SET_LOSS = 4002, 4010, 4012, 4014


@dataclass(frozen=True)
class Case:
    """A network, and the share of the windows that must be recognised behind it, in percent."""

    name: str
    loss: float
    burst: int
    jitter: bool
    least: float


CASES: Final = tuple(
    Case(f"{name}{', jitter' if jitter else ''}", loss, burst, jitter, least)
    for jitter in (False, True)
    for name, loss, burst, least in (
        ("no loss", 0.0, 1, 99),
        ("2 %", 0.02, 1, 97),
        ("5 %", 0.05, 1, 93),
        ("10 %", 0.1, 1, 85),
        ("5 % in bursts of 3", 0.05, 3, 88),
    )
)


@dataclass(frozen=True)
class Heard:
    """What came of one speaker.

    Attributes:
        sent, lost: packets of sound that reached the relay, and those that it lost.
        came, taken, late, dropped, lost_here: what our playout counted, or zeros.
        held_up: share of the ticks that came more than 15 ms late: the machine stood still.
        reasons: frames by reason, from the first sound on.
    """

    share: float
    score: float
    sent: int
    lost: int
    came: int = 0
    taken: int = 0
    late: int = 0
    dropped: int = 0
    lost_here: int = 0
    trims: int = 0
    depth_ms: float = 0.0
    held_up: float = 0.0
    reasons: dict[str, int] | None = None


def speech_packets(pcm: Pcm, loss_percent: int, bitrate: int = BITRATE) -> list[bytes]:
    """Return 20 ms packets as browsers make them of a microphone."""
    library = ctypes.CDLL(libopus_path())
    state = ctypes.create_string_buffer(library.opus_encoder_get_size(1))
    assert library.opus_encoder_init(state, SAMPLE_RATE, 1, _VOIP) == 0
    for request, value in (
        (_SET_BITRATE, bitrate),
        (_SET_COMPLEXITY, 9),
        (_SET_FEC, 1),
        (_SET_LOSS, loss_percent),
    ):
        assert library.opus_encoder_ctl(state, request, ctypes.c_int32(value)) == 0
    out, packets = ctypes.create_string_buffer(1500), []
    for at in range(0, len(pcm) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        frame = np.ascontiguousarray(pcm[at : at + FRAME_SAMPLES])
        size = library.opus_encode_float(
            state, ctypes.c_void_p(frame.ctypes.data), FRAME_SAMPLES, out, 1500
        )
        assert size > 0
        packets.append(out.raw[:size])
    return packets


class Sending(MediaStreamTrack):
    """Packets in real time; then the track ends."""

    kind = "audio"

    def __init__(self, packets: list[bytes]) -> None:
        super().__init__()
        self._packets = packets
        self._sent = 0
        self._began = 0.0

    async def recv(self) -> "av.Packet[Any]":
        self._began = self._began or time.monotonic()
        if self._sent == len(self._packets):
            await asyncio.Event().wait()
        due = self._began + self._sent * FRAME_SECONDS
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        packet = av.Packet(self._packets[self._sent])
        packet.pts, packet.time_base = self._sent * FRAME_SAMPLES, TIME_BASE
        self._sent += 1
        return packet


def without_candidates(sdp: str) -> str:
    """Return an offer of somebody whose address is not known before they knock."""
    names = ("a=candidate", "a=end-of-candidates")
    lines = [line for line in sdp.splitlines() if not line.startswith(names)]
    return "\r\n".join(lines) + "\r\n"


def through(sdp: str, way: Relay) -> str:
    """Return an answer that names the relay's port instead of the server's, and tell the relay."""
    candidates = [line for line in sdp.splitlines() if line.startswith("a=candidate")]
    port = next(line.split()[5] for line in candidates if line.split()[4] == LOOPBACK)
    way.server = LOOPBACK, int(port)
    return sdp.replace(f" {port} ", f" {way.port} ")


class Ours:
    """Our receiving side, and its tick."""

    def __init__(self, way: Relay) -> None:
        self._way = way
        self._clock = Clock()
        self.voice = Voice(OpusDecoder())
        self.frames: deque[Pcm] = deque(maxlen=KEPT_FRAMES)
        self.reasons: Counter[str] = Counter()
        self.trims, self.depth_ms = 0, 0.0
        self.ticks, self.late_ticks = 0, 0

    async def answer(self, offer: str) -> str:
        self._peer = Peer(
            read_offer(offer),
            Reach(LOOPBACK),
            RTCCertificate.generateCertificate(),
            self.voice.put,
            self._clock.now,
        )
        sdp = await self._peer.open()
        self._tasks = [asyncio.create_task(self._peer.run()), asyncio.create_task(self._tick())]
        return through(sdp, self._way)

    async def _tick(self) -> None:
        began = time.monotonic()
        for tick in range(10**9):
            due = began + tick * FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.ticks += 1
            self.late_ticks += time.monotonic() - due > 0.015
            frame = self.voice.take(self._clock.now())
            if frame.pcm is not None:
                self.frames.append(frame.pcm)
                self.reasons[frame.reason] += 1
            elif self.frames:
                self.frames.append(np.zeros(FRAME_SAMPLES, np.float32))
            if tick % 50 == 49:
                facts = self.voice.facts()
                self.trims += facts.trims
                self.depth_ms = facts.depth_ms or self.depth_ms

    async def close(self) -> None:
        await self._peer.close()
        self._tasks[1].cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Stock:
    """aiortc as it is."""

    def __init__(self, way: Relay) -> None:
        self._way = way
        self.frames: list[Pcm] = []

    async def answer(self, offer: str) -> str:
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._peer.on("track", self._listen)
        await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self._peer.setLocalDescription(await self._peer.createAnswer())
        return through(self._peer.localDescription.sdp, self._way)

    def _listen(self, track: Any) -> None:
        self._task = asyncio.create_task(self._take(track))

    async def _take(self, track: Any) -> None:
        while True:
            frame = await track.recv()
            sound = frame.to_ndarray().reshape(-1, 2)[:, 0]
            self.frames.append(sound.astype(np.float32) / 32768)

    async def close(self) -> None:
        self._task.cancel()
        await self._peer.close()
        await asyncio.gather(self._task, return_exceptions=True)


WINDOW: Final = 320
"""40 ms at 8 kHz."""
NEAR, AROUND = 480, 4000
FOUND: Final = 0.5


def recognised(sent: Pcm, heard: Pcm) -> tuple[float, float]:
    """Return which share of the 40 ms windows of what was sent is heard, and how well.

    The envelope of the correlation counts, so that it does not matter where a window begins
    between two samples. The first and the last half second are left out: a connection begins
    and ends somewhere in them.
    """
    sent, heard = _thin(sent), _thin(heard)
    offset, missed, scores = 0, 3, []
    for at in range(4000, len(sent) - 4000 - WINDOW, WINDOW):
        reach = NEAR if missed < 3 else AROUND
        first = max(0, at + offset - reach)
        place, score = _locate(sent[at : at + WINDOW], heard[first : first + WINDOW + 2 * reach])
        if score > FOUND:
            offset = first + place - at
        missed = 0 if score > FOUND else missed + 1
        scores.append(score)
    found = [score for score in scores if score > FOUND]
    return len(found) / len(scores), float(np.median(found)) if found else 0.0


def _thin(pcm: Pcm) -> Pcm:
    count = len(pcm) // 6
    spectrum = np.fft.rfft(pcm[: count * 6])[: count // 2 + 1]
    return np.asarray(np.fft.irfft(spectrum, count) / 6, np.float32)


def _locate(window: Pcm, among: Pcm) -> tuple[int, float]:
    room = len(among) - WINDOW
    if room <= 0:
        return 0, 0.0
    size = 1 << (len(among) + WINDOW).bit_length()
    spectrum = np.fft.fft(among, size) * np.conj(np.fft.fft(window, size))
    spectrum[size // 2 :] = 0
    envelope = np.abs(np.fft.ifft(2 * spectrum))[:room]
    energy = np.convolve(among.astype(np.float64) ** 2, np.ones(WINDOW), "valid")[:room]
    likeness = envelope / np.sqrt(np.maximum(energy, 1e-3) * float(window @ window))
    place = int(likeness.argmax())
    return place, float(likeness[place])


async def run(
    case: Case, packets: list[bytes], ours: bool, seed: int
) -> tuple[Relay, Ours | Stock]:
    """Send all packets; return the way they went and the end where they came out."""
    delay = {"delay_ms": 50, "jitter_ms": 30} if case.jitter else {}
    pattern = weather(loss=case.loss, burst=case.burst, seed=seed, **delay)
    async with AsyncExitStack() as stack:
        way = await stack.enter_async_context(relay(pattern))
        end = Ours(way) if ours else Stock(way)
        client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        client.addTrack(Sending(packets))
        await client.setLocalDescription(await client.createOffer())
        answer = await end.answer(without_candidates(client.localDescription.sdp))
        await client.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        async with asyncio.timeout(len(packets) * FRAME_SECONDS + 30):
            while way.sound < len(packets):  # noqa: ASYNC110 - the sender's doing, in real time
                await asyncio.sleep(0.1)
        await asyncio.sleep(0.3)
        await client.close()
        await end.close()
    return way, end


def told(way: Relay, end: Ours | Stock, noise: Pcm) -> Heard:
    """Return what was heard at one end."""
    share, score = recognised(noise, np.concatenate(list(end.frames)))
    heard = Heard(round(share * 100, 1), round(score, 3), way.sound, way.lost)
    if isinstance(end, Stock):
        return heard
    counters = end.voice.playout.counters
    return replace(
        heard,
        came=counters.came,
        taken=counters.taken,
        late=counters.late,
        dropped=counters.dropped,
        lost_here=counters.lost,
        trims=end.trims,
        depth_ms=round(end.depth_ms, 1),
        held_up=round(end.late_ticks / end.ticks, 3),
        reasons={str(reason): count for reason, count in end.reasons.items()},
    )


async def main(order: dict[str, Any]) -> None:
    """Run all cases side by side; what takes long is done before and after."""
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [LOOPBACK]
    cases = [case for case in CASES if case.name in order["cases"]]
    noise = coded_noise(order["seconds"])
    packets = {loss: speech_packets(noise, round(loss * 100)) for loss in {c.loss for c in cases}}
    ends = await asyncio.gather(
        *(run(case, packets[case.loss], order["ours"], n) for n, case in enumerate(cases, 1))
    )
    for case, (way, end) in zip(cases, ends, strict=True):
        print(json.dumps([case.name, asdict(told(way, end, noise))]), flush=True)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
