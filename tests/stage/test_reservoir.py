"""A source's frames on their way from the bus to the mix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import Pcm
from fullhouse.stage.frame import Reason, VoiceFacts
from fullhouse.stage.reservoir import MOST, PREFILL, Reservoir
from fullhouse.units import FRAME_SAMPLES, Micros
from tests.coded_noise import coded_noise, find


def frame(value: float) -> Pcm:
    return np.full(FRAME_SAMPLES, value, np.float32)


def filled(count: int) -> Reservoir:
    reservoir = Reservoir()
    for number in range(count):
        reservoir.put(number, frame(number))
    return reservoir


def test_a_little_waits_before_the_first_frame_is_taken() -> None:
    reservoir = filled(PREFILL - 1)
    assert reservoir.take(Micros(0)).pcm is None
    reservoir.put(PREFILL - 1, frame(0))
    assert reservoir.take(Micros(0)).pcm is not None


def test_frames_come_out_in_order_and_unchanged() -> None:
    reservoir = filled(PREFILL)
    out = [reservoir.take(Micros(0)).pcm for _ in range(PREFILL)]
    assert all(pcm is not None and (pcm == n).all() for n, pcm in enumerate(out))


def test_when_nothing_is_left_it_waits_for_a_little_again() -> None:
    reservoir = filled(PREFILL)
    for _ in range(PREFILL):
        reservoir.take(Micros(0))
    assert reservoir.take(Micros(0)).pcm is None
    assert reservoir.dry == 1
    reservoir.put(PREFILL, frame(1))
    assert reservoir.take(Micros(0)).pcm is None


def test_more_than_two_seconds_never_wait() -> None:
    reservoir = filled(MOST + 30)
    assert reservoir.dropped == 30
    first = reservoir.take(Micros(0)).pcm
    assert first is not None
    assert first[0] == 30


def test_a_repeated_frame_is_left_out_and_a_new_beginning_is_not() -> None:
    reservoir = filled(PREFILL)
    reservoir.put(PREFILL - 1, frame(99))
    later = Reservoir()
    for number in (5000, *range(PREFILL)):
        later.put(number, frame(number))
    assert sum(reservoir.take(Micros(0)).pcm is not None for _ in range(PREFILL + 2)) == PREFILL
    assert sum(later.take(Micros(0)).pcm is not None for _ in range(PREFILL + 2)) == PREFILL + 1


@pytest.mark.parametrize("rate", [1.0015, 0.9985])
def test_a_source_whose_clock_is_wrong_is_heard_without_a_gap(rate: float) -> None:
    """Far more wrong than clocks are, for three minutes."""
    sent = coded_noise(10)
    frames = sent.reshape(-1, FRAME_SAMPLES)
    reservoir, heard, put = Reservoir(), [], 0
    for tick in range(180 * 50):
        while put < (tick + PREFILL) * rate:
            reservoir.put(put, frames[put % len(frames)])
            put += 1
        pcm = reservoir.take(Micros(0)).pcm
        assert pcm is not None
        heard.append(pcm)
    assert reservoir.dropped == reservoir.dry == 0
    found = find(np.tile(sent, 2), np.concatenate(heard[-100:]))
    assert found.share == 1.0
    around = [round(abs(milliseconds)) % 10_000 for _, milliseconds in found.jumps]
    assert not any(around)


@given(st.lists(st.integers(0, 400), max_size=300))
def test_whatever_numbers_come_it_gives_whole_frames_and_stays_bounded(numbers: list[int]) -> None:
    reservoir = Reservoir()
    for number in numbers:
        reservoir.put(number, frame(0.1))
    taken = 0
    while (pcm := reservoir.take(Micros(0)).pcm) is not None:
        assert pcm.shape == (FRAME_SAMPLES,)
        taken += 1
    assert taken <= MOST


def test_what_came_and_what_was_taken_is_counted_once() -> None:
    reservoir = Reservoir()
    for number in range(PREFILL):
        reservoir.put(number, np.zeros(960, np.float32))
    for _ in range(3):
        reservoir.take(Micros(0))
    facts = reservoir.facts()
    assert (facts.packets, dict(facts.frames)) == (PREFILL, {Reason.REAL: 3})
    assert reservoir.facts() == VoiceFacts()
