"""What happens to slow listeners."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.listener import CALM_PARTS, MISSED_AT_MOST, SKIPS_AT_MOST, Slow
from fullhouse.units import PartNumber

CHUNK = bytes(range(100))


def part(number: int) -> PartNumber:
    return PartNumber(number)


def slow_one(offset: int = 40, cadence: int = 1) -> Slow:
    """Return a listener who has begun part 7 and been given all before."""
    return Slow(CHUNK, offset, part(8), part(8), cadence)


def test_what_did_not_fit_goes_out_first() -> None:
    slow = slow_one()
    assert slow.rest() == CHUNK[40:]
    assert not slow.took(10)
    assert slow.rest() == CHUNK[50:]
    assert slow.took(50)
    assert not slow.rest()


def test_who_finishes_in_time_is_well_at_once() -> None:
    """Not every chunk fits into every socket: that is no misfortune."""
    slow = slow_one(cadence=12)
    assert not slow.well
    assert slow.stalled(part(15), 12) == 0
    slow.took(60)
    assert slow.well
    assert slow.next == 8


def test_parts_that_pass_by_are_one_skip() -> None:
    slow = slow_one()
    assert [slow.stalled(part(n), 1) for n in (9, 10, 11)] == [0, 1, 1]
    slow.took(60)
    assert not slow.well
    assert slow.next == 10
    slow.given(part(12), 1, CHUNK, 100)
    assert (slow.skips, slow.next) == (1, 12)


def test_what_would_not_have_been_sent_yet_is_not_lost() -> None:
    """A cadence that becomes shorter meanwhile makes nobody late."""
    slow = slow_one(cadence=30)
    assert slow.stalled(part(38), 1) == 0
    assert slow.stalled(part(39), 1) == 1
    slow.took(60)
    slow.given(part(40), 1, CHUNK, 30)
    assert slow.stalled(part(42), 1) == 1


def test_nothing_more_is_kept_than_one_chunk() -> None:
    slow = slow_one()
    slow.took(60)
    slow.given(part(9), 1, CHUNK, 30)
    assert slow.rest() == CHUNK[30:]


def test_who_does_not_read_for_thirty_seconds_is_let_go() -> None:
    slow = slow_one()
    assert not slow.lost(part(8 + MISSED_AT_MOST))
    assert slow.lost(part(9 + MISSED_AT_MOST))
    slow.took(60)
    assert not slow.lost(part(900))


def test_who_skips_again_and_again_is_let_go() -> None:
    slow = slow_one()
    lost = []
    for head in range(20, 20 * (SKIPS_AT_MOST + 2), 20):
        slow.stalled(part(head), 1)
        slow.took(len(slow.rest()))
        slow.given(part(head), 1, CHUNK, 10)
        lost.append(slow.lost(part(head)))
    assert lost == [False] * SKIPS_AT_MOST + [True]


def test_who_has_skipped_is_well_after_a_calm_while() -> None:
    slow = slow_one()
    slow.stalled(part(20), 1)
    slow.took(60)
    well = []
    for head in range(21, 100, 3):
        slow.given(part(head), 3, CHUNK, 100)
        well.append(slow.well)
    assert well.index(True) == CALM_PARTS // 3


@given(st.lists(st.integers(0, 100), max_size=300), st.sampled_from([1, 3, 12]))
def test_a_listener_hears_whole_chunks_in_order(room: list[int], cadence: int) -> None:
    """Whatever the socket takes, what comes out is whole chunks; what is missing is counted."""
    out, slow = bytearray(), Slow(CHUNK, 0, part(1), part(1), cadence)
    heard, lost = [range(1)], 0
    for head, space in enumerate(room, start=2):
        rest = bytes(slow.rest())
        out += rest[:space]
        if not slow.took(min(space, len(rest))):
            lost += slow.stalled(part(head), cadence)
        elif head - slow.next >= cadence:
            heard.append(range(slow.next, head))
            taken = min(len(CHUNK), space - len(rest)) if len(rest) < space else 0
            out += CHUNK[:taken]
            slow.given(part(head), cadence, CHUNK, taken)
        if slow.lost(part(head)):
            break
    assert bytes(out) == (CHUNK * len(heard))[: len(out)]
    assert len(heard) * 100 - len(out) == len(slow.rest())
    numbers = [number for numbers in heard for number in numbers]
    assert numbers == sorted(set(numbers))
    assert len(numbers) + lost == slow.next
