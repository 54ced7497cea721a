"""Packets as the network brings them, one frame per tick."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import Pcm
from fullhouse.stage.playout import (
    CONCEALED,
    MOST_WAITING,
    START_FRAMES,
    Packet,
    Playout,
    Voice,
    packet_samples,
)
from fullhouse.units import FRAME_SAMPLES, Micros
from tests.links import Link, bursts, by_tick, jitter, losing

OPUS_20_MS = 0b11111_0_00
"""The first byte of a packet of one 20 ms frame."""
LOST, CONCEALMENT = -1.0, -2.0


@dataclass
class Numbers:
    """A decoder whose sound is its packet's number, so that one sees what was played."""

    samples: int = FRAME_SAMPLES
    fed: list[float] = field(default_factory=list)

    def decode(self, payload: bytes) -> Pcm:
        return self._sound(int.from_bytes(payload[1:3]), packet_samples(payload) or 0)

    def recover(self, payload: bytes, samples: int) -> Pcm:
        return self._sound(LOST, samples)

    def conceal(self, samples: int) -> Pcm:
        return self._sound(CONCEALMENT, samples)

    def _sound(self, value: float, samples: int) -> Pcm:
        self.fed.append(value)
        return np.full(samples, value, np.float32)


def packet(number: int, first: int = 0, came: Micros | None = None) -> Packet:
    sequence = (first + number) & 0xFFFF
    payload = bytes([OPUS_20_MS]) + number.to_bytes(2)
    stamp = (number * FRAME_SAMPLES + 0xFFFF_0000) & 0xFFFFFFFF
    return Packet(sequence, stamp, came or Micros(number * 20_000), payload)


def play(link: Link, count: int, first: int = 0) -> tuple[Voice, list[float]]:
    """Send `count` packets over a link, tick along; return what was fed to the decoder."""
    decoder = Numbers()
    voice = Voice(decoder)
    for arrived in by_tick(link.arrivals(count), count + 40):
        for came, number in arrived:
            voice.put(packet(number, first, came))
        voice.take()
    return voice, decoder.fed


def played(fed: Sequence[float]) -> list[int]:
    return [int(value) for value in fed if value >= 0]


def concealed(fed: Sequence[float]) -> int:
    """Return how many frames were concealed before the last packet was played."""
    last = max(place for place, value in enumerate(fed) if value >= 0)
    return sum(value == CONCEALMENT for value in fed[:last])


def test_nothing_is_played_before_60_ms_wait() -> None:
    voice = Voice(Numbers())
    for number in range(START_FRAMES - 1):
        voice.put(packet(number))
        assert voice.take().pcm is None
    voice.put(packet(START_FRAMES - 1))
    assert voice.take().pcm is not None


def test_a_good_network_loses_nothing_and_conceals_nothing() -> None:
    voice, fed = play(Link(), 500)
    assert played(fed) == list(range(500))
    assert concealed(fed) == 0
    assert voice.playout.counters.lost == 0


@pytest.mark.parametrize("most_ms", [10, 30, 60])
def test_modest_jitter_and_reordering_lose_nothing(most_ms: int) -> None:
    """Packets that overtake each other are put in order; what is only late is played late."""
    voice, fed = play(Link(delay=jitter(most_ms)), 1000)
    assert played(fed) == list(range(1000))
    assert voice.playout.counters.lost == 0
    assert concealed(fed) <= 5


def test_a_network_that_stalls_for_100_ms_loses_nothing() -> None:
    def stalls(number: int) -> int:
        return 30_000 + (100_000 - 20_000 * (number % 200) if number % 200 < 5 else 0)

    _, fed = play(Link(delay=stalls), 1000)
    assert played(fed) == list(range(1000))


def test_after_a_loss_good_packets_are_still_played() -> None:
    """5 % lost is 5 % missing, not a quarter; single losses are recovered from the next."""
    link = Link(loses=losing(0.05))
    _, fed = play(link, 1000)
    there = [number for number in range(1000) if not link.loses(number)]
    assert played(fed) == there
    recovered = sum(value == LOST for value in fed)
    assert recovered >= 0.85 * (1000 - len(there))


def fill(playout: Playout, *numbers: int) -> None:
    for number in numbers:
        playout.put(packet(number))


