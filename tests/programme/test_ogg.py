"""Ogg pages, read back by a slow reader written from RFC 3533."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import Part, Pcm, Rendition
from fullhouse.programme import ogg
from fullhouse.units import PartNumber
from tests.coded_noise import find
from tests.players import decode, play


def slow_crc(raw: bytes) -> int:
    """Divide bit by bit, as the RFC's text says."""
    register = 0
    for byte in raw:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1) ^ (0x104C11DB7 if register & 0x80000000 else 0)
    return register


@dataclass(frozen=True)
class Page:
    flags: int
    granule: int
    serial: int
    sequence: int
    packets: list[bytes]


def read(raw: bytes) -> list[Page]:
    """Return the pages that `raw` is made of; packets must end in the page that they begin in."""
    pages = []
    while raw:
        assert raw[:5] == b"OggS\0"
        lacing = raw[27 : 27 + raw[26]]
        end = 27 + len(lacing) + sum(lacing)
        assert int.from_bytes(raw[22:26], "little") == slow_crc(raw[:22] + bytes(4) + raw[26:end])
        granule, serial, sequence = (
            int.from_bytes(raw[start:stop], "little")
            for start, stop in ((6, 14), (14, 18), (18, 22))
        )
        pages.append(Page(raw[5], granule, serial, sequence, _packets(raw[:end], lacing)))
        raw = raw[end:]
    return pages


def _packets(page: bytes, lacing: bytes) -> list[bytes]:
    packets, at, size = [], 27 + len(lacing), 0
    for lace in lacing:
        size += lace
        if lace < 255:
            packets.append(page[at : at + size])
            at, size = at + size, 0
    assert size == 0
    return packets


@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**40),
    st.lists(st.binary(max_size=600), min_size=1, max_size=16),
)
def test_a_page_says_which_part_it_is(serial: int, number: int, packets: list[bytes]) -> None:
    """The granule position is the part's end; page numbers leave room for the headers."""
    (page,) = read(ogg.page(serial, PartNumber(number), packets))
    assert page == Page(0, (number + 1) * 15_360, serial, (number + 2) % 2**32, packets)


@given(st.binary(max_size=400))
def test_the_fast_checksum_is_the_slow_one(raw: bytes) -> None:
    assert ogg.crc(raw) == slow_crc(raw)


def test_packets_that_fit_no_page_are_refused() -> None:
    assert read(ogg.page(1, PartNumber(0), [bytes(1275)] * 16))[0].packets == [bytes(1275)] * 16
    with pytest.raises(ValueError, match="64 packets"):
        ogg.page(1, PartNumber(0), [bytes(1275)] * 64)


def test_a_stream_opens_with_what_rfc_7845_asks() -> None:
    head, tags = read(ogg.headers(99))
    assert (head.flags, head.granule, head.serial, head.sequence) == (2, 0, 99, 0)
    assert head.packets == [
        b"OpusHead" + bytes([1, 1]) + (312).to_bytes(2, "little")
        + (48_000).to_bytes(4, "little") + bytes(3)
    ]  # fmt: skip
    assert (tags.flags, tags.granule, tags.serial, tags.sequence) == (0, 0, 99, 1)
    assert tags.packets == [b"OpusTags" + (9).to_bytes(4, "little") + b"fullhouse" + bytes(4)]


@pytest.mark.parametrize("joined", [0, 7])
def test_a_player_may_join_at_any_part(joined: int, parts: list[Part], sent: Pcm) -> None:
    """The 312 samples that the decoder skips are the encoder's look-ahead: nothing is shifted."""
    raw = ogg.headers(5) + b"".join(
        ogg.page(5, part.number, part.packets[Rendition.OPUS]) for part in parts[joined:]
    )
    for heard in (decode(raw, "ogg"), play(raw, "-f", "ogg")):
        assert len(heard) == (len(parts) - joined) * 15_360 - 312
        found = find(sent, heard, hop=1920)
        assert found.share >= 0.99
        assert found.jumps == ()
        assert round((found.place - found.first) * 48_000) == joined * 15_360
