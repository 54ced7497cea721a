"""A part as one message: what is packed comes back, and nothing else is believed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.errors import Malformed
from fullhouse.media import (
    MAX_PART_BYTES,
    PACKET_SAMPLES,
    PACKETS_PER_PART,
    Part,
    Rendition,
    pack_part,
    pack_voice,
    unpack_part,
    unpack_voice,
)
from fullhouse.units import PART_SAMPLES, Micros, PartNumber

PACKETS = st.lists(st.binary(max_size=300), max_size=20).map(tuple)
PARTS = st.builds(
    Part,
    epoch=st.integers(0, 2**64 - 1).map(Micros),
    number=st.integers(0, 2**64 - 1).map(PartNumber),
    packets=st.dictionaries(st.sampled_from(list(Rendition)), PACKETS),
    events=PACKETS,
)
SOME = pack_part(
    Part(
        Micros(1),
        PartNumber(2),
        {Rendition.AAC: (b"abc", b""), Rendition.OPUS: (b"d",)},
        (b'{"type":"x"}',),
    )
)


def test_every_rendition_fills_a_part_exactly() -> None:
    for rendition in Rendition:
        assert PACKET_SAMPLES[rendition] * PACKETS_PER_PART[rendition] == PART_SAMPLES


@given(PARTS)
def test_what_is_packed_comes_back(part: Part) -> None:
    raw = pack_part(part)
    assert unpack_part(raw) == part
    assert pack_part(unpack_part(raw)) == raw


def test_a_rendition_of_a_newer_version_is_left_out() -> None:
    """So that stages can be of a newer version than edges."""
    strange = SOME[:22] + bytes([9, 1, 0, 1, 120]) + SOME[22:]
    newer = strange[:20] + b"\x03" + strange[21:]
    assert unpack_part(newer) == unpack_part(SOME)


@given(PARTS)
def test_the_same_part_has_the_same_bytes(part: Part) -> None:
    """In whatever order its renditions came."""
    turned = dict(reversed(list(part.packets.items())))
    assert pack_part(Part(part.epoch, part.number, turned, part.events)) == pack_part(part)


@given(st.binary(max_size=300))
def test_garbage_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        unpack_part(raw)


@given(st.binary(max_size=60))
def test_garbage_behind_a_true_beginning_is_malformed(raw: bytes) -> None:
    """It is either exactly a part, or malformed; nothing else happens."""
    try:
        part = unpack_part(SOME[:22] + raw)
    except Malformed:
        return
    assert unpack_part(pack_part(part)) == part


@given(st.integers(0, len(SOME) - 1))
def test_a_part_that_is_cut_short_is_malformed(size: int) -> None:
    with pytest.raises(Malformed):
        unpack_part(SOME[:size])


def test_a_part_with_more_behind_it_is_malformed() -> None:
    with pytest.raises(Malformed):
        unpack_part(SOME + b"\0")


@given(st.integers(0, len(SOME) - 1), st.integers(1, 255))
def test_a_flipped_byte_never_does_worse_than_malformed(at: int, flip: int) -> None:
    raw = bytearray(SOME)
    raw[at] ^= flip
    try:
        part = unpack_part(bytes(raw))
    except Malformed:
        return
    assert set(part.packets) <= set(Rendition)


@pytest.mark.parametrize(
    "packets",
    [(b"",) * 256, (bytes(65_536),), (bytes(60_000),) * 3],
    ids=["too many", "one too large", "too large together"],
)
def test_what_fits_no_message_is_not_packed(packets: tuple[bytes, ...]) -> None:
    part = Part(Micros(0), PartNumber(0), {Rendition.AAC: packets})
    with pytest.raises(ValueError, match="part 0"):
        pack_part(part)


def test_a_message_that_is_too_large_is_not_even_read() -> None:
    with pytest.raises(Malformed, match="too large"):
        unpack_part(SOME + bytes(MAX_PART_BYTES))


@given(st.integers(0, 2**63), st.integers(0, 2**32))
def test_a_voice_frame_comes_back_to_16_bits(sequence: int, seed: int) -> None:
    pcm = np.random.default_rng(seed).uniform(-1, 1, 960).astype(np.float32)
    number, heard = unpack_voice(pack_voice(sequence, pcm))
    assert number == sequence
    assert heard.dtype == np.float32
    assert np.abs(heard - pcm).max() <= 0.51 / 32767


def test_a_voice_that_is_too_loud_is_clipped_and_not_turned_over() -> None:
    _, heard = unpack_voice(pack_voice(0, np.repeat(np.array([3.0, -3.0], np.float32), 480)))
    assert heard[0] == 1.0
    assert -1.001 < heard[-1] <= -1.0


@given(st.binary(max_size=2000))
def test_other_bytes_are_no_voice_frame(raw: bytes) -> None:
    if len(raw) == 8 + 1920:
        assert unpack_voice(raw)[1].shape == (960,)
        return
    with pytest.raises(Malformed):
        unpack_voice(raw)
