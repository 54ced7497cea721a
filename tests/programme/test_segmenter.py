"""Packets come as encoders please; parts come whole and in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import PACKETS_PER_PART, Part, Rendition
from fullhouse.programme.segmenter import Segmenter
from fullhouse.units import Micros, PartNumber


@given(st.lists(st.tuples(st.sampled_from(list(Rendition)), st.integers(0, 40)), max_size=30))
def test_every_packet_goes_out_once_and_in_order(deliveries: list[tuple[Rendition, int]]) -> None:
    """Whatever the encoders' rhythm: no packet is lost, doubled or moved."""
    segmenter = Segmenter(Micros(7), PartNumber(100))
    given_so_far: dict[Rendition, list[bytes]] = {rendition: [] for rendition in Rendition}
    parts: list[Part] = []
    for rendition, count in deliveries:
        start = len(given_so_far[rendition])
        fresh = [f"{rendition}{start + index}".encode() for index in range(count)]
        given_so_far[rendition] += fresh
        segmenter.add(rendition, fresh)
        while (part := segmenter.take()) is not None:
            parts.append(part)
    assert [part.number for part in parts] == list(range(100, 100 + len(parts)))
    assert all(part.epoch == 7 for part in parts)
    for rendition, count in PACKETS_PER_PART.items():
        out = [packet for part in parts for packet in part.packets[rendition]]
        assert all(len(part.packets[rendition]) == count for part in parts)
        assert out == given_so_far[rendition][: len(out)]
    assert len(parts) == min(len(given_so_far[r]) // n for r, n in PACKETS_PER_PART.items())


def whole(segmenter: Segmenter) -> Part:
    for rendition, count in PACKETS_PER_PART.items():
        segmenter.add(rendition, [b"x"] * count)
    part = segmenter.take()
    assert part is not None
    return part


def test_events_wait_for_their_part() -> None:
    segmenter = Segmenter(Micros(0), PartNumber(5))
    segmenter.note(PartNumber(6), [b"later"])
    segmenter.note(PartNumber(5), [b"now"])
    segmenter.note(PartNumber(5), [b"and now"])
    assert [whole(segmenter).events for _ in range(3)] == [(b"now", b"and now"), (b"later",), ()]


def test_of_too_many_events_the_newest_stay() -> None:
    segmenter = Segmenter(Micros(0), PartNumber(5))
    for index in range(40):
        segmenter.note(PartNumber(5), [bytes([index])])
    assert whole(segmenter).events == tuple(bytes([index]) for index in range(24, 40))


def test_a_part_that_has_gone_out_takes_no_more_events() -> None:
    segmenter = Segmenter(Micros(0), PartNumber(5))
    whole(segmenter)
    with pytest.raises(ValueError, match="part 5"):
        segmenter.note(PartNumber(5), [b"late"])
