"""What happens to slow listeners."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.listener import CALM_PARTS, MISSED_AT_MOST, SKIPS_AT_MOST, Slow, Verdict
from fullhouse.units import PartNumber

CHUNK = bytes(range(100))


def part(number: int) -> PartNumber:
    return PartNumber(number)


def test_what_did_not_fit_goes_out_first() -> None:
    slow = Slow(CHUNK, 40, part(7))
    assert slow.rest() == CHUNK[40:]
    assert not slow.took(10)
    assert slow.rest() == CHUNK[50:]
    assert slow.took(50)
    assert not slow.rest()


def test_who_finishes_before_the_next_part_has_skipped_nothing() -> None:
    slow = Slow(CHUNK, 40, part(7))
    slow.took(60)
    slow.given(part(8), CHUNK, 100)
    assert (slow.skips, slow.missed, slow.part) == (0, 0, 8)


def test_parts_that_pass_by_are_one_skip() -> None:
    slow = Slow(CHUNK, 40, part(7))
    assert [slow.passed(part(n)) for n in (8, 9)] == [Verdict.STAYS] * 2
    slow.took(60)
    slow.given(part(10), CHUNK, 100)
    assert (slow.skips, slow.missed) == (1, 0)


def test_nothing_more_is_kept_than_one_chunk() -> None:
    slow = Slow(CHUNK, 40, part(7))
    slow.took(60)
    slow.given(part(8), CHUNK, 30)
    assert slow.rest() == CHUNK[30:]


def test_who_does_not_read_for_thirty_seconds_is_let_go() -> None:
    slow = Slow(CHUNK, 40, part(0))
    verdicts = [slow.passed(part(n + 1)) for n in range(MISSED_AT_MOST + 1)]
    assert verdicts == [Verdict.STAYS] * MISSED_AT_MOST + [Verdict.CLOSES]


def test_who_skips_again_and_again_is_let_go() -> None:
    slow = Slow(CHUNK, 40, part(0))
    verdicts = []
    for _ in range(SKIPS_AT_MOST + 1):
        slow.passed(part(1))
        slow.took(len(slow.rest()))
        verdicts.append(slow.given(part(2), CHUNK, 10))
    assert verdicts == [Verdict.STAYS] * SKIPS_AT_MOST + [Verdict.CLOSES]


def test_who_reads_in_time_for_a_while_is_well_again() -> None:
    slow = Slow(CHUNK, 40, part(0))
    slow.took(60)
    verdicts = [slow.given(part(n), CHUNK, 100) for n in range(CALM_PARTS)]
    assert verdicts == [Verdict.STAYS] * (CALM_PARTS - 1) + [Verdict.WELL]


@given(st.lists(st.integers(0, 100), max_size=300))
def test_a_listener_hears_whole_chunks_in_order(room_in_socket: list[int]) -> None:
    """Whatever the socket takes, what comes out is whole chunks, and no number twice."""
    out, slow, heard = bytearray(), Slow(CHUNK, 0, part(0)), [0]
    for number, space in enumerate(room_in_socket, start=1):
        rest = bytes(slow.rest())
        out += rest[:space]
        if not slow.took(min(space, len(rest))):
            verdict = slow.passed(part(number))
        else:
            taken = min(len(CHUNK), space - len(rest))
            out += CHUNK[:taken]
            heard.append(number)
            verdict = slow.given(part(number), CHUNK, taken)
        if verdict is not Verdict.STAYS:
            break
    assert bytes(out) == (CHUNK * len(heard))[: len(out)]
    assert len(heard) * 100 - len(out) == len(slow.rest())
