"""A shell: the AAC and Opus encoders, so wrapped that streams can change hands unheard.

An encoder that starts in the middle is fed a little of what came before (`warm`): what it makes
of that is dropped, and its first packet continues the old encoder's last one. Facts that the
tests hold: AAC answers two packets late and opens with one of priming; Opus answers at once.
"""

from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import av
import numpy as np
import structlog
from av.audio.codeccontext import AudioCodecContext

from fullhouse.media import BIT_RATE, CODEC, PACKET_SAMPLES, Codec, Part, Pcm, Rendition
from fullhouse.programme.filler import Filler, FillerKind
from fullhouse.programme.hold import compose_hold
from fullhouse.programme.opus import OpusEncoder
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
_KEPT_FRAMES: Final = WARM_SAMPLES // FRAME_SAMPLES + 4
"""So many frames warm a new encoder, and hold what an old one has not delivered yet."""
_FAST_BELOW: Final = 32_000
"""Bits per second below which AAC's quick search is the better one. At 24,000 it leaves 12 dB
(speech) and 30 dB (music) between sound and error below 2 kHz, the thorough one 7 and 9; that
keeps hisses up to 8 kHz instead of 6, and takes 2 % of a core instead of 0.3 %."""
_PRIMING: Final = {Codec.AAC: 1, Codec.OPUS: 0}
"""Packets that stand for the time before the first sample."""

log = structlog.get_logger()


class _AacEncoder:
    """PyAV's: AAC-LC, mono, 48 kHz, packets of 1024 samples."""

    def __init__(self, bit_rate: int) -> None:
        codec = av.CodecContext.create("aac", "w")
        assert isinstance(codec, AudioCodecContext)
        codec.sample_rate = SAMPLE_RATE
        codec.layout = "mono"
        codec.time_base = Fraction(1, SAMPLE_RATE)
        codec.format = "fltp"
        codec.bit_rate = bit_rate
        if bit_rate < _FAST_BELOW:
            codec.options = {"aac_coder": "fast"}
        codec.open()
        self._codec = codec
        self._fed = 0

    @property
    def config(self) -> bytes:
        """AudioSpecificConfig."""
        return bytes(self._codec.extradata or b"")

    def encode(self, pcm: Pcm) -> list[bytes]:
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="fltp", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self._fed
        self._fed += len(pcm)
        return [bytes(packet) for packet in self._codec.encode(frame)]


class Encoder:
    """Sound to packets of one rendition; the first stands for the first samples fed.

    Args:
        rendition: what is made; its codec and bit rate follow.
        warm: the samples just before the first that will be fed. Three packets' worth is enough
            for AAC, and for speech in Opus. Opus has a mode for speech and one for music, and
            takes everything for speech at first: with `WARM_SAMPLES` it knows music, too. With
            no warmth the sound should begin in silence, or it begins with a click.
        after: the packet that came out just before, if there is one: Opus goes on in its mode,
            and changes it, if it must, so that a decoder can follow.
    """

    def __init__(
        self, rendition: Rendition, warm: Pcm | None = None, after: bytes | None = None
    ) -> None:
        rate = BIT_RATE[rendition]
        is_aac = CODEC[rendition] is Codec.AAC
        self._codec = _AacEncoder(rate) if is_aac else OpusEncoder(rate)
        self._size = int(PACKET_SAMPLES[rendition])
        self._rest: Pcm = np.empty(0, np.float32)
        self._drop = _PRIMING[CODEC[rendition]]
        if warm is not None:
            packets = len(warm) // self._size
            self._drop += packets
            if isinstance(self._codec, OpusEncoder):
                self._codec.force_mode(after)
            self.encode(warm[len(warm) - packets * self._size :])
            if isinstance(self._codec, OpusEncoder):
                self._codec.force_mode(None)

    @property
    def config(self) -> bytes:
        """What the codec says of itself: AudioSpecificConfig, or OpusHead."""
        return self._codec.config

    def encode(self, pcm: Pcm) -> list[bytes]:
        """Take any number of samples; return the packets that are ready."""
        self._rest = np.concatenate((self._rest, pcm)).astype(np.float32, copy=False)
        packets: list[bytes] = []
        while len(self._rest) >= self._size:
            frame, self._rest = self._rest[: self._size], self._rest[self._size :]
            packets += self._codec.encode(frame)
        dropped = min(self._drop, len(packets))
        self._drop -= dropped
        return packets[dropped:]


