"""Any packets in any order at any time: each tick has its frame, and nothing grows.

One input is a story of one-byte deeds with what they need after them: time passes, packets come.
"""

import pickle
import time
from typing import Final

import numpy as np

from fullhouse.client.voice import OpusVoice
from fullhouse.stage.opus import OpusDecoder
from fullhouse.stage.playout import Packet
from fullhouse.stage.voice import Voice
from fullhouse.units import FRAME_SAMPLES, SECOND, Micros
from tests.coded_noise import coded_noise

SLOWEST_TICK: Final = 0.1
"""Seconds of this thread's own time: a hundred times what a tick takes."""
MOST_KEPT: Final = 500_000
"""Bytes that one speaker may make us keep."""
LONGEST_STORY: Final = 3000
MOST_TICKS: Final = 1000


def _spoken() -> list[bytes]:
    """Return a second of sound in packets as a browser sends them, and some of a pause."""
    encoder, frames = OpusVoice(32_000), coded_noise(1).reshape(-1, FRAME_SAMPLES)
    return [packet for frame in frames for packet in encoder.encode(frame)]


CURIOUS: Final = (
    b"",  # nothing at all
    b"\x00",
    b"\x78",  # a pause (DTX)
    b"\xff\x00",  # code 3: no frame
    b"\xff\x3f" + bytes(63),  # 63 frames of 20 ms
    b"\x83\x3f" + bytes(63),  # 63 frames of 2.5 ms: too long, too
    b"\x83\x30" + bytes(48),  # 48 frames of 2.5 ms: 120 ms, the longest
    b"\x1b\x02" + bytes(60),  # two frames of 60 ms: 120 ms
    b"\x1b\x03" + bytes(60),  # 180 ms
    b"\x7b\x07" + bytes(70),  # 7 × 20 ms: 140 ms
    b"\x7b\x06" + bytes(70),  # 6 × 20 ms: 120 ms
    b"\x82\xfe" + bytes(4),  # a frame that is longer than its packet
    b"\x7b\xc1\xff\xff\xff",  # padding without an end
    b"\x7c" * 1275,
    bytes(range(256)) * 5,
)
PAYLOADS: Final = (*CURIOUS, *_spoken())
TALK: Final = len(CURIOUS)

TICK, TICKS, LATE, LEAP, NEXT, ODD, RAW, BENT = range(8)
"""The deeds. TICKS: so many. LATE: so many ms pass. LEAP: so many seconds. NEXT: a packet of
PAYLOADS in order; ODD: out of order, by so much in number and time. RAW: of bytes as they are;
BENT: of PAYLOADS, with bits turned."""


def _in_order(*payloads: int) -> bytes:
    return b"".join(bytes((NEXT, number, TICK)) for number in payloads)


_TALK: Final = _in_order(*range(TALK, TALK + 40))
SEEDS: Final = {
    "talk": _TALK,
    "nothing": bytes((TICKS, 200)),
    "each curious packet, once": _in_order(*range(TALK)),
    "each curious packet in talk": b"".join(
        _in_order(TALK + 1, TALK + 2, TALK + 3, number, TALK + 4) for number in range(TALK)
    ),
    "bursts": (bytes((NEXT, TALK + 9)) * 60 + bytes((TICKS, 30))) * 4,
    "a flood of large ones": bytes((NEXT, CURIOUS.index(bytes(range(256)) * 5))) * 1490,
    "a hole": _TALK + bytes((ODD, 0, 40, 0, 0, 0x96, 0, TALK + 2, TICKS, 60)) + _TALK,
    "packets from long ago": _TALK + bytes((ODD, 0xFF, 0xF0, 0xFF, 0xFF, 0, 0, TALK + 1)) * 60,
    "timestamps that jump": _TALK + bytes((ODD, 0, 1, 0x7F, 0xFF, 0xFF, 0xFF, TALK, TICK)) * 20,
    "numbers that jump": _TALK + bytes((ODD, 0x80, 0, 0, 0, 3, 0xC0, TALK, TICK)) * 20,
    "a clock that stands, then leaps": _TALK + bytes((LATE, 255)) * 20 + bytes((LEAP, 255)) + _TALK,
    "raw bytes": _TALK + bytes((RAW, 9)) + b"\x7b\x02whatever" + bytes((TICKS, 9)),
    "bits that flip": bytes((BENT, TALK + 3, 1, 0x80, TICK, BENT, TALK + 4, 30, 1, TICK)) * 20,
    "48 frames of 2.5 ms, for ever": _in_order(*[6] * 60),
    "2.5 ms, for ever": bytes((RAW, 4, 0x80, 1, 2, 3, TICK)) * 200,
}


