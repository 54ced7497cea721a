"""A core: packets in CMAF, the form that every browser plays.

One track per file. `init_segment` never changes; a part is one chunk (events, moof, mdat) that
says its own place on the timeline, so that init and any later part make a stream.
Source: ISO/IEC 14496-12 (boxes), 23000-19 (CMAF), 14496-14 (esds), Opus in ISOBMFF 0.6.8.
"""

import struct
from collections.abc import Sequence
from typing import Final

from fullhouse.media import BIT_RATE, CODEC, PACKET_SAMPLES, Codec, Rendition
from fullhouse.programme.events import emsg
from fullhouse.programme.ogg import PRE_SKIP
from fullhouse.programme.timeline import media_time
from fullhouse.units import SAMPLE_RATE, PartNumber

AAC_CONFIG: Final = bytes.fromhex("118856e500")
"""AudioSpecificConfig: AAC-LC, 48 kHz, mono, and said outright that there is no SBR."""
CODECS: Final = {Codec.AAC: "mp4a.40.2", Codec.OPUS: "opus"}
"""The names that browsers ask for in `codecs=`."""

_TRACK: Final = 1
_MATRIX: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SYNC_SAMPLE: Final = 0x02000000
"""Depends on no other sample: sound can be joined at each."""


def _box(name: bytes, *contents: bytes) -> bytes:
    body = b"".join(contents)
    return struct.pack(">I4s", 8 + len(body), name) + body


def _full_box(name: bytes, version: int, flags: int, *contents: bytes) -> bytes:
    return _box(name, struct.pack(">I", version << 24 | flags), *contents)


def init_segment(rendition: Rendition) -> bytes:
    """Return what stands in front of the first part, the same for every room."""
    brands = b"iso6" + b"cmfc" + b"mp41"
    kind = _box(b"ftyp", b"cmfc", bytes(4), brands)
    return kind + _box(b"moov", _movie_header(), _track(rendition), _extends())


def _movie_header() -> bytes:
    times = struct.pack(">IIII", 0, 0, SAMPLE_RATE, 0)
    play = struct.pack(">IH", 0x10000, 0x100) + bytes(10)
    return _full_box(b"mvhd", 0, 0, times, play, _MATRIX, bytes(24), struct.pack(">I", _TRACK + 1))


def _extends() -> bytes:
    return _box(b"mvex", _full_box(b"trex", 0, 0, struct.pack(">5I", _TRACK, 1, 0, 0, 0)))


def _track(rendition: Rendition) -> bytes:
    times = struct.pack(">5I", 0, 0, _TRACK, 0, 0)
    layout = bytes(8) + struct.pack(">hhHH", 0, 0, 0x100, 0)
    header = _full_box(b"tkhd", 0, 7, times, layout, _MATRIX, bytes(8))
    undetermined = 0x55C4  # "und" in ISO 639-2, five bits a letter
    media_header = _full_box(
        b"mdhd", 0, 0, struct.pack(">4IHH", 0, 0, SAMPLE_RATE, 0, undetermined, 0)
    )
    handler = _full_box(b"hdlr", 0, 0, bytes(4), b"soun", bytes(12), b"sound\0")
    here = _full_box(b"url ", 0, 1)
    source = _box(b"dinf", _full_box(b"dref", 0, 0, struct.pack(">I", 1), here))
    information = _box(b"minf", _full_box(b"smhd", 0, 0, bytes(4)), source, _samples(rendition))
    return _box(b"trak", header, _box(b"mdia", media_header, handler, information))


def _samples(rendition: Rendition) -> bytes:
    entry = _aac_entry(BIT_RATE[rendition]) if CODEC[rendition] is Codec.AAC else _opus_entry()
    return _box(
        b"stbl",
        _full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry),
        _full_box(b"stts", 0, 0, bytes(4)),
        _full_box(b"stsc", 0, 0, bytes(4)),
        _full_box(b"stsz", 0, 0, bytes(8)),
        _full_box(b"stco", 0, 0, bytes(4)),
    )


_MONO_48K: Final = bytes(6) + struct.pack(">H8xHHHHI", 1, 1, 16, 0, 0, SAMPLE_RATE << 16)
"""How every audio sample entry opens: one channel, 16 bits, 48 kHz."""


def _aac_entry(bit_rate: int) -> bytes:
    config = _descriptor(5, AAC_CONFIG)
    decoder = struct.pack(">BBxxxII", 0x40, 0x15, bit_rate, bit_rate) + config
    stream = struct.pack(">HB", _TRACK, 0) + _descriptor(4, decoder) + _descriptor(6, b"\x02")
    return _box(b"mp4a", _MONO_48K, _full_box(b"esds", 0, 0, _descriptor(3, stream)))


def _descriptor(tag: int, body: bytes) -> bytes:
    return bytes((tag, 0x80, 0x80, 0x80, len(body))) + body


def _opus_entry() -> bytes:
    config = struct.pack(">BBHIhB", 0, 1, PRE_SKIP, SAMPLE_RATE, 0, 0)
    return _box(b"Opus", _MONO_48K, _box(b"dOps", config))


_CHUNK: Final = struct.Struct(">I4sI4sIII4sI4sIIIII4sIQI4sIIi")
"""moof: mfhd, and traf with tfhd, tfdt and the head of trun."""
_TFHD_FLAGS: Final = 0x020000 | 0x8 | 0x20
"""Offsets count from the moof; the duration and flags of every packet follow."""
_TRUN_FLAGS: Final = 0x1 | 0x200
"""Where the first packet stands, and the size of each."""


def media_part(
    rendition: Rendition,
    number: PartNumber,
    packets: Sequence[bytes],
    events: Sequence[bytes] = (),
) -> bytes:
    """Return one part: events, and a chunk that can be played after `init_segment`.

    Args:
        rendition: of the packets.
        number: the part's; its time is written in 64 bits. The fragment's own number has only
            32 and is the part's modulo 2³²: it turns over after 43 years, and players go by time.
        packets: in order, each of the rendition's fixed length in samples.
        events: one JSON object each; at most `MAX_EVENTS`.

    Raises:
        ValueError: an event is too large, or there are too many.
    """
    count = len(packets)
    table = struct.pack(f">{count}I", *map(len, packets))
    size = _CHUNK.size + len(table)
    head = _CHUNK.pack(
        *(size, b"moof"),
        *(16, b"mfhd", 0, number & 0xFFFFFFFF),
        *(size - 24, b"traf"),
        *(24, b"tfhd", _TFHD_FLAGS, _TRACK, PACKET_SAMPLES[rendition], _SYNC_SAMPLE),
        *(20, b"tfdt", 1 << 24, media_time(number)),
        *(20 + len(table), b"trun", _TRUN_FLAGS, count, size + 8),
    )
    boxes = (emsg(number, index, event) for index, event in enumerate(events))
    payload = sum(map(len, packets))
    return b"".join((*boxes, head, table, struct.pack(">I4s", 8 + payload, b"mdat"), *packets))
