"""A shell: the programme's Opus encoder, libopus itself, called through ctypes.

PyAV's makes the same packets, but cannot be told in which of its modes to begin: one that takes
over from another must go on in the mode of the last packet, or half a second of the sound is
torn. `OPUS_SET_FORCE_MODE` is of libopus' `opus_private.h`, there since 1.0.
Source: libopus `opus.h`, `opus_defines.h`; RFC 6716 §3.1 (modes), RFC 7845 §5.1 (OpusHead).
"""

import ctypes
import struct
from typing import Final

import numpy as np

from fullhouse.libopus import libopus_path
from fullhouse.media import Pcm
from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE

BITRATE: Final = 32_000
LARGEST: Final = 1275
_AUDIO: Final = 2049
_SET_BITRATE, _SET_VBR_CONSTRAINT, _SET_COMPLEXITY = 4002, 4020, 4010
_GET_LOOKAHEAD, _SET_FORCE_MODE = 4027, 11002
_AUTO: Final = -1000
_SILK, _HYBRID, _CELT = 1000, 1001, 1002


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(libopus_path())
    library.opus_encoder_get_size.argtypes = [ctypes.c_int]
    library.opus_encoder_init.argtypes = [
        ctypes.c_void_p,
        ctypes.c_int32,
        ctypes.c_int,
        ctypes.c_int,
    ]
    library.opus_encoder_ctl.argtypes = [ctypes.c_void_p, ctypes.c_int]  # and a varying rest
    library.opus_encode_float.argtypes = [
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_int32,
    ]
    library.opus_encode_float.restype = ctypes.c_int32
    return library


_LIBOPUS: Final = _load()


def mode_of(packet: bytes) -> int:
    """Return the mode in which a packet is coded, as libopus numbers them."""
    config = packet[0] >> 3
    return _SILK if config < 12 else _HYBRID if config < 16 else _CELT


class OpusEncoder:
    """Mono, 48 kHz, frames of 20 ms, 32 kbit/s with constrained variable rate.

    Unconstrained, a mere tone takes twice the rate.
    """

    def __init__(self) -> None:
        # libopus keeps its state in memory that we own: nothing has to be destroyed.
        self._state = ctypes.create_string_buffer(_LIBOPUS.opus_encoder_get_size(1))
        self._out = ctypes.create_string_buffer(LARGEST)
        if _LIBOPUS.opus_encoder_init(self._state, SAMPLE_RATE, 1, _AUDIO) != 0:
            raise RuntimeError("libopus makes no encoder")
        self._set(_SET_BITRATE, BITRATE)
        self._set(_SET_VBR_CONSTRAINT, 1)
        self._set(_SET_COMPLEXITY, 10)

    def force_mode(self, packet: bytes | None) -> None:
        """Encode in this packet's mode; with None, in whichever suits the sound."""
        self._set(_SET_FORCE_MODE, _AUTO if packet is None else mode_of(packet))

    @property
    def config(self) -> bytes:
        """OpusHead."""
        skip = ctypes.c_int32()
        _LIBOPUS.opus_encoder_ctl(self._state, _GET_LOOKAHEAD, ctypes.byref(skip))
        return struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, skip.value, SAMPLE_RATE, 0, 0)

    def encode(self, pcm: Pcm) -> list[bytes]:
        """Return the packet of the next 960 samples."""
        sound = np.ascontiguousarray(pcm, np.float32)
        if sound.shape != (FRAME_SAMPLES,):
            raise ValueError(f"a frame of shape {sound.shape}")
        size = _LIBOPUS.opus_encode_float(
            self._state, sound.ctypes.data, FRAME_SAMPLES, self._out, LARGEST
        )
        if size <= 0:
            raise RuntimeError(f"libopus encodes nothing: {size}")
        return [self._out.raw[:size]]

    def _set(self, request: int, value: int) -> None:
        if _LIBOPUS.opus_encoder_ctl(self._state, request, ctypes.c_int32(value)) != 0:
            raise RuntimeError(f"libopus refuses setting {request}")
