"""Packets as the network brings them, in order for the decoder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.stage.playout import (
    COMFORTED,
    CONCEALED,
    GIVEN_UP,
    LONGEST_GAP,
    MOST_PACKETS,
    MOST_WAITING,
    START,
    Conceal,
    Order,
    Packet,
    Play,
    Playout,
    Recover,
    packet_samples,
)
from fullhouse.units import FRAME_SAMPLES, Micros

OPUS_20_MS = 0b11111_0_00
"""The first byte of a packet of one 20 ms frame."""
TICK = 20_000


class Bench:
    """A playout, and a clock that goes on with each order."""

    def __init__(self, code: int = OPUS_20_MS) -> None:
        self.playout = Playout()
        self.now = Micros(0)
        self._code = code

    def put(self, *numbers: int, skipped: int = 0, size: int = 10, stream: int = 0) -> None:
        """Put packets of these numbers; `skipped` samples of nothing were not sent."""
        for number in numbers:
            body = number.to_bytes(4) + bytes(6)
            length = packet_samples(bytes([self._code])) or 0
            payload = (bytes([self._code]) + body)[:size]
            stamp = (number * length + skipped + 0xFFFF_0000) & 0xFFFF_FFFF
            self.playout.put(Packet(number & 0xFFFF, stamp, self.now, payload, stream))

    def next(self) -> str:
        """Return what is done next, in a word."""
        order = self.playout.next(self.now)
        self.now = Micros(self.now + TICK)
        return told(order)

    def orders(self, count: int) -> list[str]:
        return [self.next() for _ in range(count)]


def told(order: Order | None) -> str:
    match order:
        case None:
            return "-"
        case Play(payload, late=late):
            return f"{'late ' if late else ''}{int.from_bytes(payload[1:5])}"
        case Recover(payload):
            return f"before {int.from_bytes(payload[1:5])}"
        case Conceal(comfort=comfort):
            return "comfort" if comfort else "conceal"


def playing(*numbers: int) -> Bench:
    """Return a playout in which these have been played."""
    bench = Bench()
    bench.put(*numbers)
    bench.now = Micros(START)
    assert bench.orders(len(numbers)) == [str(number) for number in numbers]
    return bench


def test_the_first_packet_waits_for_those_that_follow() -> None:
    bench = Bench()
    bench.put(0)
    assert bench.orders(2) == ["-", "-"]
    assert bench.next() == "0"


def test_three_frames_that_come_at_once_need_not_wait() -> None:
    bench = Bench()
    bench.put(0, 1, 2)
    assert bench.orders(3) == ["0", "1", "2"]


def test_packets_leave_in_order() -> None:
    bench = Bench()
    bench.put(2, 0, 1)
    assert bench.orders(3) == ["0", "1", "2"]


def test_a_lost_packet_is_taken_from_the_next_one() -> None:
    bench = playing(0, 1, 2)
    bench.put(4, 5, 8, 9)
    assert bench.orders(3) == ["before 4", "4", "5"]
    assert bench.orders(4) == ["conceal", "before 8", "8", "9"]


def test_what_starving_concealed_already_is_not_concealed_again() -> None:
    """Otherwise every burst of losses would lengthen the delay."""
    bench = playing(0, 1, 2)
    assert bench.orders(2) == ["conceal"] * 2
    bench.put(5, 6)
    assert bench.orders(2) == ["5", "6"]
    assert bench.orders(1) == ["conceal"]
    bench.put(10, 11)
    assert bench.orders(4) == ["conceal", "before 10", "10", "11"]


def test_a_packet_that_was_only_late_is_played_after_starving() -> None:
    bench = playing(0, 1, 2)
    assert bench.orders(2) == ["conceal"] * 2
    bench.put(3, 4)
    assert bench.orders(2) == ["late 3", "4"]
    bench.now = Micros(bench.now + GIVEN_UP)
    bench.next()
    assert bench.playout.counters.lost == 0


def test_a_packet_that_comes_after_its_copy_was_played_is_late_not_lost() -> None:
    bench = playing(0, 1, 2)
    bench.put(4)
    assert bench.orders(2) == ["before 4", "4"]
    bench.put(3)
    bench.now = Micros(bench.now + GIVEN_UP)
    bench.next()
    counters = bench.playout.counters
    assert (counters.late, counters.lost, counters.came) == (1, 0, 5)


def test_a_packet_that_has_not_come_after_a_second_is_lost() -> None:
    bench = playing(0, 1, 2)
    bench.put(5)
    bench.orders(3)
    assert bench.playout.counters.lost == 0
    bench.now = Micros(bench.now + GIVEN_UP)
    bench.next()
    assert bench.playout.counters.lost == 2


def test_a_pause_is_concealed_for_a_moment_and_then_silent() -> None:
    bench = playing(0, 1, 2)
    assert bench.orders(CONCEALED + 2) == ["conceal"] * CONCEALED + ["-", "-"]


def test_after_a_pause_the_voice_begins_again_with_some_in_waiting() -> None:
    bench = playing(0, 1, 2)
    bench.orders(CONCEALED + 1)
    bench.put(3)
    assert bench.next() == "-"
    bench.put(4, 5)
    assert bench.orders(3) == ["3", "4", "5"]


def test_what_was_played_before_a_pause_is_not_played_after_it() -> None:
    bench = playing(*range(5))
    bench.orders(CONCEALED + 1)
    bench.put(2, 3, 5, 6, 7)
    assert bench.orders(3) == ["5", "6", "7"]


def test_a_sender_that_says_nothing_loses_nothing() -> None:
    """DTX: a packet of one byte, then 400 ms of nothing, then the next number."""
    bench = playing(0, 1, 2)
    bench.put(3, size=1)
    assert bench.next() == "0"  # its one byte holds no number
    assert bench.orders(12) == ["comfort"] * 12
    bench.put(4, skipped=19_200)
    assert bench.orders(9) == ["comfort"] * 8 + ["4"]
    assert bench.playout.counters.starved == 0


def test_a_gap_in_time_that_nobody_announced_is_no_loss_either() -> None:
    bench = playing(0, 1, 2)
    bench.put(3, skipped=4 * 960)
    assert bench.orders(5) == ["comfort"] * 4 + ["3"]
    bench.orders(2)
    bench.put(4, skipped=9 * 960)
    assert bench.orders(4) == ["comfort"] * 3 + ["4"]


def test_a_sender_that_says_nothing_for_long_is_silent() -> None:
    bench = playing(0, 1, 2)
    bench.put(3, size=1)
    assert bench.orders(COMFORTED + 3)[1:] == ["comfort"] * COMFORTED + ["-", "-"]
    bench.put(4, 5, 6, skipped=96_000)
    assert bench.next() == "4"


@pytest.mark.parametrize("stamp", [0, 0x7FFF_FFFF, 12_345])
def test_timestamps_that_say_nothing_are_not_followed(stamp: int) -> None:
    bench = playing(0, 1, 2)
    for number in (3, 4, 6):
        payload = bytes([OPUS_20_MS]) + number.to_bytes(4)
        bench.playout.put(Packet(number, stamp, bench.now, payload))
    assert [word.removeprefix("late ") for word in bench.orders(4)] == ["3", "4", "before 6", "6"]


def test_a_long_hole_is_skipped() -> None:
    bench = playing(0, 1, 2)
    far = 3 + LONGEST_GAP // FRAME_SAMPLES + 1
    bench.put(far, far + 1)
    assert bench.orders(2) == [str(far), str(far + 1)]


def test_what_comes_twice_is_played_once() -> None:
    bench = playing(0, 1, 2)
    bench.put(2, 3, 3)
    assert bench.next() == "3"
    assert bench.playout.counters.repeated == 2


@given(st.integers(0, 0xFFFF))
def test_sequence_numbers_wrap_around_unnoticed(first: int) -> None:
    playing(*range(first, first + 10))


def test_both_numbers_wrap_around_in_two_days_of_playing() -> None:
    bench = Bench()
    for number in range(0, 2**33 // 960, 2000):
        bench.put(*range(number, number + 3))
        bench.now = Micros(bench.now + 2000 * TICK)
        while bench.next() != "-":
            pass
    counters = bench.playout.counters
    assert counters.late == counters.repeated == 0
    assert counters.taken == counters.came


def test_half_a_second_at_the_most_waits() -> None:
    """A stage or a network that stood still is not half a second late from then on."""
    bench = Bench()
    for number in range(200):
        bench.put(number)
        assert bench.playout.waiting <= MOST_WAITING
    assert bench.next() != "-"
    assert bench.playout.counters.dropped > 150
    assert bench.playout.counters.lost == 0


@pytest.mark.parametrize("first", [30_000, 50_000])
def test_a_stream_that_begins_elsewhere_is_heard_at_once(first: int) -> None:
    """Whether its numbers lie far ahead or far behind."""
    bench = playing(*range(10))
    bench.put(first, first + 1, first + 2)
    assert bench.orders(2) == [str(first), str(first + 1)]


def test_a_new_stream_of_the_same_speaker_is_heard_at_once() -> None:
    """Its numbers may lie anywhere, even where the old ones were."""
    bench = playing(*range(10))
    bench.put(5, 6, 7, stream=2)
    assert bench.orders(3) == ["5", "6", "7"]


def test_a_sender_that_begins_again_a_little_lower_is_heard_after_a_second() -> None:
    bench = playing(*range(1000, 1010))
    heard = []
    for number in range(60):
        bench.put(number + 900)
        heard.append(bench.next())
    assert heard[-5:] == [str(number) for number in range(953, 958)]


@pytest.mark.parametrize(
    ("payload", "samples"),
    [
        (bytes([OPUS_20_MS]), 960),
        (bytes([0b00000_0_00]), 480),
        (bytes([0b00011_0_00]), 2880),
        (bytes([0b01100_0_01]), 960),
        (bytes([0b10000_0_10]), 240),
        (bytes([0b11111_0_11, 3]), 2880),
        (bytes([0b11111_0_11, 6]), 5760),
        (bytes([0b11111_0_11, 7]), None),
        (bytes([0b11111_0_11, 0]), None),
        (bytes([0b11111_0_11]), None),
        (b"", None),
    ],
)
def test_a_packets_length_is_read_from_its_first_bytes(payload: bytes, samples: int | None) -> None:
    assert packet_samples(payload) == samples


def test_a_lost_packet_of_60_ms_is_recovered_in_one() -> None:
    bench = Bench(code=0b00011_0_00)
    bench.put(0, 1, 3)
    assert bench.orders(4) == ["0", "1", "before 3", "3"]


def test_only_what_was_not_concealed_yet_is_recovered() -> None:
    bench = Bench(code=0b00011_0_00)
    bench.put(0)
    bench.now = Micros(START)
    assert bench.orders(2) == ["0", "conceal"]
    bench.put(2)
    order = bench.playout.next(bench.now)
    assert isinstance(order, Recover)
    assert (order.samples, order.wanted) == (2880, 1920)


def test_a_packet_longer_than_all_before_it_stays() -> None:
    """Its 120 ms alone are more than what is good to start with."""
    playout = Playout()
    for number, code in enumerate([0, 0, 0, 0, 0b11111_0_11]):
        playout.put(Packet(number, 480 * number, Micros(0), bytes([code, 6, 0])))
    assert playout.waiting >= 6


@given(
    st.lists(
        st.tuples(
            st.integers(0, 0xFFFF),
            st.integers(0, 0xFFFF_FFFF) | st.integers(0, 10_000),
            st.binary(max_size=4),
            st.integers(0, 1),
            st.integers(0, 3),
        ),
        max_size=200,
    )
)
def test_whatever_comes_it_stays_bounded(
    coming: list[tuple[int, int, bytes, int, int]],
) -> None:
    playout, now = Playout(), Micros(0)
    for sequence, stamp, payload, stream, takes in coming:
        playout.put(Packet(sequence, stamp, now, payload, stream))
        assert playout.waiting <= MOST_WAITING or len(playout._waiting) == 1
        assert len(playout._waiting) <= MOST_PACKETS
        assert len(playout._missing) <= 3 * MOST_PACKETS
        for _ in range(takes):
            order = playout.next(now)
            now = Micros(now + TICK)
            assert not isinstance(order, Conceal) or 120 <= order.samples <= 960
    counters = playout.counters
    assert counters.taken <= counters.came


def copied(bench: Bench, *numbers: int) -> None:
    """Put copies of these, as they come inside later packets."""
    for number in numbers:
        payload = bytes([OPUS_20_MS]) + number.to_bytes(4) + bytes(5)
        stamp = (number * 960 + 0xFFFF_0000) & 0xFFFF_FFFF
        bench.playout.put(Packet(number, stamp, bench.now, payload, copied=True))


def test_a_copy_is_played_in_place_of_a_lost_packet() -> None:
    bench = playing(0, 1, 2)
    bench.put(4)
    copied(bench, 3)
    order = bench.playout.next(bench.now)
    assert isinstance(order, Play)
    assert order.copied
    assert bench.next() == "4"
    bench.now = Micros(bench.now + GIVEN_UP)
    bench.next()
    counters = bench.playout.counters
    assert (counters.lost, counters.came, counters.taken) == (1, 4, 4)


def test_a_copy_of_what_is_there_changes_nothing() -> None:
    bench = playing(0, 1, 2)
    bench.put(3, 4)
    copied(bench, 2, 3)
    assert bench.orders(2) == ["3", "4"]
    counters = bench.playout.counters
    assert (counters.repeated, counters.came) == (0, 5)


def test_a_packet_that_comes_after_its_copy_takes_its_place() -> None:
    bench = playing(0, 1, 2)
    bench.put(4)
    copied(bench, 3)
    bench.put(3)
    order = bench.playout.next(bench.now)
    assert isinstance(order, Play)
    assert not order.copied
    assert bench.playout.counters.repeated == 0


def test_a_stream_does_not_begin_with_a_copy() -> None:
    bench = Bench()
    copied(bench, 9)
    assert bench.playout.waiting == 0
