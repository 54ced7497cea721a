"""A shell: the Opus encoder of a return, libopus itself, called through ctypes.

PyAV's encoder takes no expected loss, which in-band recovery follows, and its state cannot be
copied, which is how a return passes from one encode to another unheard.
"""

from typing import Final

from fullhouse.libopus import LibopusEncoder, Setting
from fullhouse.media import Pcm

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


class OpusEncoder:
    """One return's encoder: mono, 48 kHz, 20 ms, 32 kbit/s and in-band recovery."""

    def __init__(self) -> None:
        self._loss = 0
        self._libopus = LibopusEncoder(
            LARGEST,
            {
                Setting.BITRATE: BITRATE,
                Setting.VBR_CONSTRAINT: 1,
                Setting.COMPLEXITY: COMPLEXITY,
                Setting.INBAND_FEC: 1,
            },
        )

    def encode(self, pcm: Pcm) -> bytes:
        """Return the packet of the next 20 ms."""
        return self._libopus.encode(pcm)

    def expect_loss(self, percent: int) -> None:
        """Say how many packets in a hundred are lost on the way: so much recovery is sent along."""
        percent = 0 if percent <= NO_LOSS else min(MOST_LOSS, max(LEAST_LOSS, percent))
        if percent != self._loss:
            self._libopus.set(Setting.PACKET_LOSS_PERC, percent)
            self._libopus.set(Setting.BITRATE, BITRATE + RECOVERY * percent)
            self._loss = percent

    def fork(self) -> "OpusEncoder":
        """Return an encoder that goes on exactly as this one would."""
        made = OpusEncoder.__new__(OpusEncoder)
        made._libopus, made._loss = self._libopus.fork(), self._loss
        return made
