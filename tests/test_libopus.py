"""Where libopus lies, and its encoder."""

import ctypes
from pathlib import Path

import numpy as np
import pytest

from fullhouse.libopus import LibopusEncoder, Setting, libopus_path
from fullhouse.units import FRAME_SAMPLES
from tests.coded_noise import coded_noise


def test_it_is_found_and_is_libopus() -> None:
    library = ctypes.CDLL(libopus_path())
    library.opus_get_version_string.restype = ctypes.c_char_p
    assert library.opus_get_version_string().startswith(b"libopus 1.")


def test_the_one_that_comes_with_pyav_is_taken() -> None:
    """Then nobody needs a system package."""
    assert Path(libopus_path()).parent.name == "av.libs"


def test_a_fork_makes_the_packets_that_the_first_would_have_made() -> None:
    frames = coded_noise(1).reshape(-1, FRAME_SAMPLES)
    first = LibopusEncoder(400, {Setting.BITRATE: 32_000, Setting.COMPLEXITY: 5})
    for frame in frames[:20]:
        first.encode(frame)
    second = first.fork()
    assert [first.encode(frame) for frame in frames[20:]] == [
        second.encode(frame) for frame in frames[20:]
    ]


def test_settings_and_frames_that_cannot_be_are_refused() -> None:
    encoder = LibopusEncoder(400, {})
    with pytest.raises(RuntimeError, match="COMPLEXITY"):
        encoder.set(Setting.COMPLEXITY, 11)
    with pytest.raises(ValueError, match="959"):
        encoder.encode(np.zeros(FRAME_SAMPLES - 1, np.float32))


def test_sound_comes_out_a_few_milliseconds_later() -> None:
    assert 0 < LibopusEncoder(400, {}).lookahead < FRAME_SAMPLES
