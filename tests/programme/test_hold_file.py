"""A room's own hold in one piece."""

import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.errors import Malformed
from fullhouse.media import PACKETS_PER_PART, Part, Rendition, pack_part
from fullhouse.programme.hold_file import MOST_PARTS, HoldFile, fingerprint, pack_hold
from fullhouse.units import Micros, PartNumber


def loop(parts: int = 5) -> dict[Rendition, tuple[bytes, ...]]:
    return {
        each: tuple(f"{each.value}-{number}".encode() for number in range(parts * count))
        for each, count in PACKETS_PER_PART.items()
    }


RAW = pack_hold(loop())


def test_every_part_of_the_timeline_has_its_packets() -> None:
    """Round and round, from the part's number alone."""
    hold = HoldFile(RAW)
    assert (len(hold), hold.seconds, hold.size) == (5, 1.6, len(RAW))
    for rendition, count in PACKETS_PER_PART.items():
        for number in (0, 4, 5, 1_000_003):
            at = number % 5 * count
            expected = loop()[rendition][at : at + count]
            assert hold.packets(rendition, PartNumber(number)) == expected
    hold.check(0, 5)
    hold.check(4, 100)


def test_it_is_named_by_its_bytes() -> None:
    assert HoldFile(RAW).name == fingerprint(RAW) == hashlib.sha256(RAW).hexdigest()


def test_it_keeps_few_parts_unpacked() -> None:
    hold = HoldFile(pack_hold(loop(40)))
    for number in range(40):
        hold.packets(Rendition.AAC, PartNumber(number))
    assert len(hold._parts) <= 4


def test_a_rendition_that_it_lacks_is_nothing() -> None:
    packets = loop(1)
    del packets[Rendition.OPUS_LOW]
    part = pack_part(Part(Micros(0), PartNumber(0), packets))
    hold = HoldFile(b"FHH1" + (1).to_bytes(4, "big") + len(part).to_bytes(4, "big") + part)
    hold.check(0, 1)
    assert hold.packets(Rendition.OPUS_LOW, PartNumber(3)) == ()


@given(st.integers(0, len(RAW) - 1))
def test_a_piece_of_one_is_none(end: int) -> None:
    with pytest.raises(Malformed):
        HoldFile(RAW[:end])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"RIFF....",
        RAW + b"x",
        b"FHH1" + bytes(4),
        b"FHH1" + (MOST_PARTS + 1).to_bytes(4, "big") + bytes(10_000),
    ],
)
def test_other_bytes_are_none(raw: bytes) -> None:
    with pytest.raises(Malformed):
        HoldFile(raw)


@pytest.mark.parametrize("wrong", ["number", "count", "size", "empty"])
def test_a_part_that_is_not_whole_is_found_before_it_is_played(wrong: str) -> None:
    packets = loop(1)
    if wrong == "count":
        packets[Rendition.AAC] = packets[Rendition.AAC][1:]
    if wrong in ("size", "empty"):
        packets[Rendition.AAC] = (
            b"" if wrong == "empty" else bytes(3000),
            *packets[Rendition.AAC][1:],
        )
    part = pack_part(Part(Micros(0), PartNumber(wrong == "number"), packets))
    hold = HoldFile(b"FHH1" + (1).to_bytes(4, "big") + len(part).to_bytes(4, "big") + part)
    with pytest.raises(Malformed):
        hold.check(0, 1)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_hold_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        HoldFile(b"FHH1" + raw).check(0, 5)
