"""Filler: any part of any room, the same bytes on every edge."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullhouse.errors import Malformed
from fullhouse.media import BIT_RATE, PACKETS_PER_PART, Rendition
from fullhouse.programme.encoder import make_filler
from fullhouse.programme.filler import Filler, FillerKind
from fullhouse.programme.hold import HOLD_PARTS
from fullhouse.units import PartNumber

BOTH = st.sampled_from(list(Rendition))


def small(hold: int = 3) -> Filler:
    """Return filler of which every packet says what it is."""
    return Filler(
        {
            kind: {
                rendition: tuple(f"{kind}{rendition}{at}".encode() for at in range(count * parts))
                for rendition, count in PACKETS_PER_PART.items()
            }
            for kind, parts in ((FillerKind.HOLD, hold), (FillerKind.SILENCE, 1))
        }
    )


@given(BOTH, st.integers(0, 2**48))
def test_a_part_takes_its_place_in_the_loop_from_its_number(
    rendition: Rendition, number: int
) -> None:
    packets = small().packets(FillerKind.HOLD, rendition, PartNumber(number))
    count = PACKETS_PER_PART[rendition]
    start = number % 3 * count
    assert packets == tuple(f"hold{rendition}{at}".encode() for at in range(start, start + count))


@given(BOTH, st.integers(0, 2**48))
def test_every_part_of_silence_is_the_same(rendition: Rendition, number: int) -> None:
    filler = small()
    silence = filler.packets(FillerKind.SILENCE, rendition, PartNumber(number))
    assert silence == filler.loops[FillerKind.SILENCE][rendition]


def test_the_real_loops_have_whole_parts_of_the_right_rate(filler: Filler) -> None:
    """96 parts of hold within their bit rate; silence costs next to nothing."""
    for rendition in Rendition:
        loop = filler.loops[FillerKind.HOLD][rendition]
        assert len(loop) == HOLD_PARTS * PACKETS_PER_PART[rendition]
        assert sum(map(len, loop)) * 8 / 30.72 < BIT_RATE[rendition] + 2_000
        silence = filler.loops[FillerKind.SILENCE][rendition]
        assert len(silence) == PACKETS_PER_PART[rendition]
        assert sum(map(len, silence)) <= 288


def test_two_edges_make_the_same_filler(filler: Filler) -> None:
    assert make_filler() == filler


def test_filler_is_kept_and_read_again(filler: Filler) -> None:
    assert Filler.unpack(filler.pack()) == filler


@settings(max_examples=30)
@given(st.integers(1, 5))
def test_what_is_packed_comes_back(parts: int) -> None:
    assert Filler.unpack(small(parts).pack()) == small(parts)


PACKED = small().pack()


@given(st.binary(max_size=200) | st.integers(0, len(PACKED) - 1).map(lambda size: PACKED[:size]))
def test_other_bytes_are_malformed(raw: bytes) -> None:
    """A cache that was cut short by a full disk is made again, not believed."""
    with pytest.raises(Malformed):
        Filler.unpack(raw)


def test_filler_with_bytes_behind_its_end_or_a_packet_too_few_is_malformed() -> None:
    with pytest.raises(Malformed):
        Filler.unpack(PACKED + b"\0")
    loops = small(1).loops
    short = {Rendition.AAC: loops[FillerKind.HOLD][Rendition.AAC], Rendition.OPUS: (b"x",) * 15}
    with pytest.raises(Malformed):
        Filler.unpack(Filler({FillerKind.HOLD: short, FillerKind.SILENCE: short}).pack())


@given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
def test_a_flipped_byte_never_does_worse_than_malformed(at: int, flip: int) -> None:
    raw = bytearray(PACKED)
    raw[at] ^= flip
    try:
        found = Filler.unpack(bytes(raw))
    except Malformed:
        return
    for kind in FillerKind:
        for rendition, count in PACKETS_PER_PART.items():
            assert len(found.packets(kind, rendition, PartNumber(7))) == count
