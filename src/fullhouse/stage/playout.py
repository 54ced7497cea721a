"""A core: packets of a speaker, as the network brings them, into one frame per tick.

Packets come late, twice, in the wrong order or not at all. They wait a little, as long as the
network needs, and leave in order; where one is missing the decoder is asked to recover or to
conceal it. Sound that is only late is played late, never thrown away.
Source: RFC 3550 §A.1 and §A.8 (sequence numbers, jitter), RFC 6716 §3.1 (packet lengths).
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from fullhouse.media import Pcm
from fullhouse.stage.frame import NOTHING, Frame, Reason
from fullhouse.stage.stretch import Leaning, fit
from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE, SECOND, Micros

START_FRAMES: Final = 3
"""60 ms wait before the first frame of a speaker is played."""
MOST_START_FRAMES: Final = 10
MOST_WAITING: Final = 25
"""More than half a second is never kept waiting: the oldest is dropped."""
CONCEALED: Final = 5
"""So many frames of nothing are concealed; then it is a pause."""
LONGEST_GAP: Final = 25
"""A hole of more packets than that is not concealed, but skipped."""
FAR: Final = 3000
"""A sequence number further away than that begins a new stream."""
BEHIND_IN_A_ROW: Final = 50
LONGEST_PACKET: Final = 5760


class Decoder(Protocol):
    """Makes sound of packets. Each call moves its state on by what it returns."""

    def decode(self, payload: bytes) -> Pcm:
        """Return a packet's sound."""

    def recover(self, payload: bytes, samples: int) -> Pcm:
        """Return the sound of the lost packet before this one, from what this one says of it."""

    def conceal(self, samples: int) -> Pcm:
        """Return sound that goes on from what was, for a packet that is lost."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet of Opus.

    Attributes:
        sequence: 16 bits, one more for each packet.
        timestamp: 32 bits, at 48 kHz.
        arrival: when it came in.
    """

    sequence: int
    timestamp: int
    arrival: Micros
    payload: bytes


