"""A shell: the Opus encoder of a return, libopus itself, called through ctypes.

PyAV's encoder takes no expected loss, which in-band recovery follows, and its state cannot be
copied, which is how a return passes from one encode to another unheard.
Source: libopus `opus.h` and `opus_defines.h`; "position independent and can be freely copied"
is what it says of an encoder's state.
"""

import ctypes
from typing import Final

import numpy as np

from fullhouse.libopus import libopus_path
from fullhouse.media import Pcm
from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE

BITRATE: Final = 32_000
RECOVERY: Final = 640
"""So much more for each expected percent of loss: copies take room. 48 kbit/s at most."""
COMPLEXITY: Final = 5
"""At this one libopus codes by transform, which keeps a mix of many voices truer and costs half.

Of noise at 32 kbit/s 95 % come through, of its hybrid of prediction and transform 81 %.
"""
NO_LOSS: Final = 1
"""So few lost packets in a hundred are concealed; only more are worth copies."""
LEAST_LOSS: Final = 6
"""From here on libopus goes over to the hybrid, which alone can hold copies."""
MOST_LOSS: Final = 25
"""Above this, in-band recovery would leave too little for the voice itself."""
LARGEST: Final = 400
"""Bytes of one packet; 32 kbit/s are 80."""
_AUDIO: Final = 2049
_SET_BITRATE, _SET_VBR_CONSTRAINT, _SET_COMPLEXITY = 4002, 4020, 4010
_SET_INBAND_FEC, _SET_PACKET_LOSS_PERC = 4012, 4014


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
_SIZE: Final = _LIBOPUS.opus_encoder_get_size(1)


class OpusEncoder:
    """One return's encoder: mono, 48 kHz, 20 ms, 32 kbit/s and in-band recovery."""

    def __init__(self) -> None:
        # libopus keeps its state in memory that we own: nothing has to be destroyed.
        self._state = ctypes.create_string_buffer(_SIZE)
        self._out = ctypes.create_string_buffer(LARGEST)
        self._loss = 0
        if _LIBOPUS.opus_encoder_init(self._state, SAMPLE_RATE, 1, _AUDIO) != 0:
            raise RuntimeError("libopus makes no encoder")
        for request, value in (
            (_SET_BITRATE, BITRATE),
            (_SET_VBR_CONSTRAINT, 1),
            (_SET_COMPLEXITY, COMPLEXITY),
            (_SET_INBAND_FEC, 1),
        ):
            self._set(request, value)

    def encode(self, pcm: Pcm) -> bytes:
        """Return the packet of the next 20 ms."""
        sound = np.ascontiguousarray(pcm, np.float32)
        if sound.shape != (FRAME_SAMPLES,):
            raise ValueError(f"a frame of shape {sound.shape}")
        size = _LIBOPUS.opus_encode_float(
            self._state, sound.ctypes.data, FRAME_SAMPLES, self._out, LARGEST
        )
        if size <= 0:
            raise RuntimeError(f"libopus encodes nothing: {size}")
        return self._out.raw[:size]

    def expect_loss(self, percent: int) -> None:
        """Say how many packets in a hundred are lost on the way: so much recovery is sent along."""
        percent = 0 if percent <= NO_LOSS else min(MOST_LOSS, max(LEAST_LOSS, percent))
        if percent != self._loss:
            self._set(_SET_PACKET_LOSS_PERC, percent)
            self._set(_SET_BITRATE, BITRATE + RECOVERY * percent)
            self._loss = percent

    def fork(self) -> "OpusEncoder":
        """Return an encoder that goes on exactly as this one would."""
        made = OpusEncoder.__new__(OpusEncoder)
        made._state = ctypes.create_string_buffer(_SIZE)
        ctypes.memmove(made._state, self._state, _SIZE)
        made._out = ctypes.create_string_buffer(LARGEST)
        made._loss = self._loss
        return made

    def _set(self, request: int, value: int) -> None:
        if _LIBOPUS.opus_encoder_ctl(self._state, request, ctypes.c_int32(value)) != 0:
            raise RuntimeError(f"libopus refuses setting {request}")
