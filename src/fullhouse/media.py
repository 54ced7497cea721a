"""What flows from the stage to the ear: Pcm, then packets, then parts.

Pure vocabulary. `pack_part` and `unpack_part` are the part's form on the bus and on disk,
`pack_voice` and `unpack_voice` that of a source's sound (docs/wire.md); the containers that
listeners get are made from parts at the edge.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fullhouse.errors import Malformed
from fullhouse.units import FRAME_SAMPLES, PART_SAMPLES, Micros, PartNumber, Samples

Pcm = NDArray[np.float32]
"""Mono sound at 48 kHz, full scale -1.0 to 1.0, one dimension."""


class Rendition(StrEnum):
    """One encoding of the programme. Every part carries all of them."""

    AAC = "aac"
    OPUS = "opus"
    AAC_LOW = "aac-low"
    OPUS_LOW = "opus-low"


class Codec(StrEnum):
    """How a rendition is coded: AAC-LC or Opus."""

    AAC = "aac"
    OPUS = "opus"


CODEC: Final[Mapping[Rendition, Codec]] = {
    Rendition.AAC: Codec.AAC,
    Rendition.OPUS: Codec.OPUS,
    Rendition.AAC_LOW: Codec.AAC,
    Rendition.OPUS_LOW: Codec.OPUS,
}
BIT_RATE: Final[Mapping[Rendition, int]] = {
    Rendition.AAC: 64_000,
    Rendition.OPUS: 32_000,
    Rendition.AAC_LOW: 24_000,
    Rendition.OPUS_LOW: 16_000,
}
"""Bits per second of sound, without any container."""
_SAMPLES: Final = {Codec.AAC: Samples(1024), Codec.OPUS: Samples(960)}
PACKET_SAMPLES: Final[Mapping[Rendition, Samples]] = {
    rendition: _SAMPLES[codec] for rendition, codec in CODEC.items()
}
PACKETS_PER_PART: Final[Mapping[Rendition, int]] = {
    rendition: PART_SAMPLES // samples for rendition, samples in PACKET_SAMPLES.items()
}


@dataclass(frozen=True, slots=True)
class Part:
    """0.32 s of a room's programme: what part `number` holds can be asked of any node.

    Attributes:
        epoch: unix µs at which part 0 of the room begins.
        number: the part's place on the timeline.
        packets: for each rendition its encoded frames, in order.
        events: what happened in the room during this part, each one JSON object in UTF-8.
    """

    epoch: Micros
    number: PartNumber
    packets: Mapping[Rendition, tuple[bytes, ...]]
    events: tuple[bytes, ...] = ()


_MAGIC: Final = b"FHP1"
_HEAD: Final = struct.Struct(">4sQQBB")
_IDS: Final = {
    Rendition.AAC: 1,
    Rendition.OPUS: 2,
    Rendition.AAC_LOW: 3,
    Rendition.OPUS_LOW: 4,
}
_RENDITIONS: Final = {number: rendition for rendition, number in _IDS.items()}
MAX_PART_BYTES: Final = 128 * 1024


def _pack_blobs(blobs: tuple[bytes, ...]) -> bytes:
    return b"".join((struct.pack(f">B{len(blobs)}H", len(blobs), *map(len, blobs)), *blobs))


def pack_part(part: Part) -> bytes:
    """Return the part as one message, the same bytes for the same part.

    Raises:
        ValueError: more than 255 packets or events, one over 65,535 bytes, or a part
            larger than `MAX_PART_BYTES`.
    """
    head = _HEAD.pack(_MAGIC, part.epoch, part.number, len(part.packets), 0)
    try:
        body = b"".join(
            bytes([_IDS[rendition]]) + _pack_blobs(part.packets[rendition])
            for rendition in sorted(part.packets)
        )
        packed = head + body + _pack_blobs(part.events)
    except struct.error as error:
        raise ValueError(f"part {part.number} does not fit its form: {error}") from error
    if len(packed) > MAX_PART_BYTES:
        raise ValueError(f"part {part.number} has {len(packed)} bytes")
    return packed


def _unpack_blobs(raw: bytes, at: int) -> tuple[tuple[bytes, ...], int]:
    count = raw[at]
    sizes = struct.unpack_from(f">{count}H", raw, at + 1)
    bounds = [*accumulate(sizes, initial=at + 1 + 2 * count)]
    if bounds[-1] > len(raw):
        raise IndexError("a packet reaches past the end")
    return tuple([raw[start:end] for start, end in pairwise(bounds)]), bounds[-1]


def unpack_part(raw: bytes) -> Part:
    """Return the part that `pack_part` made `raw` of.

    Renditions that are not known here are left out: they are of a newer version.

    Raises:
        Malformed: `raw` is not exactly one part.
    """
    if len(raw) > MAX_PART_BYTES:
        raise Malformed(f"A part of {len(raw)} bytes is too large.", code="malformed_part")
    try:
        magic, epoch, number, renditions, reserved = _HEAD.unpack_from(raw)
        if magic != _MAGIC or reserved:
            raise IndexError("not a part")
        at = _HEAD.size
        found: dict[int, tuple[bytes, ...]] = {}
        for _ in range(renditions):
            which = raw[at]
            found[which], at = _unpack_blobs(raw, at + 1)
        events, at = _unpack_blobs(raw, at)
    except (struct.error, IndexError) as error:
        raise Malformed(f"These bytes are not a part: {error}.", code="malformed_part") from error
    if at != len(raw) or len(found) != renditions:
        raise Malformed("These bytes are not exactly one part.", code="malformed_part")
    packets = {_RENDITIONS[which]: blobs for which, blobs in found.items() if which in _RENDITIONS}
    return Part(Micros(epoch), PartNumber(number), packets, events)


VOICE_HEAD: Final = struct.Struct(">Q")


def pack_voice(sequence: int, pcm: Pcm) -> bytes:
    """Return one 20 ms frame of a source: its number, then 16-bit samples, big end first."""
    samples: NDArray[np.int16] = np.clip(np.rint(pcm * 32767.0), -32768, 32767).astype(">i2")
    return VOICE_HEAD.pack(sequence) + samples.tobytes()


def unpack_voice(raw: bytes) -> tuple[int, Pcm]:
    """Return a source's frame: its number and 960 samples.

    Raises:
        Malformed: `raw` is not one frame.
    """
    if len(raw) != VOICE_HEAD.size + 2 * FRAME_SAMPLES:
        raise Malformed(f"A voice frame of {len(raw)} bytes.", code="malformed_voice")
    samples = np.frombuffer(raw, ">i2", offset=VOICE_HEAD.size).astype(np.float32)
    return VOICE_HEAD.unpack_from(raw)[0], samples / np.float32(32767.0)