def orders(playout: Playout, count: int) -> list[str]:
    return [type(playout.next()).__name__ for _ in range(count)]


def test_what_starving_concealed_already_is_not_concealed_again() -> None:
    """Otherwise every burst of losses would lengthen the delay."""
    playout = Playout()
    fill(playout, 0, 1, 2)
    assert orders(playout, 5) == ["Play"] * 3 + ["Conceal"] * 2
    fill(playout, 5, 6)
    assert orders(playout, 2) == ["Play"] * 2
    assert orders(playout, 1) == ["Conceal"]
    fill(playout, 10, 11)
    assert orders(playout, 4) == ["Conceal", "Recover", "Play", "Play"]
    assert playout.counters.lost == 2 + 3


def test_a_packet_that_was_only_late_is_played_after_starving() -> None:
    playout = Playout()
    fill(playout, 0, 1, 2)
    assert orders(playout, 4) == ["Play"] * 3 + ["Conceal"]
    fill(playout, 3, 4)
    assert orders(playout, 2) == ["Play"] * 2
    assert playout.counters.lost == 0


def test_a_burst_of_losses_does_not_lengthen_the_delay() -> None:
    voice, fed = play(Link(loses=bursts(100, 8)), 950)
    assert played(fed) == [number for number in range(950) if number % 100 < 92]
    assert len(fed) <= 955
    assert voice.playout.waiting == 0


def test_what_comes_twice_is_played_once() -> None:
    voice, fed = play(Link(repeats=lambda _: True, delay=jitter(30)), 300)
    assert played(fed) == list(range(300))
    counters = voice.playout.counters
    assert counters.repeated + counters.late == 300


@given(st.integers(0, 0xFFFF))
def test_sequence_numbers_wrap_around_unnoticed(first: int) -> None:
    _, fed = play(Link(), 60, first)
    assert played(fed) == list(range(60))


def test_the_sequence_wraps_around_twice_in_an_hour_of_playing() -> None:
    playout = Playout()
    for number in range(140_000):
        playout.put(Packet(number & 0xFFFF, 0, Micros(0), bytes([OPUS_20_MS])))
        if number >= START_FRAMES:
            playout.next()
    assert playout.counters.lost == playout.counters.late == 0


def test_a_pause_is_concealed_for_a_moment_and_then_silent() -> None:
    voice = Voice(Numbers())
    for number in range(10):
        voice.put(packet(number))
    assert all(voice.take().pcm is not None for _ in range(10 + CONCEALED))
    assert voice.take().pcm is None
    assert voice.take().pcm is None


def test_after_a_pause_the_voice_begins_again_with_some_in_waiting() -> None:
    decoder = Numbers()
    voice = Voice(decoder)
    for number in range(3):
        voice.put(packet(number))
    for _ in range(20):
        voice.take()
    voice.put(packet(3))
    assert voice.take().pcm is None
    for number in (4, 5):
        voice.put(packet(number))
    frame = voice.take().pcm
    assert frame is not None
    assert frame[0] == 3


def test_what_was_played_before_a_pause_is_not_played_after_it() -> None:
    decoder = Numbers()
    voice = Voice(decoder)
    for number in range(5):
        voice.put(packet(number))
    for _ in range(20):
        voice.take()
    for number in (2, 3, 5, 6, 7):
        voice.put(packet(number))
    for _ in range(3):
        voice.take()
    assert played(decoder.fed) == list(range(8))


def test_half_a_second_at_the_most_waits() -> None:
    """A stage or a network that stood still is not half a second late from then on."""
    playout = Playout()
    for number in range(200):
        playout.put(packet(number))
        assert playout.waiting <= MOST_WAITING
    first = playout.next()
    assert first is not None
    assert playout.counters.dropped > 150


@pytest.mark.parametrize("first", [30_000, 50_000])
def test_a_new_stream_of_the_same_speaker_is_heard_at_once(first: int) -> None:
    """Whether its numbers lie far ahead or far behind."""
    decoder = Numbers()
    voice = Voice(decoder)
    for number in range(10):
        voice.put(packet(number))
        voice.take()
    decoder.fed.clear()
    for number in range(100, 120):
        voice.put(packet(number, first=first))
        voice.take()
    assert played(decoder.fed)[-10:] == list(range(108, 118))


