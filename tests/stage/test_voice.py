"""One speaker's sound over networks of many kinds: one frame per tick, and why it is so."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import Pcm
from fullhouse.stage.frame import Reason, VoiceFacts
from fullhouse.stage.playout import CONCEALED, Packet, packet_samples
from fullhouse.stage.voice import Voice
from fullhouse.units import FRAME_SAMPLES, SECOND, Micros
from tests.coded_noise import coded_noise
from tests.links import FRAME, Link, bursts, jitter, losing

OPUS_20_MS = 0b11111_0_00
"""The first byte of a packet of one 20 ms frame."""
LOST, CONCEALMENT = -1, -2
NOISE = coded_noise(10)
BAND_MS = 60
"""On a network that does nothing bad, sound waits for no longer."""


@dataclass
class Numbers:
    """A decoder that writes down the numbers of its packets; its sound is known noise."""

    failures: int = 0
    fed: list[int] = field(default_factory=list)
    at: int = 0

    def decode(self, payload: bytes) -> Pcm:
        return self._sound(int.from_bytes(payload[1:5]), packet_samples(payload) or 0)

    def recover(self, payload: bytes, samples: int) -> Pcm:
        return self._sound(LOST, samples)

    def conceal(self, samples: int) -> Pcm:
        return self._sound(CONCEALMENT, samples)

    def _sound(self, number: int, samples: int) -> Pcm:
        self.fed.append(number)
        self.at = (self.at + samples) % (len(NOISE) - samples)
        return NOISE[self.at - samples :][:samples]


class Silence(Numbers):
    """A decoder of somebody who says nothing."""

    def _sound(self, number: int, samples: int) -> Pcm:
        self.fed.append(number)
        return np.zeros(samples, np.float32)


def packet(number: int, came: int, code: int = OPUS_20_MS, samples: int = 960) -> Packet:
    payload = bytes([code]) + number.to_bytes(4) + bytes(4)
    stamp = (number * samples + 0xFFFF_0000) & 0xFFFF_FFFF
    return Packet(number & 0xFFFF, stamp, Micros(came), payload)


@dataclass
class Heard:
    """What came out of one voice."""

    voice: Voice
    fed: list[int]
    facts: list[VoiceFacts]
    pcm: Pcm

    @property
    def played(self) -> list[int]:
        return [number for number in self.fed if number >= 0]

    @property
    def reasons(self) -> Counter[Reason]:
        return sum((Counter(each.frames) for each in self.facts), Counter())


def play(
    link: Link, count: int, *, every: float = FRAME, late: Sequence[int] = (0,), quiet: bool = False
) -> Heard:
    """Send packets over a link and tick along.

    Args:
        every: µs of our clock from one packet to the next.
        late: by how many µs the ticks come late, in turn.
    """
    decoder = Silence() if quiet else Numbers()
    voice, facts, frames = Voice(decoder), [], []
    coming = deque(
        sorted(
            (Micros(SECOND + round(number * every) + link.delay(number)), number)
            for number in range(count)
            if not link.loses(number)
        )
    )
    for tick in range(int(count * every / FRAME)):
        while coming and coming[0][0] <= SECOND + tick * FRAME:
            came, number = coming.popleft()
            voice.put(packet(number, came))
        frame = voice.take(Micros(SECOND + tick * FRAME + late[tick % len(late)]))
        assert frame.pcm is None or frame.pcm.shape == (FRAME_SAMPLES,)
        frames.append(np.zeros(FRAME_SAMPLES, np.float32) if frame.pcm is None else frame.pcm)
        if tick % 50 == 49:
            facts.append(voice.facts())
    return Heard(voice, decoder.fed, facts, np.concatenate(frames))


def test_a_good_network_loses_nothing_and_changes_nothing() -> None:
    heard = play(Link(), 500)
    assert heard.played == heard.fed == list(range(len(heard.fed)))
    assert len(heard.fed) >= 500 - 5
    assert sum(each.trims for each in heard.facts) == 0
    assert max(each.depth_ms for each in heard.facts) <= BAND_MS


def test_ticks_that_come_late_lose_nothing() -> None:
    heard = play(Link(), 1000, late=(0, 9000, 3000, 0, 15_000))
    assert heard.fed == list(range(len(heard.fed)))
    assert sum(each.trims for each in heard.facts) == 0


@pytest.mark.parametrize("most_ms", [10, 30, 60])
def test_modest_jitter_and_reordering_lose_nothing(most_ms: int) -> None:
    """Packets that overtake each other are put in order; what is only late is played late."""
    heard = play(Link(delay=jitter(most_ms)), 1500)
    assert heard.played == list(range(len(heard.played)))
    assert heard.reasons[Reason.CONCEALED] + heard.reasons[Reason.FEC] <= 2
    assert heard.facts[-1].depth_ms <= BAND_MS + most_ms / 2
    assert heard.facts[-1].jitter_ms == pytest.approx(most_ms * 0.9, rel=0.2)


def test_after_a_loss_good_packets_are_still_played() -> None:
    """5 % lost is 5 % missing; single losses are recovered from the next."""
    link = Link(loses=losing(0.05))
    heard = play(link, 1000)
    there = [number for number in range(1000) if not link.loses(number)]
    assert heard.played == there[: len(heard.played)]
    assert heard.reasons[Reason.FEC] >= 0.85 * (1000 - len(there))
    assert sum(each.lost for each in heard.facts) == pytest.approx(1000 - len(there), abs=8)
    assert sum(each.packets for each in heard.facts) == pytest.approx(len(there), abs=3)


def test_bursts_of_losses_do_not_lengthen_the_delay() -> None:
    heard = play(Link(loses=bursts(100, 5)), 1000)
    assert heard.played == [n for n in range(heard.played[-1] + 1) if n % 100 < 95]
    assert heard.facts[-1].depth_ms <= BAND_MS


@pytest.mark.parametrize("long_ms", [100, 300])
def test_a_network_that_stalls_loses_nothing(long_ms: int) -> None:
    """What comes too late is played late; the delay that it leaves is gone 5 s later."""

    def stalls(number: int) -> int:
        return 30_000 + max(0, long_ms * 1000 - 20_000 * max(0, number - 500)) * (number >= 500)

    heard = play(Link(delay=stalls), 1000)
    assert heard.played == list(range(len(heard.played)))
    assert max(each.depth_ms for each in heard.facts) >= long_ms * 0.8
    assert max(each.depth_ms for each in heard.facts[16:]) <= BAND_MS


@pytest.mark.parametrize("most_ms", [100, 160])
def test_five_seconds_after_the_jitter_ends_the_delay_is_back(most_ms: int) -> None:
    """Also while somebody speaks without a pause; and not a frame is left out for it."""
    uneven = jitter(most_ms)

    def ends(number: int) -> int:
        return uneven(number) if number < 1000 else 30_000

    heard = play(Link(delay=ends), 1500)
    assert max(each.depth_ms for each in heard.facts[5:20]) > BAND_MS
    assert max(each.depth_ms for each in heard.facts[25:]) <= BAND_MS
    after = [number for number in heard.fed if number >= 1000 or number < 0][-400:]
    assert after == list(range(after[0], after[0] + 400))


def test_five_seconds_after_the_loss_ends_the_delay_is_back() -> None:
    lost = losing(0.1)
    heard = play(Link(delay=jitter(10), loses=lambda n: n < 1000 and lost(n)), 1500)
    assert max(each.depth_ms for each in heard.facts[25:]) <= BAND_MS


def test_in_a_pause_the_delay_shrinks_at_once() -> None:
    def stalls(number: int) -> int:
        return 30_000 + max(0, 200_000 - 20_000 * max(0, number - 500)) * (number >= 500)

    heard = play(Link(delay=stalls), 1000, quiet=True)
    slow = play(Link(delay=stalls), 1000)
    back = [
        next(second for second in range(12, 20) if each.facts[second].depth_ms <= BAND_MS)
        for each in (heard, slow)
    ]
    assert back[0] < back[1]


@pytest.mark.parametrize("ppm", [-300, 300])
@pytest.mark.parametrize("most_ms", [0, 20])
def test_a_clock_that_is_not_ours_is_followed_for_ten_minutes(ppm: int, most_ms: int) -> None:
    """The depth stays within its bounds, by no more than a trim a second, without a click."""
    link = Link(delay=jitter(most_ms)) if most_ms else Link()
    heard = play(link, 30_000, every=FRAME * (1 + ppm / 1e6))
    assert heard.fed == list(range(len(heard.fed)))
    later = heard.facts[3:]
    assert max(each.trims for each in later) <= 1
    assert all(20 <= each.depth_ms <= BAND_MS + most_ms for each in later)
    assert heard.facts[-1].drift_ppm == pytest.approx(-ppm, abs=10 + most_ms)
    assert (
        np.abs(np.diff(heard.pcm[FRAME_SAMPLES * 10 :])).max() <= 2 * np.abs(np.diff(NOISE)).max()
    )


def test_a_pause_is_concealed_for_a_moment_and_then_silent() -> None:
    voice = Voice(Numbers())
    for number in range(10):
        voice.put(packet(number, 0))
    reasons = [voice.take(Micros(tick * FRAME)).reason for tick in range(10 + CONCEALED + 3)]
    assert reasons == [Reason.REAL] * 10 + [Reason.CONCEALED] * CONCEALED + [Reason.SILENT] * 3


def test_each_frame_has_a_reason_and_each_is_counted() -> None:
    voice = Voice(Numbers())
    for number in (0, 1, 2, 4):
        voice.put(packet(number, 0))
    reasons = [voice.take(Micros(tick * FRAME)).reason for tick in range(6)]
    voice.put(packet(5, 6 * FRAME))
    reasons += [voice.take(Micros(tick * FRAME)).reason for tick in range(6, 7)]
    voice.put(Packet(6, (6 * 960 + 0xFFFF_0000) & 0xFFFF_FFFF, Micros(7 * FRAME), b"\xf8"))
    reasons += [voice.take(Micros(tick * FRAME)).reason for tick in range(7, 9)]
    assert reasons == [
        *[Reason.REAL] * 3,
        Reason.FEC,
        Reason.REAL,
        Reason.CONCEALED,
        Reason.LATE_RECOVERED,
        Reason.COMFORT,
        Reason.COMFORT,
    ]
    facts = voice.facts()
    assert facts.frames == Counter(reasons)
    assert voice.facts().frames == {}
    assert (facts.packets, voice.facts().packets) == (6, 0)


def test_what_holds_no_opus_is_counted_and_does_no_harm() -> None:
    decoder = Numbers()
    voice = Voice(decoder)
    voice.put(Packet(0, 0, Micros(0), b""))
    decoder.failures = 2
    assert voice.facts().malformed == 3
    assert voice.take(Micros(0)).pcm is None


@pytest.mark.parametrize("code", [0b10010_0_00, 0b11110_0_00, 0b00010_0_00, 0b00011_0_00])
def test_packets_of_other_lengths_give_one_frame_per_tick_too(code: int) -> None:
    """5, 10, 40 and 60 ms."""
    length = packet_samples(bytes([code]))
    assert length is not None
    voice = Voice(Numbers())
    sent, reasons = 0, Counter[Reason]()
    for tick in range(200):
        while sent * length <= tick * FRAME_SAMPLES:
            voice.put(packet(sent, tick * FRAME, code, length))
            sent += 1
        reasons[voice.take(Micros(tick * FRAME)).reason] += 1
    assert reasons[Reason.REAL] > 185
    assert reasons[Reason.CONCEALED] <= 4


@given(
    st.lists(
        st.tuples(
            st.integers(0, 0xFFFF),
            st.integers(0, 0xFFFF_FFFF) | st.integers(0, 10_000),
            st.binary(max_size=4),
            st.integers(0, 1),
            st.integers(0, 3),
        ),
        max_size=200,
    )
)
def test_whatever_comes_each_tick_gets_a_whole_frame_of_bounded_work(
    coming: list[tuple[int, int, bytes, int, int]],
) -> None:
    decoder = Numbers()
    voice, now = Voice(decoder), Micros(0)
    for sequence, stamp, payload, stream, takes in coming:
        voice.put(Packet(sequence, stamp, now, payload, stream))
        for _ in range(takes):
            before = len(decoder.fed)
            frame = voice.take(now)
            now = Micros(now + FRAME)
            assert frame.pcm is None or frame.pcm.shape == (FRAME_SAMPLES,)
            assert len(decoder.fed) - before <= 20
            assert len(voice._rest) <= 6720
    facts = voice.facts()
    assert facts.packets <= len(coming)
