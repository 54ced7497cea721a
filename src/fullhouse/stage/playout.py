"""A core: packets of a speaker, as the network brings them, put in order for the decoder.

Packets come late, twice, in the wrong order or not at all. They wait a little and leave in
order; where one is missing the decoder is asked to recover or to conceal it. Sound that is only
late is played late, never thrown away. A sender that says nothing (DTX) skips timestamps but no
sequence numbers: that is no loss. `voice` makes frames of it.
Source: RFC 3550 §A.1 (sequence numbers), RFC 6716 §3.1 (packet lengths), RFC 7587 §3.1.3 (DTX).
"""

from dataclasses import dataclass
from typing import Final

from fullhouse.stage.delays import Delays
from fullhouse.units import FRAME_SAMPLES, SECOND, Micros

START: Final = Micros(30_000)
"""The first packet of a speaker waits so long, or until the network is known to be quicker."""
START_FRAMES: Final = 3
START_SPARE: Final = Micros(20_000)
MOST_WAITING: Final = 25
"""More than half a second is never kept waiting: the oldest is dropped."""
MOST_PACKETS: Final = 200
CONCEALED: Final = 5
"""So many frames of nothing are concealed; then it is a pause."""
COMFORTED: Final = 60
"""So many frames a sender may say nothing; DTX says something every 400 ms."""
LONGEST_GAP: Final = 25 * FRAME_SAMPLES
"""A longer hole is not concealed, but skipped."""
LONGEST_PAUSE: Final = 100 * FRAME_SAMPLES
"""Timestamps that skip more than that say nothing about time."""
SHORTEST_GAP: Final = 120
FAR: Final = 3000
"""A sequence number further away than that begins a new stream."""
BEHIND_IN_A_ROW: Final = 50
LONGEST_PACKET: Final = 5760
DTX_BYTES: Final = 2
"""A packet so small holds no sound: nothing follows until there is something to say."""
GIVEN_UP: Final = Micros(SECOND)
"""A packet that has not come so long after it was needed is lost."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet of Opus.

    Attributes:
        sequence: 16 bits, one more for each packet.
        timestamp: 32 bits, at 48 kHz.
        arrival: when it came in.
        stream: names the stream that it belongs to (SSRC).
        copied: it came inside a later packet (RED), and is needed only if its own is lost.
    """

    sequence: int
    timestamp: int
    arrival: Micros
    payload: bytes
    stream: int = 0
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Play:
    """Decode this packet.

    Attributes:
        stamp: its timestamp without the wrap-around.
        late: it has missed its tick.
        copied: it came inside a later packet; its own is lost.
    """

    payload: bytes
    arrival: Micros
    stamp: int
    late: bool = False
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Recover:
    """The packet before this one is lost: take what this one says of it.

    Attributes:
        samples: how much was lost.
        wanted: how much of its end has not been concealed already.
    """

    payload: bytes
    samples: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Conceal:
    """A packet is lost or late: go on from what was.

    Attributes:
        comfort: nothing is missing: the sender says nothing.
    """

    samples: int
    comfort: bool = False


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

    came: int = 0
    taken: int = 0
    late: int = 0
    repeated: int = 0
    lost: int = 0
    dropped: int = 0
    malformed: int = 0
    starved: int = 0


@dataclass(frozen=True, slots=True)
class _Held:
    """A packet that waits.

    Attributes:
        place, stamp: sequence number and timestamp without the wrap-around.
    """

    place: int
    stamp: int
    packet: Packet