class PartEncoder:
    """A stage's ticks to whole parts, from part `first` on.

    An encoder that fails is replaced within the tick: a new one is given what was heard before
    the last packet that came out, and goes on with the next one.

    Args:
        epoch: the room's.
        first: the part that the first frame opens.
        warm: what was heard just before, as for `Encoder`; best what `heard` returns.

    Attributes:
        replaced: encoders that were replaced so far.
    """

    def __init__(self, epoch: Micros, first: PartNumber, warm: Pcm | None = None) -> None:
        self.replaced = 0
        self._encoders = {rendition: Encoder(rendition, warm) for rendition in Rendition}
        self._delivered = dict.fromkeys(Rendition, 0)
        self._last: dict[Rendition, bytes] = {}
        self._heard = deque([] if warm is None else [warm[-WARM_SAMPLES:]], _KEPT_FRAMES)
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
        self._heard.append(pcm)
        self._segmenter.note(number, events)
        for rendition, encoder in self._encoders.items():
            try:
                self._deliver(rendition, encoder.encode(pcm))
            except Exception as error:
                # A bulkhead: whatever libav stumbles over, the programme goes on.
                log.warning("an encoder failed", rendition=rendition.value, why=repr(error))
                self.replace(rendition)
        return self._segmenter.take()

    def replace(self, rendition: Rendition) -> None:
        """Let a new encoder go on where this rendition's last packet ended, unheard."""
        due = self._frames * FRAME_SAMPLES - self._delivered[rendition] * PACKET_SAMPLES[rendition]
        heard = np.nan_to_num(self.heard())
        before, after = heard[: len(heard) - due], heard[len(heard) - due :]
        self._encoders[rendition] = Encoder(rendition, before, self._last.get(rendition))
        self._deliver(rendition, self._encoders[rendition].encode(after))
        self.replaced += 1

    def heard(self) -> Pcm:
        """Return the last samples fed, enough to warm other encoders with."""
        return np.concatenate(self._heard) if self._heard else np.zeros(0, np.float32)

    def _deliver(self, rendition: Rendition, packets: Sequence[bytes]) -> None:
        self._delivered[rendition] += len(packets)
        if packets:
            self._last[rendition] = packets[-1]
        self._segmenter.add(rendition, packets)


def make_filler() -> Filler:
    """Encode the hold loop and silence so that each can be repeated without a seam."""
    silence = np.zeros(PART_SAMPLES, np.float32)
    sounds = {FillerKind.HOLD: compose_hold(), FillerKind.SILENCE: silence}
    return Filler({kind: encode_loop(pcm) for kind, pcm in sounds.items()})


def encode_loop(pcm: Pcm) -> dict[Rendition, tuple[bytes, ...]]:
    """Encode a loop of whole parts in all renditions, so that it can be repeated without a seam."""
    rounds = -(-WARM_SAMPLES // len(pcm))
    before = np.tile(pcm[-WARM_SAMPLES:], rounds)[-WARM_SAMPLES:]
    loops = {}
    for rendition in Rendition:
        encoder, packets = Encoder(rendition, before), list[bytes]()
        for at in range(0, len(pcm), SAMPLE_RATE):
            packets += encoder.encode(pcm[at : at + SAMPLE_RATE])
        packets += encoder.encode(pcm[:4096])  # so that the last packets come out
        loops[rendition] = tuple(packets[: len(pcm) // PACKET_SAMPLES[rendition]])
    return loops
