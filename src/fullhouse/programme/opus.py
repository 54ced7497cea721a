"""A shell: the programme's Opus encoder, libopus itself, called through ctypes.

PyAV's makes the same packets, but cannot be told in which of its modes to begin: one that takes
over from another must go on in the mode of the last packet, or half a second of the sound is
torn. `OPUS_SET_FORCE_MODE` is of libopus' `opus_private.h`, there since 1.0.
Source: libopus `opus.h`, `opus_defines.h`; RFC 6716 §3.1 (modes), RFC 7845 §5.1 (OpusHead).
"""

import struct
from typing import Final

from fullhouse.libopus import LibopusEncoder, Setting
from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE

LARGEST: Final = 1275
_AUTO: Final = -1000
_SILK, _HYBRID, _CELT = 1000, 1001, 1002


def mode_of(packet: bytes) -> int:
    """Return the mode in which a packet is coded, as libopus numbers them."""
    config = packet[0] >> 3
    return _SILK if config < 12 else _HYBRID if config < 16 else _CELT


class OpusEncoder:
    """Mono, 48 kHz, frames of 20 ms, with constrained variable rate.

    Unconstrained, a mere tone takes twice the rate.
    """

    def __init__(self, bit_rate: int) -> None:
        self._libopus = LibopusEncoder(
            LARGEST,
            {Setting.BITRATE: bit_rate, Setting.VBR_CONSTRAINT: 1, Setting.COMPLEXITY: 10},
        )

    def force_mode(self, packet: bytes | None) -> None:
        """Encode in this packet's mode; with None, in whichever suits the sound."""
        self._libopus.set(Setting.FORCE_MODE, _AUTO if packet is None else mode_of(packet))

    @property
    def config(self) -> bytes:
        """OpusHead."""
        skip = self._libopus.lookahead
        return struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, skip, SAMPLE_RATE, 0, 0)

    def encode(self, pcm: Pcm) -> list[bytes]:
        """Return the packet of the next 960 samples."""
        return [self._libopus.encode(pcm)]
