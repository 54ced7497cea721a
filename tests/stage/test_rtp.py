"""Packets of a return, read back by aiortc's parser."""

import pytest
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.stage.rtp import RtpStream, middle, ntp, round_trip
from fullhouse.units import SECOND, Micros

WORD = st.integers(0, 0xFFFF_FFFF)
HALF = st.integers(0, 0xFFFF)


@given(st.integers(0, 127), WORD, HALF, WORD, st.lists(st.binary(max_size=400), min_size=1))
def test_what_is_packed_is_read_back(
    kind: int, ssrc: int, sequence: int, timestamp: int, payloads: list[bytes]
) -> None:
    """Whatever the numbers, also around their ends."""
    stream = RtpStream(kind, ssrc, sequence, timestamp)
    for number, payload in enumerate(payloads):
        read = RtpPacket.parse(stream.pack(payload, 7 + number))
        assert (read.payload_type, read.ssrc, read.payload) == (kind, ssrc, payload)
        assert read.sequence_number == (sequence + number) & 0xFFFF
        assert read.timestamp == (timestamp + 960 * number) & 0xFFFF_FFFF
        assert bool(read.marker) == (number == 0)
    assert stream.packets == len(payloads)
    assert stream.octets == sum(map(len, payloads))


def test_ticks_left_out_are_a_hole_in_time_and_not_lost_packets() -> None:
    stream = RtpStream(111, 1, 65535, 0)
    first, second = (RtpPacket.parse(stream.pack(b"x", tick)) for tick in (100, 150))
    assert (first.sequence_number, second.sequence_number) == (65535, 0)
    assert second.timestamp == 50 * 960
    assert second.marker == 1


def test_a_time_between_two_packets_has_its_timestamp() -> None:
    stream = RtpStream(111, 1, 0, 0xFFFF_FFFF)
    stream.pack(b"x", 0)
    assert stream.timestamp_at(Micros(10_000)) == 479


def test_ntp_counts_from_1900_in_fractions_of_a_second() -> None:
    assert ntp(Micros(0)) == 2_208_988_800 << 32
    assert ntp(Micros(SECOND // 2)) & 0xFFFF_FFFF == 1 << 31
    assert middle(0x1122_3344_5566_7788) == 0x3344_5566


@given(
    st.integers(0, 2**51).map(Micros),
    st.integers(0, 10 * SECOND),
    st.integers(0, 10 * SECOND),
)
def test_the_round_trip_is_what_passed_without_the_wait_at_the_other_end(
    sent: Micros, way: int, waited: int
) -> None:
    delay = waited * 65536 // SECOND
    found = round_trip(Micros(sent + way + waited), middle(ntp(sent)), delay)
    assert found == pytest.approx(way, abs=50)


def test_no_report_no_round_trip_and_nonsense_is_none_either() -> None:
    now = Micros(1_700_000_000 * SECOND)
    assert round_trip(now, 0, 0) is None
    assert round_trip(now, (middle(ntp(now)) - (100 << 16)) & 0xFFFF_FFFF, 0) is None
    assert round_trip(now, middle(ntp(now)), 5) == 0
