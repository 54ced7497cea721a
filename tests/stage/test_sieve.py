"""Which datagrams are worth being decrypted."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.stage.sieve import (
    CONTROL_PER_SECOND,
    LARGEST_DATAGRAM,
    MOST_STREAMS,
    SOUND_PER_SECOND,
    STRANGERS_PER_SECOND,
    Allowance,
    Sieve,
)
from fullhouse.units import SECOND, Micros

OPUS = 111
NOW = Micros(10 * SECOND)
DTLS = bytes([22]) + bytes(40)


def sound(stream: int = 1, kind: int = OPUS, first: int = 0x80, more: bytes = bytes(40)) -> bytes:
    return struct.pack(">BBHLL", first, kind, 1, 960, stream) + more


def control(stream: int, kind: int = 200) -> bytes:
    return struct.pack(">BBHL", 0x80, kind, 6, stream) + bytes(40)


def passed(sieve: Sieve, datagrams: list[bytes], now: Micros = NOW) -> int:
    return sum([sieve.passes(datagram, now) for datagram in datagrams])


def test_sound_reports_and_handshakes_pass() -> None:
    sieve = Sieve({OPUS})
    assert passed(sieve, [sound(), sound(kind=OPUS | 0x80), control(1), DTLS]) == 4
    assert sieve.refused == 0


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x80",
        sound(more=bytes(LARGEST_DATAGRAM)),
        sound(kind=9),
        sound(first=0x40),
        bytes([2]) + bytes(50),
        bytes([70]) + bytes(50),
        sound(first=0x8F, more=bytes(59)),
        sound(first=0x90, more=bytes(3)),
        sound(first=0x90, more=b"\xbe\xde\x00\x10" + bytes(63)),
        sound(first=0x9F, more=bytes(60)),
    ],
)
def test_what_is_malformed_too_large_or_of_another_kind_does_not(datagram: bytes) -> None:
    """Among them a packet longer than libsrtp's buffer, CSRC and extension overruns."""
    sieve = Sieve({OPUS})
    assert not sieve.passes(datagram, NOW)
    assert sieve.refused == 1


def test_who_only_listens_sends_no_sound() -> None:
    assert passed(Sieve(frozenset()), [sound(), control(1), DTLS]) == 2


def test_packets_of_5_ms_pass_and_a_flood_does_not() -> None:
    sieve = Sieve({OPUS})
    sieve.authentic(1)
    steady = [sieve.passes(sound(), Micros(NOW + n * 5_000)) for n in range(2000)]
    assert all(steady)
    flood = [sieve.passes(sound(), Micros(NOW + 10 * SECOND + n * 100)) for n in range(50_000)]
    assert sum(flood) == pytest.approx(6 * SOUND_PER_SECOND, abs=5)
    assert sieve.refused == 50_000 - sum(flood)


def test_a_flood_of_streams_is_neither_decrypted_nor_remembered() -> None:
    sieve = Sieve({OPUS})
    assert passed(sieve, [sound(stream) for stream in range(5000)]) == STRANGERS_PER_SECOND
    assert [sieve.authentic(stream) for stream in range(9)] == [True] * MOST_STREAMS + [False] * 5
    later = Micros(NOW + 60 * SECOND)
    assert passed(sieve, [sound(stream) for stream in range(5000)], later) == MOST_STREAMS


def test_strangers_do_not_use_up_what_a_known_stream_may_send() -> None:
    """Otherwise somebody who forges packets could silence a speaker."""
    sieve = Sieve({OPUS})
    sieve.authentic(1)
    for tick in range(500):
        now = Micros(NOW + tick * 20_000)
        passed(sieve, [sound(stream) for stream in range(100, 200)], now)
        assert sieve.passes(sound(1), now)


def test_a_flood_of_reports_and_of_reporters_does_not_pass() -> None:
    sieve = Sieve({OPUS})
    assert passed(sieve, [control(1)] * 1000) == CONTROL_PER_SECOND
    later = Micros(NOW + SECOND)
    assert passed(sieve, [control(stream) for stream in range(1000)], later) == MOST_STREAMS


def test_an_allowance_is_so_much_a_second() -> None:
    allowance = Allowance(10)
    assert sum(allowance.take(NOW) for _ in range(100)) == 10
    assert not allowance.take(Micros(NOW + 99_000))
    assert allowance.take(Micros(NOW + 101_000))
    assert not allowance.take(Micros(NOW - SECOND))


@given(st.lists(st.binary(max_size=100)), st.binary(max_size=2))
def test_no_bytes_are_too_strange(datagrams: list[bytes], head: bytes) -> None:
    sieve = Sieve({OPUS})
    count = passed(sieve, [head + datagram for datagram in datagrams])
    assert count + sieve.refused == len(datagrams)