TOKENS: Final = (_in_order(TALK, TALK + 1, TALK + 2), *(bytes((deed,)) for deed in range(8)))


class Story:
    """Reads an input, and does to a voice what it says."""

    def __init__(self, raw: bytes) -> None:
        self.voice = Voice(OpusDecoder())
        self.now = Micros(1000 * SECOND)
        self._raw = raw
        self._at = self._ticks = 0
        self._sequence = 65_500
        self._timestamp = 2**32 - 9600
        self._stream = 1

    def run(self) -> None:
        for _ in range(LONGEST_STORY):
            if self._at >= len(self._raw) or self._ticks > MOST_TICKS:
                break
            self._do(self._byte() & 7)
        self._tick(60)
        self.voice.facts()
        assert len(pickle.dumps(self.voice.playout)) < MOST_KEPT

    def _byte(self) -> int:
        self._at += 1
        return self._raw[self._at - 1] if self._at <= len(self._raw) else 0

    def _signed(self, size: int) -> int:
        return int.from_bytes(bytes(self._byte() for _ in range(size)), signed=True)

    def _do(self, deed: int) -> None:
        if deed == TICK:
            self._tick(1)
        elif deed == TICKS:
            self._tick(self._byte())
        elif deed == LATE:
            self.now = Micros(self.now + 1000 * self._byte())
        elif deed == LEAP:
            self.now = Micros(self.now + SECOND * self._byte())
        elif deed == NEXT:
            self._come(self._listed())
        elif deed == ODD:
            step, stamp = self._signed(2), self._signed(4)
            self._stream ^= step == 0
            self._come(self._listed(), step, stamp)
        elif deed == RAW:
            self._come(bytes(self._byte() for _ in range(self._byte())))
        elif deed == BENT:
            bent = bytearray(self._listed() or b"\0")
            bent[self._byte() % len(bent)] ^= self._byte()
            self._come(bytes(bent))

    def _listed(self) -> bytes:
        return PAYLOADS[self._byte() % len(PAYLOADS)]

    def _come(self, payload: bytes, step: int = 1, stamp: int = 960) -> None:
        self._sequence = (self._sequence + step) & 0xFFFF
        self._timestamp = (self._timestamp + stamp) & 0xFFFF_FFFF
        own = bytes(bytearray(payload))  # from the network, each has bytes of its own
        packet = Packet(self._sequence, self._timestamp, self.now, own, self._stream)
        began = time.thread_time()
        self.voice.put(packet)
        assert time.thread_time() - began < SLOWEST_TICK

    def _tick(self, count: int) -> None:
        for _ in range(count):
            self._ticks += 1
            self.now = Micros(self.now + 20_000)
            began = time.thread_time()
            pcm = self.voice.take(self.now).pcm
            assert time.thread_time() - began < SLOWEST_TICK
            if pcm is not None:
                assert pcm.shape == (FRAME_SAMPLES,)
                assert pcm.dtype == np.float32
                assert float(np.abs(pcm).max()) <= 1.0  # NaN is not


def check(raw: bytes) -> None:
    """Live the story to its end, and a second longer."""
    Story(raw).run()
