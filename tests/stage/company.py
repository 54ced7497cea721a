"""Many speakers who hear each other, in one process: aiortc's client, noise, calls over the bus.

Started with one JSON object as its argument: `bus`, `slug`, `seconds`, `folder` and `speakers`,
each with `session`, `voice` (a seed; `null`: silence) and `seat`. Sends packets that were encoded
before and keeps those of the returns undecoded, so that thirteen cost little. Says on stdout what
each was answered; at the end puts what each heard into `folder`, one `.npz` per session.
"""

import asyncio
import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aioice.ice
import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.rtcrtpreceiver import StreamStatistics
from aiortc.rtp import RtpPacket

from fullhouse.bus import Bus, connect
from fullhouse.media import Pcm
from fullhouse.stage.opus import OpusDecoder
from fullhouse.stage.opus_encoder import OpusEncoder
from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE
from fullhouse.wire import WhipCall, WhipReply
from tests.coded_noise import coded_noise
from tests.stage.caller import LOOPBACK, TIME_BASE, call, say

NOISE_SECONDS: Final = 12
PEAK: Final = 0.1
"""So low that thirteen at once pass no limiter."""


def voice_of(seed: int | None) -> Pcm:
    """Return what a speaker says, round and round."""
    if seed is None:
        return np.zeros(NOISE_SECONDS * SAMPLE_RATE, np.float32)
    return coded_noise(NOISE_SECONDS, seed, PEAK)


class Packets(MediaStreamTrack):
    """Packets in real time, round and round."""

    kind = "audio"

    def __init__(self, packets: list[bytes]) -> None:
        super().__init__()
        self._packets = packets
        self._sent = 0
        self._began = time.monotonic()

    async def recv(self) -> Any:
        await asyncio.sleep(self._began + self._sent * 0.02 - time.monotonic())
        packet = av.Packet(self._packets[self._sent % len(self._packets)])
        packet.pts, packet.time_base = self._sent * FRAME_SAMPLES, TIME_BASE
        self._sent += 1
        return packet


@dataclass
class Heard:
    """The packets of one return, as they came."""

    packets: list[RtpPacket] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)

    def decoded(self) -> Pcm:
        """Return the sound; what is missing is concealed."""
        decoder, sound = OpusDecoder(), [np.zeros(0, np.float32)]
        due: int | None = None
        for packet in self.packets:
            while due is not None and due != packet.sequence_number:
                sound.append(decoder.conceal(FRAME_SAMPLES))
                due = (due + 1) & 0xFFFF
            sound.append(decoder.decode(packet.payload))
            due = (packet.sequence_number + 1) & 0xFFFF
        return np.concatenate(sound)


def keep_packets(heard: dict[Any, Heard]) -> None:
    """Have aiortc's receivers keep packets instead of decoding them; they still report."""

    async def take(receiver: Any, packet: RtpPacket, arrival_time_ms: int) -> None:
        streams = receiver._RTCRtpReceiver__remote_streams
        streams.setdefault(packet.ssrc, StreamStatistics(SAMPLE_RATE)).add(packet)
        ear = heard.setdefault(receiver, Heard())
        ear.packets.append(packet)
        ear.arrivals.append(time.monotonic())

    setattr(RTCRtpReceiver, "_handle_rtp_packet", take)  # noqa: B010 - mypy forbids the plain way


async def offer(peer: RTCPeerConnection, bus: Bus, slug: str, asked: WhipCall) -> WhipReply:
    """Make a session as the house does."""
    await peer.setLocalDescription(await peer.createOffer())
    sdp = peer.localDescription.sdp
    reply = await call(bus, slug, asked.model_copy(update={"body": sdp}))
    if reply.status == 201:
        await peer.setRemoteDescription(RTCSessionDescription(reply.body, "answer"))
    return reply


async def attend(order: dict[str, Any], who: dict[str, Any], bus: Bus) -> RTCPeerConnection:
    """Speak and listen until the time is over; return the end that listens."""
    encoder = OpusEncoder()
    frames = voice_of(who["voice"]).reshape(-1, FRAME_SAMPLES)
    speaks = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    speaks.addTrack(Packets([encoder.encode(frame) for frame in frames]))
    asked = WhipCall(
        call="offer", session=who["session"], seat=who.get("seat", ""), name=who["session"]
    )
    came = await offer(speaks, bus, order["slug"], asked)
    hears = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    hears.addTransceiver("audio", "recvonly")
    asked = WhipCall(
        call="offer", endpoint="whep", session=who["session"] + "-hears", seat=came.seat
    )
    there = await offer(hears, bus, order["slug"], asked)
    say(session=who["session"], seat=came.seat, statuses=[came.status, there.status])
    await asyncio.sleep(order["seconds"])
    await speaks.close()
    return hears


def have_machines_of_their_own() -> None:
    """Go first where that is allowed, as the stage does: speakers share no cores with tests."""
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


async def meet(order: dict[str, Any]) -> None:
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [LOOPBACK]
    heard: dict[Any, Heard] = {}
    keep_packets(heard)
    async with connect(order["bus"], "company") as bus, asyncio.TaskGroup() as tasks:
        coming = [tasks.create_task(attend(order, who, bus)) for who in order["speakers"]]
    for who, task in zip(order["speakers"], coming, strict=True):
        peer = task.result()
        got = heard.get(peer.getReceivers()[0], Heard())
        np.savez(
            Path(order["folder"]) / f"{who['session']}.npz",
            pcm=got.decoded(),
            sequences=np.array([packet.sequence_number for packet in got.packets]),
            arrivals=np.array(got.arrivals),
            payloads=np.array([packet.payload for packet in got.packets], dtype=object),
        )
        await peer.close()
    say(done=True)


if __name__ == "__main__":
    have_machines_of_their_own()
    asyncio.run(meet(json.loads(sys.argv[1])))