@dataclass(frozen=True, slots=True)
class Play:
    """Decode this packet."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Recover:
    """The packet before this one is lost: take what this one says of it."""

    payload: bytes
    samples: int


@dataclass(frozen=True, slots=True)
class Conceal:
    """Nothing is there: go on from what was."""

    samples: int


Order = Play | Recover | Conceal


def packet_samples(payload: bytes) -> int | None:
    """Return how many samples at 48 kHz an Opus packet holds, or None if it is not one."""
    if not payload:
        return None
    config, code = payload[0] >> 3, payload[0] & 3
    if config < 12:
        frame = (480, 960, 1920, 2880)[config & 3]
    elif config < 16:
        frame = (480, 960)[config & 1]
    else:
        frame = (120, 240, 480, 960)[config & 3]
    if code == 3 and len(payload) < 2:
        return None
    count = (1, 2, 2, payload[1] & 63 if code == 3 else 0)[code]
    samples = frame * count
    return samples if 0 < samples <= LONGEST_PACKET else None


@dataclass(slots=True)
class Counters:
    """What the network did to a speaker, in packets; `starved` in frames."""

    taken: int = 0
    late: int = 0
    repeated: int = 0
    lost: int = 0
    dropped: int = 0
    malformed: int = 0
    starved: int = 0


class Playout:
    """Orders what to decode next. Knows no codec and no clock."""

    def __init__(self) -> None:
        self.counters = Counters()
        self._waiting: dict[int, Packet] = {}
        self._samples = int(FRAME_SAMPLES)
        self._start_over()

    def _start_over(self) -> None:
        self._waiting.clear()
        self._newest: int | None = None
        self._next: int | None = None
        self._filling = True
        self._starved = 0
        self._behind = 0
        self._jitter = 0.0
        self._transit: int | None = None

    @property
    def waiting(self) -> int:
        """How many whole 20 ms frames wait."""
        return len(self._waiting) * self._samples // FRAME_SAMPLES

    @property
    def start_frames(self) -> int:
        """How many frames wait before playing starts: more where packets come unevenly."""
        jitter_frames = self._jitter / FRAME_SAMPLES
        return min(MOST_START_FRAMES, max(START_FRAMES, 2 + round(3 * jitter_frames)))

    def put(self, packet: Packet) -> None:
        """Take a packet that came in."""
        samples = packet_samples(packet.payload)
        if samples is None:
            self.counters.malformed += 1
            return
        place = self._place(packet.sequence)
        if place in self._waiting:
            self.counters.repeated += 1
        elif self._next is not None and place < self._next:
            self.counters.late += 1
            self._behind += 1
            if self._behind >= BEHIND_IN_A_ROW:
                self._start_over()
        else:
            self._behind = 0
            self._samples = samples
            self._measure(packet)
            self._waiting[place] = packet
            self._newest = place if self._newest is None else max(self._newest, place)
            self._let_go()

    def _place(self, sequence: int) -> int:
        """Return the packet's place in the stream: its number without the wrap-around."""
        if self._newest is None:
            return sequence + 0x10000
        place = self._newest + ((sequence - self._newest + 0x8000) & 0xFFFF) - 0x8000
        if abs(place - self._newest) > FAR:
            self._start_over()
            return sequence + 0x10000
        return place

    def _measure(self, packet: Packet) -> None:
        transit = packet.arrival * SAMPLE_RATE // SECOND - packet.timestamp
        if self._transit is not None:
            off = (transit - self._transit + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000
            self._jitter += (min(abs(off), SAMPLE_RATE) - self._jitter) / 16
        self._transit = transit

    def _let_go(self) -> None:
        """Drop the oldest if too much waits: down to what is good to start with."""
        if self.waiting <= MOST_WAITING:
            return
        for place in sorted(self._waiting):
            if self.waiting <= self.start_frames or len(self._waiting) == 1:
                break
            del self._waiting[place]
            self.counters.dropped += 1
        self._next = min(self._waiting)

    def next(self) -> Order | None:
        """Return what to decode for the next stretch of sound, or None: nothing to hear."""
        if self._filling and self.waiting < self.start_frames:
            return None
        if not self._waiting:
            return self._starve()
        first = min(self._waiting)
        if self._next is None or self._filling:
            self._next, self._filling = first, False
        return self._play(first) if first == self._next else self._bridge(first, self._next)

    def _play(self, place: int) -> Order:
        self._next, self._starved = place + 1, 0
        self.counters.taken += 1
        return Play(self._waiting.pop(place).payload)

    def _starve(self) -> Order | None:
        """Go on without a packet. It may be only late, so that its place is kept."""
        self._starved += 1
        self.counters.starved += 1
        if self._starved <= CONCEALED:
            return Conceal(self._samples)
        self._filling, self._starved = True, 0
        return None

    def _bridge(self, first: int, expected: int) -> Order:
        """Cross a hole before `first`. What starving concealed already is not concealed again."""
        missing = first - expected
        if missing > LONGEST_GAP or missing <= self._starved:
            self.counters.lost += missing
            return self._play(first)
        self._next = expected + self._starved + 1
        self.counters.lost += self._starved + 1
        self._starved = 0
        if self._next == first:
            return Recover(self._waiting[first].payload, self._samples)
        return Conceal(self._samples)


class Voice:
    """One speaker's sound: packets in, one frame per tick out."""

    def __init__(self, decoder: Decoder) -> None:
        self.playout = Playout()
        self._decoder = decoder
        self._rest: Pcm = np.zeros(0, np.float32)
        self._leaning = Leaning(low=0, high=START_FRAMES, window=100)

    def put(self, packet: Packet) -> None:
        """Take a packet that came in."""
        self.playout.put(packet)

    def take(self) -> Frame:
        """Return the next 20 ms."""
        need = FRAME_SAMPLES + self._leaning.watch(self.playout.waiting)
        while len(self._rest) < need:
            order = self.playout.next()
            if order is None:
                return self._last(need)
            self._rest = np.concatenate((self._rest, self._sound(order)))
        frame, self._rest = self._rest[:need], self._rest[need:]
        return Frame(fit(frame), Reason.REAL)

    def _sound(self, order: Order) -> Pcm:
        match order:
            case Play(payload):
                return self._decoder.decode(payload)
            case Recover(payload, samples):
                return self._decoder.recover(payload, samples)
            case Conceal(samples):
                return self._decoder.conceal(samples)

    def _last(self, need: int) -> Frame:
        """Return what is left, padded with nothing: the speaker pauses."""
        rest, self._rest = self._rest, self._rest[:0]
        self._leaning.reset()
        if not len(rest):
            return NOTHING
        return Frame(fit(np.pad(rest, (0, need - len(rest)))), Reason.REAL)
