"""libopus by ctypes: found, and doing what PyAV's decoder cannot."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import Pcm, Rendition
from fullhouse.programme.encoder import Encoder
from fullhouse.stage.opus import OpusDecoder
from fullhouse.stage.playout import packet_samples
from tests.coded_noise import coded_noise, find


def packets(pcm: Pcm) -> list[bytes]:
    return Encoder(Rendition.OPUS).encode(pcm)


def test_what_was_encoded_is_heard() -> None:
    sent = coded_noise(2)
    decoder = OpusDecoder()
    heard = np.concatenate([decoder.decode(payload) for payload in packets(sent)])
    found = find(sent, heard)
    assert found.share > 0.99
    assert found.score > 0.7
    assert found.jumps == ()


def test_a_lost_packet_is_concealed_by_sound_that_dies_away() -> None:
    decoder = OpusDecoder()
    for payload in packets(coded_noise(1))[:40]:
        decoder.decode(payload)
    levels = [float(np.abs(decoder.conceal(960)).mean()) for _ in range(30)]
    assert levels[0] > 0.02
    assert levels[-1] < levels[0] / 4


def test_recovering_gives_as_much_as_was_lost() -> None:
    decoder = OpusDecoder()
    sent = packets(coded_noise(1))
    decoder.decode(sent[10])
    assert decoder.recover(sent[12], 960).shape == (960,)


@given(st.binary(max_size=200))
def test_no_payload_breaks_the_decoder(payload: bytes) -> None:
    """It is concealed, and the next good packet is decoded."""
    decoder = OpusDecoder()
    sound = decoder.decode(payload)
    assert len(sound) > 0
    assert np.abs(sound).max() <= 1.0
    assert decoder.conceal(960).shape == (960,)


def test_a_refused_packet_is_counted() -> None:
    decoder = OpusDecoder()
    assert decoder.decode(bytes([0b11111_0_11, 63])).shape == (960,)
    assert decoder.failures == 1


@pytest.mark.parametrize("number", [0, 20, 40])
def test_the_length_that_is_read_is_the_length_that_is_decoded(number: int) -> None:
    payload = packets(coded_noise(1))[number]
    assert packet_samples(payload) == len(OpusDecoder().decode(payload))
