"""A speaker who means harm, in a process of its own: joins by WHIP, then sends what hurts.

Started with one JSON object as its argument: `bus`, `slug`, `session`, and `attacks`, a list of
[name, seconds]. Says on stdout, one JSON line each, what it was answered and which attack is
over, with how many datagrams it took.
"""

import asyncio
import json
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import Any, Final

import aioice.ice
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from fullhouse.bus import connect
from fullhouse.media import Pcm
from fullhouse.stage.opus_encoder import OpusEncoder
from fullhouse.wire import WhipCall
from tests.stage.caller import LOOPBACK, call, comb_noise, say

OWN_SSRC: Final = 7
BURST: Final = 20
"""Datagrams in a row, every 5 ms: 4,000 a second."""

Send = Callable[[bytes], Any]


def rtp(
    number: int, payload: bytes, kind: int, *, ssrc: int = OWN_SSRC, first: int = 0x80
) -> bytes:
    head = struct.pack(">BBHLL", first, kind, number & 0xFFFF, number * 960 & 0xFFFFFFFF, ssrc)
    return head + payload


def packets_of(pcm: Pcm) -> list[bytes]:
    encoder = OpusEncoder()
    frames = pcm[: len(pcm) // 960 * 960].reshape(-1, 960)
    return [encoder.encode(frame) for frame in frames]


class Attacker:
    """Knows the attacks; each is an endless row of (seconds to wait before, how, bytes)."""

    def __init__(self, encrypted: Send, bare: Send, kind: int) -> None:
        self._encrypted, self._bare, self._kind = encrypted, bare, kind
        self._numbers = count(1000)
        self._dice = np.random.default_rng(1)

    def _sound(self, payloads: list[bytes]) -> Iterator[tuple[float, Send, bytes]]:
        for number in self._numbers:
            payload = payloads[number % len(payloads)]
            yield 0.02, self._encrypted, rtp(number, payload, self._kind)

    def voice(self) -> Iterator[tuple[float, Send, bytes]]:
        """Nothing evil: to see whether the session still lives."""
        return self._sound(packets_of(comb_noise(2)))

    def silence(self) -> Iterator[tuple[float, Send, bytes]]:
        return self._sound(packets_of(np.zeros(9600, np.float32)))

    def noise(self) -> Iterator[tuple[float, Send, bytes]]:
        noise = self._dice.uniform(-1, 1, 96_000).astype(np.float32)
        return self._sound(packets_of(noise))

    def offset(self) -> Iterator[tuple[float, Send, bytes]]:
        return self._sound(packets_of(np.ones(96_000, np.float32)))

    def junk(self) -> Iterator[tuple[float, Send, bytes]]:
        sizes = self._dice.integers(0, 1200, 500)
        return self._sound([self._dice.bytes(size) for size in sizes])

    def longest(self) -> Iterator[tuple[float, Send, bytes]]:
        """Packets of 120 ms, 50 a second: six times as much sound as time."""
        six = [bytes([(31 << 3) | 3, 6]) + self._dice.bytes(600) for _ in range(50)]
        shortest = [bytes([(28 << 3) | 3, 48]) + self._dice.bytes(480) for _ in range(50)]
        return self._sound(six + shortest)

    def flood(self) -> Iterator[tuple[float, Send, bytes]]:
        payloads = packets_of(comb_noise(2))
        for number in self._numbers:
            packet = rtp(number, payloads[number % len(payloads)], self._kind)
            yield 0.0 if number % BURST else 0.005, self._encrypted, packet

    def streams(self) -> Iterator[tuple[float, Send, bytes]]:
        for number in self._numbers:
            packet = rtp(number, bytes(60), self._kind, ssrc=number + 1_000_000)
            yield 0.0 if number % BURST else 0.005, self._encrypted, packet

    def malformed(self) -> Iterator[tuple[float, Send, bytes]]:
        remb = struct.pack(">BBHLL4sBBHL", 0x8F, 206, 5, 1, 0, b"REMB", 200, 0, 1, 1)
        ends = [b"\x01\xff", b"\x00", bytes(60)]
        for number in self._numbers:
            first = 0x80 | number % 64
            packet = rtp(number, ends[number % 3], self._kind, first=first)
            yield 0.001, self._encrypted, remb if number % 5 == 0 else packet

    def bare(self) -> Iterator[tuple[float, Send, bytes]]:
        """Datagrams that are no SRTP: empty, too large, of every kind."""
        for number in self._numbers:
            first = bytes([number % 256])
            size = (0, 1, 11, 40, 1400, 3000, 9000)[number % 7]
            yield 0.001, self._bare, (first + self._dice.bytes(size))[:size]


async def attack(rows: Iterator[tuple[float, Send, bytes]], seconds: float) -> int:
    """Send in time, without catching up more than a tenth of a second."""
    began = due = time.monotonic()
    sent = 0
    for wait, send, raw in rows:
        due = max(due + wait, time.monotonic() - 0.1)
        if wait:
            await asyncio.sleep(due - time.monotonic())
        if due - began > seconds:
            break
        with suppress(Exception):  # what its own libsrtp refuses to protect does not go out
            await send(raw)
        sent += 1
    return sent


async def main(order: dict[str, Any]) -> None:
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [LOOPBACK]
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    transceiver = peer.addTransceiver("audio", direction="sendonly")
    await peer.setLocalDescription(await peer.createOffer())
    async with connect(order["bus"], "hostile") as bus:
        offer = WhipCall(
            call="offer", session=order["session"], name="Mal", body=peer.localDescription.sdp
        )
        reply = await call(bus, order["slug"], offer)
        say(status=reply.status, code=reply.code, seat=reply.seat)
    await peer.setRemoteDescription(RTCSessionDescription(reply.body, "answer"))
    while peer.connectionState != "connected":  # noqa: ASYNC110 - aiortc says it by a callback only
        await asyncio.sleep(0.02)
    transport = transceiver.sender.transport
    kind = int(reply.body.split("SAVPF ", 1)[1].split()[0])
    attacker = Attacker(transport._send_rtp, transport.transport._send, kind)
    for name, seconds in order["attacks"]:
        sent = await attack(getattr(attacker, name)(), seconds)
        say(over=name, sent=sent, state=peer.connectionState)
    await peer.close()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
