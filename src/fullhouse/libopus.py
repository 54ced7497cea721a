"""A shell: libopus through ctypes: where it lies, and its encoder, as both its users need it.

It is in PyAV's wheel (`av.libs`), or else on the system.
Source: libopus `opus.h`, `opus_defines.h`, and of `opus_private.h` the mode, there since 1.0.
"""

import ctypes
import ctypes.util
from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path
from typing import Final, Self

import av
import numpy as np

from fullhouse.media import Pcm
from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE


def libopus_path() -> str:
    """Return where libopus lies.

    Raises:
        OSError: neither PyAV's wheel nor the system has one.
    """
    beside_av = Path(av.__file__).parents[1] / "av.libs"
    found = next(map(str, beside_av.glob("libopus-*.so*")), None)
    path = found or ctypes.util.find_library("opus")
    if path is None:
        raise OSError("libopus is neither in PyAV's wheel nor on this system")
    return path


class Setting(IntEnum):
    """What of an encoder can be set, by libopus' numbers."""

    BITRATE = 4002
    COMPLEXITY = 4010
    INBAND_FEC = 4012
    PACKET_LOSS_PERC = 4014
    VBR_CONSTRAINT = 4020
    FORCE_MODE = 11002


_AUDIO: Final = 2049
_GET_LOOKAHEAD: Final = 4027


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
_SIZE: Final = int(_LIBOPUS.opus_encoder_get_size(1))


class LibopusEncoder:
    """The state of one encoder: mono, 48 kHz, for any sound, frames of 20 ms.

    Args:
        largest: bytes of a packet at the most.
    """

    def __init__(self, largest: int, settings: Mapping[Setting, int]) -> None:
        # libopus keeps its state in memory that we own: nothing has to be destroyed.
        self._state = ctypes.create_string_buffer(_SIZE)
        self._out = ctypes.create_string_buffer(largest)
        if _LIBOPUS.opus_encoder_init(self._state, SAMPLE_RATE, 1, _AUDIO) != 0:
            raise RuntimeError("libopus makes no encoder")
        for setting, value in settings.items():
            self.set(setting, value)

    def set(self, setting: Setting, value: int) -> None:
        """Change a setting.

        Raises:
            RuntimeError: libopus refuses it.
        """
        if _LIBOPUS.opus_encoder_ctl(self._state, int(setting), ctypes.c_int32(value)) != 0:
            raise RuntimeError(f"libopus refuses {setting.name}")

    @property
    def lookahead(self) -> int:
        """How many samples later than it went in sound comes out of a decoder."""
        samples = ctypes.c_int32()
        _LIBOPUS.opus_encoder_ctl(self._state, _GET_LOOKAHEAD, ctypes.byref(samples))
        return samples.value

    def encode(self, pcm: Pcm) -> bytes:
        """Return the packet of the next 960 samples.

        Raises:
            ValueError: they are not 960.
            RuntimeError: libopus makes no packet of them.
        """
        sound = np.ascontiguousarray(pcm, np.float32)
        if sound.shape != (FRAME_SAMPLES,):
            raise ValueError(f"a frame of shape {sound.shape}")
        size = _LIBOPUS.opus_encode_float(
            self._state, sound.ctypes.data, FRAME_SAMPLES, self._out, len(self._out)
        )
        if size <= 0:
            raise RuntimeError(f"libopus encodes nothing: {size}")
        return self._out.raw[:size]

    def fork(self) -> Self:
        """Return an encoder that goes on exactly as this one would.

        A state is "position independent and can be freely copied", says libopus.
        """
        made = type(self).__new__(type(self))
        made._state = ctypes.create_string_buffer(_SIZE)
        ctypes.memmove(made._state, self._state, _SIZE)
        made._out = ctypes.create_string_buffer(len(self._out))
        return made