def test_a_sender_that_begins_again_a_little_lower_is_heard_after_a_second() -> None:
    decoder = Numbers()
    voice = Voice(decoder)
    for number in range(1000, 1100):
        voice.put(packet(number))
        voice.take()
    decoder.fed.clear()
    for number in range(60):
        voice.put(packet(number))
        voice.take()
    assert max(number for number in played(decoder.fed) if number < 1000) > 55


@pytest.mark.parametrize(
    ("payload", "samples"),
    [
        (bytes([OPUS_20_MS]), 960),
        (bytes([0b00000_0_00]), 480),
        (bytes([0b00011_0_00]), 2880),
        (bytes([0b01100_0_01]), 960),
        (bytes([0b10000_0_10]), 240),
        (bytes([0b11111_0_11, 3]), 2880),
        (bytes([0b11111_0_11, 6]), 5760),
        (bytes([0b11111_0_11, 7]), None),
        (bytes([0b11111_0_11, 0]), None),
        (bytes([0b11111_0_11]), None),
        (b"", None),
    ],
)
def test_a_packets_length_is_read_from_its_first_bytes(payload: bytes, samples: int | None) -> None:
    assert packet_samples(payload) == samples


@pytest.mark.parametrize("code", [0b10010_0_00, 0b11110_0_00, 0b00010_0_00, 0b00011_0_00])
def test_packets_of_other_lengths_give_one_frame_per_tick_too(code: int) -> None:
    """5, 10, 40 and 60 ms."""
    length = packet_samples(bytes([code]))
    assert length is not None
    voice = Voice(Numbers())
    sent, heard = 0, 0
    for tick in range(100):
        while sent * length <= tick * FRAME_SAMPLES:
            payload = bytes([code]) + sent.to_bytes(2)
            voice.put(Packet(sent, sent * length, Micros(tick * 20_000), payload))
            sent += 1
        frame = voice.take().pcm
        heard += frame is not None
        assert frame is None or frame.shape == (FRAME_SAMPLES,)
    assert heard > 90
    assert voice.playout.counters.starved <= 3


def test_recovering_needs_the_very_next_packet() -> None:
    playout = Playout()
    fill(playout, 0, 1, 2, 4, 5, 8, 9)
    assert orders(playout, 6) == ["Play"] * 3 + ["Recover"] + ["Play"] * 2
    assert orders(playout, 4) == ["Conceal", "Recover", "Play", "Play"]


def test_a_packet_longer_than_all_before_it_stays() -> None:
    """Its 120 ms alone are more than what is good to start with."""
    playout = Playout()
    for number, code in enumerate([0, 0, 0, 0, 0b11111_0_11]):
        playout.put(Packet(number, 0, Micros(0), bytes([code, 6])))
    assert orders(playout, 2) == ["Play", "Conceal"]


@given(
    st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=4), st.booleans()), max_size=200)
)
def test_whatever_comes_it_gives_whole_frames_and_stays_bounded(
    coming: list[tuple[int, bytes, bool]],
) -> None:
    voice = Voice(Numbers())
    for tick, (sequence, payload, takes) in enumerate(coming):
        voice.put(Packet(sequence, tick * 960, Micros(tick * 20_000), payload))
        assert voice.playout.waiting <= MOST_WAITING
        frame = voice.take().pcm if takes else None
        assert frame is None or frame.shape == (FRAME_SAMPLES,)


def test_the_delay_shrinks_again_without_a_frame_left_out() -> None:
    """A stall leaves 100 ms more waiting; a minute later it is gone, and nothing was skipped."""

    def stalls(number: int) -> int:
        return 30_000 + (100_000 - 20_000 * (number - 50) if 50 <= number < 55 else 0)

    decoder = Numbers()
    voice = Voice(decoder)
    seen = []
    for arrived in by_tick(Link(delay=stalls).arrivals(3000), 3000):
        for came, number in arrived:
            voice.put(packet(number, came=came))
        voice.take()
        seen.append(voice.playout.waiting)
    assert max(seen[60:160]) > START_FRAMES + 1
    assert seen[-1] <= START_FRAMES
    assert played(decoder.fed) == list(range(len(played(decoder.fed))))
