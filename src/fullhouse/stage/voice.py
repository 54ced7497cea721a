"""A core: one speaker's sound: packets in, one frame per tick out, and what became of them."""

from collections import Counter
from typing import Final, Protocol

import numpy as np

from fullhouse.media import Pcm
from fullhouse.stage.delays import Ticks
from fullhouse.stage.depth import Depth
from fullhouse.stage.frame import NOTHING, Frame, Reason, VoiceFacts
from fullhouse.stage.playout import (
    DTX_BYTES,
    Conceal,
    Order,
    Packet,
    Play,
    Playout,
    Recover,
)
from fullhouse.stage.splice import LONGEST, lengthen, shorten
from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE, SECOND, Micros

QUIET: Final = 1e-5
"""Mean square of a frame that is a pause: -50 dBFS."""
WORST_FIRST: Final = (
    Reason.CONCEALED,
    Reason.FEC,
    Reason.LATE_RECOVERED,
    Reason.COMFORT,
    Reason.REAL,
)


class Decoder(Protocol):
    """Makes sound of packets. Each call moves its state on by what it returns."""

    failures: int

    def decode(self, payload: bytes) -> Pcm:
        """Return a packet's sound."""

    def recover(self, payload: bytes, samples: int) -> Pcm:
        """Return the sound of the lost packet before this one, from what this one says of it."""

    def conceal(self, samples: int) -> Pcm:
        """Return sound that goes on from what was, for a packet that is lost."""


class Voice:
    """One speaker's sound."""

    def __init__(self, decoder: Decoder) -> None:
        self.playout = Playout()
        self._decoder = decoder
        self._depth = Depth()
        self._ticks = Ticks()
        self._rest: Pcm = np.zeros(0, np.float32)
        self._reason = Reason.REAL
        self._needed: tuple[Micros, int] | None = None
        self._quiet = False
        self._frames: Counter[Reason] = Counter()
        self._waited = self._decoded = 0
        self._told = VoiceFacts()

    def put(self, packet: Packet) -> None:
        """Take a packet that came in."""
        self.playout.put(packet)

    def take(self, now: Micros) -> Frame:
        """Return the next 20 ms."""
        tick = self._ticks.tick(now)
        trim = self._wish()
        reasons: set[Reason] = set()
        while len(self._rest) < FRAME_SAMPLES:
            order = self.playout.next(tick)
            if order is None:
                break
            self._decode(order, tick, reasons)
        if trim:
            self._trim(trim, tick, reasons)
        frame = self._cut_frame(min(reasons, key=WORST_FIRST.index, default=self._reason))
        self._frames[frame.reason] += 1
        return frame

    def _wish(self) -> int:
        """Return by how many samples to lengthen, or, negative, to shorten."""
        if self._needed is None:
            return 0
        spare = self.playout.delays.spare(*self._needed)
        if spare is None:
            return 0
        return self._depth.wish(spare, len(self._rest), quiet=self._quiet)

    def _decode(self, order: Order, tick: Micros, reasons: set[Reason]) -> None:
        match order:
            case Play(payload, arrival, stamp, late, copied):
                sound = self._decoder.decode(payload)
                self._reason = Reason.FEC if copied else _played(payload, late)
                self._needed = tick, stamp
                self._decoded += 1
                self._waited += tick - arrival + len(self._rest) * SECOND // SAMPLE_RATE
            case Recover(payload, samples, wanted):
                sound = self._decoder.recover(payload, samples)[-wanted:]
                self._reason = Reason.FEC
            case Conceal(samples, comfort):
                sound = self._decoder.conceal(samples)
                self._reason = Reason.COMFORT if comfort else Reason.CONCEALED
        reasons.add(self._reason)
        self._rest = np.concatenate((self._rest, sound))

    def _trim(self, trim: int, tick: Micros, reasons: set[Reason]) -> None:
        while trim < 0 and len(self._rest) < FRAME_SAMPLES + LONGEST and self.playout.ready():
            if (order := self.playout.next(tick)) is not None:
                self._decode(order, tick, reasons)
        spare = len(self._rest) - FRAME_SAMPLES
        sound = lengthen(self._rest, trim) if trim > 0 else shorten(self._rest, min(-trim, spare))
        if len(sound) != len(self._rest):
            self._rest = sound
            self._depth.trimmed()

    def _cut_frame(self, reason: Reason) -> Frame:
        """Return 20 ms of what is there, padded with nothing if the speaker pauses."""
        if not len(self._rest):
            self._needed = None
            return NOTHING
        pcm, self._rest = self._rest[:FRAME_SAMPLES], self._rest[FRAME_SAMPLES:]
        if len(pcm) < FRAME_SAMPLES:
            pcm = np.pad(pcm, (0, FRAME_SAMPLES - len(pcm)))
        self._quiet = float(np.dot(pcm, pcm)) < QUIET * FRAME_SAMPLES
        return Frame(pcm, reason)

    def facts(self) -> VoiceFacts:
        """Return what was counted since the last call, and what is measured now."""
        counters, told, delays = self.playout.counters, self._told, self.playout.delays
        self._told = VoiceFacts(
            packets=counters.came,
            lost=counters.lost,
            malformed=counters.malformed + self._decoder.failures,
            trims=self._depth.trims,
        )
        facts = VoiceFacts(
            packets=self._told.packets - told.packets,
            lost=self._told.lost - told.lost,
            malformed=self._told.malformed - told.malformed,
            frames=dict(self._frames),
            trims=self._told.trims - told.trims,
            jitter_ms=delays.jitter_ms,
            depth_ms=max(0.0, self._waited / self._decoded / 1000) if self._decoded else 0.0,
            drift_ppm=delays.drift_ppm,
        )
        self._frames.clear()
        self._waited = self._decoded = 0
        return facts


def _played(payload: bytes, late: bool) -> Reason:
    if len(payload) <= DTX_BYTES:
        return Reason.COMFORT
    return Reason.LATE_RECOVERED if late else Reason.REAL
