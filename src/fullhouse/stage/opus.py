"""A shell: the Opus decoder, libopus itself, called through ctypes.

PyAV's decoder gives neither in-band recovery nor concealment, and aiortc's throws packets away.
libopus gives both, mixes down to mono by itself and hands out float samples. It comes with
PyAV's wheel (`av.libs`); where PyAV is built by the distribution, the system's is taken.
Source: libopus `opus.h`, RFC 6716.
"""

import ctypes
from typing import Final

import numpy as np

from fullhouse.libopus import libopus_path
from fullhouse.media import Pcm
from fullhouse.stage.playout import LONGEST_PACKET
from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(libopus_path())
    library.opus_decoder_get_size.argtypes = [ctypes.c_int]
    library.opus_decoder_init.argtypes = [ctypes.c_void_p, ctypes.c_int32, ctypes.c_int]
    library.opus_decode_float.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_int32,
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_int,
    ]
    return library


_LIBOPUS: Final = _load()


class OpusDecoder:
    """The state of one speaker's decoder: mono, 48 kHz.

    Attributes:
        failures: packets that libopus refused; they were concealed.
    """

    def __init__(self) -> None:
        # libopus keeps its state in memory that we own: nothing has to be destroyed.
        self._state = ctypes.create_string_buffer(_LIBOPUS.opus_decoder_get_size(1))
        self._out = np.zeros(LONGEST_PACKET, np.float32)
        self.failures = 0
        if _LIBOPUS.opus_decoder_init(self._state, SAMPLE_RATE, 1) != 0:
            raise RuntimeError("libopus makes no decoder")

    def decode(self, payload: bytes) -> Pcm:
        """Return a packet's sound; concealment if libopus refuses it."""
        sound = self._call(payload, LONGEST_PACKET, 0)
        if sound is None:
            self.failures += 1
            return self.conceal(FRAME_SAMPLES)
        return sound

    def recover(self, payload: bytes, samples: int) -> Pcm:
        """Return the lost packet before `payload`, from its in-band copy if it has one."""
        sound = self._call(payload, samples, 1)
        return self.conceal(samples) if sound is None else sound

    def conceal(self, samples: int) -> Pcm:
        """Return sound that goes on from the last packet and dies away."""
        sound = self._call(None, samples, 0)
        return np.zeros(samples, np.float32) if sound is None else sound

    def _call(self, payload: bytes | None, samples: int, recovers: int) -> Pcm | None:
        size = len(payload) if payload is not None else 0
        count = _LIBOPUS.opus_decode_float(
            self._state, payload, size, self._out.ctypes.data, samples, recovers
        )
        return np.clip(self._out[:count], -1.0, 1.0) if count > 0 else None