class Playout:
    """Orders what to decode next. Knows no codec and no clock."""

    def __init__(self) -> None:
        self.counters = Counters()
        self.delays = Delays()
        self._stream: int | None = None
        self._missing: dict[int, Micros] = {}
        self._start_over()

    def _start_over(self) -> None:
        self._waiting: dict[int, _Held] = {}
        self._missing.clear()
        self._samples = int(FRAME_SAMPLES)
        self._newest: tuple[int, int] | None = None
        self._next = 0
        self._position = 0
        self._filling = True
        self._fresh = True
        self._covered = 0
        self._starved = 0
        self._behind = 0
        self._silent = False
        self.delays = Delays()

    @property
    def waiting(self) -> int:
        """How many whole 20 ms frames wait."""
        return len(self._waiting) * self._samples // FRAME_SAMPLES

    def put(self, packet: Packet) -> None:
        """Take a packet that came in."""
        samples = packet_samples(packet.payload)
        if samples is None:
            self.counters.malformed += 1
            return
        if packet.stream != self._stream:
            self._stream = packet.stream
            self._start_over()
        place, stamp = self._unwrapped(packet)
        if packet.copied:
            self._hold_copy(place, stamp, packet)
            return
        held = self._waiting.get(place)
        if held is not None and not held.packet.copied:
            self.counters.repeated += 1
        elif not self._fresh and place < self._next:
            self._too_late(place, stamp, packet)
        else:
            self._behind = 0
            self._samples = samples
            self.counters.came += 1
            self.delays.add(packet.arrival, stamp)
            self._waiting[place] = _Held(place, stamp, packet)
            if self._newest is None or place > self._newest[0]:
                self._newest = place, stamp
            self._let_go()

    def _hold_copy(self, place: int, stamp: int, packet: Packet) -> None:
        """Keep a copy if its own packet is not there and is still of use."""
        if not self._fresh and self._next <= place and place not in self._waiting:
            self._waiting[place] = _Held(place, stamp, packet)
            self._let_go()

    def _unwrapped(self, packet: Packet) -> tuple[int, int]:
        """Return a packet's sequence number and timestamp without the wrap-around."""
        if self._newest is not None:
            place = _near(packet.sequence, self._newest[0], 0x1_0000)
            if abs(place - self._newest[0]) <= FAR:
                return place, _near(packet.timestamp, self._newest[1], 0x1_0000_0000)
            self._start_over()
        return packet.sequence + 0x1_0000, packet.timestamp + 0x1_0000_0000

    def _too_late(self, place: int, stamp: int, packet: Packet) -> None:
        self._behind += 1
        if self._missing.pop(place, None) is None:
            self.counters.repeated += 1
        else:
            self.counters.came += 1
            self.counters.late += 1
            self.delays.add(packet.arrival, stamp)
        if self._behind >= BEHIND_IN_A_ROW:
            self._start_over()

    def _let_go(self) -> None:
        """Drop the oldest if too much waits: down to what is good to start with."""
        if self.waiting <= MOST_WAITING and len(self._waiting) <= MOST_PACKETS:
            return
        for place in sorted(self._waiting):
            if self.waiting <= START_FRAMES or len(self._waiting) == 1:
                break
            del self._waiting[place]
            self.counters.dropped += 1
        first = self._waiting[min(self._waiting)]
        self._next, self._position, self._fresh = first.place, first.stamp, False
        self._covered = 0

    def next(self, tick: Micros) -> Order | None:
        """Return what to decode for the next stretch of sound, or None: nothing to hear.

        Args:
            tick: when the sound is needed.
        """
        self._give_up(tick)
        if not self._waiting:
            return None if self._filling else self._starve()
        first = self._waiting[min(self._waiting)]
        if not self._filling:
            return self._go_on(first, tick)
        if not self._may_begin(first, tick):
            return None
        if self._fresh:
            self._next = first.place
        self._position, self._filling, self._fresh = first.stamp, False, False
        return self._play(first, tick)

    def ready(self) -> bool:
        """Return whether the very next packet is there."""
        held = None if self._filling else self._waiting.get(self._next)
        return held is not None and held.stamp <= self._position and not self._covered

    def _may_begin(self, first: _Held, tick: Micros) -> bool:
        if self.waiting >= START_FRAMES or tick - first.packet.arrival >= START:
            return True
        spare = self.delays.spare(tick, first.stamp)
        return spare is not None and spare >= START_SPARE

    def _go_on(self, first: _Held, tick: Micros) -> Order:
        """Play the first that waits, or cross the hole before it.

        What starving concealed already is not concealed again.
        """
        lost = first.place - self._next
        gap = first.stamp - self._position
        usual = lost * self._samples
        if not 0 <= gap <= usual + LONGEST_PAUSE:
            gap = usual
        left = gap - self._covered
        if left < SHORTEST_GAP or left > LONGEST_GAP:
            return self._play(first, tick, late=left < 0)
        samples = packet_samples(first.packet.payload) or self._samples
        if lost and left <= samples:
            self._pass(first, tick)
            self._position, self._covered = first.stamp, 0
            return Recover(first.packet.payload, samples, left)
        step = min(left, int(FRAME_SAMPLES)) // SHORTEST_GAP * SHORTEST_GAP
        self._position = first.stamp - left + step
        self._covered = self._starved = 0
        return Conceal(step, comfort=not lost or self._silent)

    def _play(self, held: _Held, tick: Micros, late: bool = False) -> Order:
        packet = self._waiting.pop(held.place).packet
        samples = packet_samples(packet.payload) or self._samples
        self._pass(held, tick)
        self._next, self._position = held.place + 1, held.stamp + samples
        self._covered = self._starved = 0
        self._silent = len(packet.payload) <= DTX_BYTES
        if packet.copied:
            self._missing[held.place] = tick
        else:
            self.counters.taken += 1
        return Play(packet.payload, packet.arrival, held.stamp, late, packet.copied)

    def _pass(self, held: _Held, tick: Micros) -> None:
        """Go on to this packet: those before it have not come."""
        lost = range(max(self._next, held.place - MOST_PACKETS), held.place)
        self._missing.update(dict.fromkeys(lost, tick))
        self._next = held.place

    def _give_up(self, tick: Micros) -> None:
        """Count those as lost that have not come for a second."""
        while self._missing:
            place, needed = next(iter(self._missing.items()))
            if needed > tick - GIVEN_UP and len(self._missing) <= 2 * MOST_PACKETS:
                break
            del self._missing[place]
            self.counters.lost += 1

    def _starve(self) -> Order | None:
        """Go on without a packet. It may be only late, so that its place is kept."""
        self._starved += 1
        if self._starved > (COMFORTED if self._silent else CONCEALED):
            self._filling, self._starved, self._covered = True, 0, 0
            return None
        if self._silent:
            self._position += FRAME_SAMPLES
        else:
            self.counters.starved += 1
            self._covered += FRAME_SAMPLES
        return Conceal(int(FRAME_SAMPLES), self._silent)


def _near(number: int, newest: int, modulus: int) -> int:
    """Return which of the numbers that look like this one is nearest to the newest."""
    half = modulus // 2
    return newest + (number - newest + half) % modulus - half
