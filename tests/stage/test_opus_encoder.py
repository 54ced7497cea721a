"""libopus as an encoder: judged by what its packets decode to."""

import numpy as np
import pytest

from fullhouse.stage.opus import OpusDecoder
from fullhouse.stage.opus_encoder import BITRATE, LARGEST, OpusEncoder
from tests.coded_noise import coded_noise, find

NOISE = coded_noise(3, 5, 0.3)
FRAMES = NOISE.reshape(-1, 960)
DELAY = 312
"""Samples by which Opus is late."""


def decode(packets: list[bytes]) -> np.ndarray:
    decoder = OpusDecoder()
    sound = np.concatenate([decoder.decode(packet) for packet in packets])
    assert decoder.failures == 0
    return sound


def test_what_is_encoded_is_heard_at_the_agreed_rate() -> None:
    encoder = OpusEncoder()
    packets = [encoder.encode(frame) for frame in FRAMES]
    found = find(NOISE, decode(packets))
    assert found.share > 0.97
    assert found.worst_jump() == 0
    rate = 8 * sum(map(len, packets)) / 3
    assert 0.8 * BITRATE < rate < 1.1 * BITRATE
    assert max(map(len, packets)) < LARGEST


def test_silence_too_makes_a_packet_per_frame() -> None:
    """Somebody who hears nothing must know that they are still connected."""
    encoder = OpusEncoder()
    packets = [encoder.encode(np.zeros(960, np.float32)) for _ in range(100)]
    assert min(map(len, packets)) > 0
    assert np.abs(decode(packets)).max() < 1e-3


def test_a_fork_goes_on_exactly_as_its_origin_and_leaves_it_alone() -> None:
    origin = OpusEncoder()
    for frame in FRAMES[:50]:
        origin.encode(frame)
    fork = origin.fork()
    ahead = [fork.encode(frame) for frame in FRAMES[50:100]]
    assert [origin.encode(frame) for frame in FRAMES[50:100]] == ahead


def likeness(loss: int, *, recovers: bool) -> float:
    """Return how much each third frame, when it is lost, is like what was sent: 1 is the same."""
    encoder, decoder = OpusEncoder(), OpusDecoder()
    encoder.expect_loss(loss)
    packets = [encoder.encode(frame) for frame in FRAMES]
    filled, sent = [], []
    for place in range(0, len(packets) - 3, 3):
        for packet in packets[place : place + 2]:
            decoder.decode(packet)
        after = packets[place + 3]
        filled.append(decoder.recover(after, 960) if recovers else decoder.conceal(960))
        sent.append(NOISE[(place + 2) * 960 - DELAY :][:960])
    return float(np.corrcoef(np.concatenate(filled), np.concatenate(sent))[0, 1])


def test_expected_loss_puts_a_copy_of_each_frame_into_the_next() -> None:
    """The copies are coarse, and noise is what codecs are worst at; without them it is nothing."""
    assert likeness(20, recovers=True) > 0.2
    assert likeness(2, recovers=True) > 0.1
    assert abs(likeness(20, recovers=False)) < 0.1
    assert abs(likeness(0, recovers=True)) < 0.1


@pytest.mark.parametrize("percent", [-3, 0, 25, 26, 100])
def test_any_loss_may_be_expected(percent: int) -> None:
    encoder = OpusEncoder()
    encoder.expect_loss(percent)
    assert encoder.encode(FRAMES[0])


@pytest.mark.parametrize("size", [0, 1, 959, 961])
def test_a_frame_of_another_size_is_a_bug(size: int) -> None:
    with pytest.raises(ValueError, match="shape"):
        OpusEncoder().encode(np.zeros(size, np.float32))


def test_not_even_full_scale_or_not_a_number_harms_it() -> None:
    encoder, decoder = OpusEncoder(), OpusDecoder()
    for value in (1.0, -1.0, np.nan, np.inf, 1e30, 0.0):
        decoder.decode(encoder.encode(np.full(960, value, np.float32)))
    assert decoder.failures == 0
