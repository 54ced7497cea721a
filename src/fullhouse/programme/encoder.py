"""A shell: PyAV's AAC and Opus encoders, so wrapped that streams can change hands unheard.

An encoder that starts in the middle is fed a little of what came before (`warm`): what it makes
of that is dropped, and its first packet continues the old encoder's last one. Facts that the
tests hold: AAC answers two packets late and opens with one of priming; Opus answers at once.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext

from fullhouse.media import PACKET_SAMPLES, Part, Pcm, Rendition
from fullhouse.programme.filler import Filler, FillerKind
from fullhouse.programme.hold import compose_hold
from fullhouse.programme.segmenter import Segmenter
from fullhouse.units import (
    FRAME_SAMPLES,
    PART_SAMPLES,
    SAMPLE_RATE,
    Micros,
    PartNumber,
)

WARM_SAMPLES: Final = 4 * PART_SAMPLES
"""How much of what came before makes an encoder go on as if it had always run: 1.28 s."""
_PRIMING: Final = {Rendition.AAC: 1, Rendition.OPUS: 0}
"""Packets that stand for the time before the first sample."""


class Encoder:
    """Sound to packets of one rendition; the first stands for the first samples fed.

    Args:
        rendition: AAC-LC at 64 kbit/s, or Opus at 32 kbit/s with constrained variable rate and
            20 ms frames: unconstrained, a mere tone takes twice the rate.
        warm: the samples just before the first that will be fed. Three packets' worth is enough
            for AAC, and for speech in Opus. Opus has a mode for speech and one for music, and
            takes everything for speech at first: with `WARM_SAMPLES` it knows music, too. Where
            old and new encoder disagree all the same, 10 ms are softer. With no warmth the sound
            should begin in silence, or it begins with a click.
    """

    def __init__(self, rendition: Rendition, warm: Pcm | None = None) -> None:
        self._codec = _open(rendition)
        self._size = int(PACKET_SAMPLES[rendition])
        self._rest: Pcm = np.empty(0, np.float32)
        self._fed = 0
        self._drop = _PRIMING[rendition]
        if warm is not None:
            packets = len(warm) // self._size
            self._drop += packets
            self.encode(warm[len(warm) - packets * self._size :])

    @property
    def config(self) -> bytes:
        """What the codec says of itself: AudioSpecificConfig, or OpusHead."""
        return bytes(self._codec.extradata or b"")

    def encode(self, pcm: Pcm) -> list[bytes]:
        """Take any number of samples; return the packets that are ready."""
        self._rest = np.concatenate((self._rest, pcm)).astype(np.float32, copy=False)
        packets: list[bytes] = []
        while len(self._rest) >= self._size:
            packets += self._encode_frame(self._rest[: self._size])
            self._rest = self._rest[self._size :]
        dropped = min(self._drop, len(packets))
        self._drop -= dropped
        return packets[dropped:]

    def _encode_frame(self, pcm: Pcm) -> list[bytes]:
        frame = av.AudioFrame.from_ndarray(
            pcm.reshape(1, -1), format=self._codec.format.name, layout="mono"
        )
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self._fed
        self._fed += self._size
        return [bytes(packet) for packet in self._codec.encode(frame)]


def _open(rendition: Rendition) -> AudioCodecContext:
    name = {Rendition.AAC: "aac", Rendition.OPUS: "libopus"}[rendition]
    codec = av.CodecContext.create(name, "w")
    assert isinstance(codec, AudioCodecContext)
    codec.sample_rate = SAMPLE_RATE
    codec.layout = "mono"
    codec.time_base = Fraction(1, SAMPLE_RATE)
    if rendition is Rendition.AAC:
        codec.format = "fltp"
        codec.bit_rate = 64_000
    else:
        codec.format = "flt"
        codec.bit_rate = 32_000
        codec.options = {"vbr": "constrained", "application": "audio", "frame_duration": "20"}
    codec.open()
    return codec


class PartEncoder:
    """A stage's ticks to whole parts, from part `first` on.

    Args:
        epoch: the room's.
        first: the part that the first frame opens.
        warm: what was heard just before, as for `Encoder`; best the last `WARM_SAMPLES`.
    """

    def __init__(self, epoch: Micros, first: PartNumber, warm: Pcm | None = None) -> None:
        self._encoders = {rendition: Encoder(rendition, warm) for rendition in Rendition}
        self._segmenter = Segmenter(epoch, first)
        self._first = first
        self._frames = 0

    def feed(self, pcm: Pcm, events: Sequence[bytes] = ()) -> Part | None:
        """Take the next 20 ms, and what happened in them; return a part when one is whole.

        A part is whole three frames after its last one, because of AAC; then there is one every
        16 frames. An event goes into the part that holds its frame.

        Raises:
            ValueError: `pcm` is not 960 samples long.
        """
        if pcm.shape != (FRAME_SAMPLES,):
            raise ValueError(f"a frame of shape {pcm.shape}")
        number = PartNumber(self._first + self._frames * FRAME_SAMPLES // PART_SAMPLES)
        self._frames += 1
        self._segmenter.note(number, events)
        for rendition, encoder in self._encoders.items():
            self._segmenter.add(rendition, encoder.encode(pcm))
        return self._segmenter.take()


def make_filler() -> Filler:
    """Encode the hold loop and silence so that each can be repeated without a seam."""
    silence = np.zeros(PART_SAMPLES, np.float32)
    sounds = {FillerKind.HOLD: compose_hold(), FillerKind.SILENCE: silence}
    return Filler({kind: _encode_loop(pcm) for kind, pcm in sounds.items()})


def _encode_loop(pcm: Pcm) -> dict[Rendition, tuple[bytes, ...]]:
    rounds = -(-WARM_SAMPLES // len(pcm))
    before = np.tile(pcm, rounds)[-WARM_SAMPLES:]
    loops = {}
    for rendition in Rendition:
        count = len(pcm) // PACKET_SAMPLES[rendition]
        after = np.resize(pcm, len(pcm) + 4096)  # so that the last packets come out
        loops[rendition] = tuple(Encoder(rendition, before).encode(after)[:count])
    return loops
