"""The programme's Opus encoder."""

import struct

import numpy as np
import pytest

from fullhouse.programme import ogg
from fullhouse.programme.opus import OpusEncoder, mode_of
from tests.coded_noise import coded_noise

HYBRID, CELT = 1001, 1002


def test_its_head_says_how_much_players_skip() -> None:
    head = OpusEncoder(32_000).config
    assert head[:8] == b"OpusHead"
    assert struct.unpack_from("<H", head, 10) == (ogg.PRE_SKIP,)


def test_a_packet_holds_20_ms_in_one_frame() -> None:
    (packet,) = OpusEncoder(32_000).encode(coded_noise(0.02))
    assert packet[0] & 3 == 0
    assert mode_of(packet) == HYBRID


@pytest.mark.parametrize(("first", "mode"), [(15 << 3, HYBRID), (31 << 3, CELT)])
def test_it_can_be_told_the_mode(first: int, mode: int) -> None:
    """A private setting of libopus: if it goes away, seams are heard again."""
    encoder = OpusEncoder(32_000)
    encoder.force_mode(bytes([first]))
    frames = coded_noise(1)[:48_000].reshape(-1, 960)
    packets = [packet for frame in frames for packet in encoder.encode(frame)]
    assert {mode_of(packet) for packet in packets[1:]} == {mode}
    encoder.force_mode(None)
    tone = np.sin(2 * np.pi * 440 * np.arange(96_000) / 48_000).astype(np.float32)
    packets = [packet for frame in tone.reshape(-1, 960) for packet in encoder.encode(frame)]
    assert mode_of(packets[-1]) == CELT


@pytest.mark.parametrize("samples", [0, 480, 961])
def test_a_frame_has_960_samples(samples: int) -> None:
    with pytest.raises(ValueError, match="shape"):
        OpusEncoder(32_000).encode(np.zeros(samples, np.float32))
