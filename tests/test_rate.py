"""How often something may be asked for."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rate import Limit
from fullhouse.units import SECOND, Micros


def test_a_burst_is_let_through_and_the_next_one_waits() -> None:
    limit = Limit(SECOND, 3)
    now = Micros(10 * SECOND)
    assert [limit.ask("ana", now=now) for _ in range(4)] == [0, 0, 0, SECOND]


def test_who_has_waited_as_told_is_let_through() -> None:
    limit = Limit(SECOND, 1)
    limit.ask("ana", now=Micros(0))
    wait = limit.ask("ana", now=Micros(400_000))
    assert limit.ask("ana", now=Micros(400_000 + wait)) == 0


def test_one_askers_haste_is_not_anothers() -> None:
    limit = Limit(SECOND, 1)
    assert limit.ask("ana", now=Micros(0)) == 0
    assert limit.ask("ana", now=Micros(0)) > 0
    assert limit.ask("ben", now=Micros(0)) == 0


def test_only_so_many_askers_are_remembered() -> None:
    """Who comes from ten thousand addresses costs us a bounded dictionary."""
    limit = Limit(SECOND, 1, most=100)
    for number in range(1000):
        limit.ask(f"asker {number}", now=Micros(0))
    assert len(limit._due) == 100


@given(st.lists(st.integers(0, 500_000), min_size=1, max_size=60), st.integers(1, 5))
def test_never_more_than_the_burst_and_the_rate(gaps: list[int], burst: int) -> None:
    """In any span no more get through than the burst and one per interval."""
    limit = Limit(Micros(100_000), burst)
    now, admitted = 0, []
    for gap in gaps:
        now += gap
        if limit.ask("ana", now=Micros(now)) == 0:
            admitted.append(now)
    for first, start in enumerate(admitted):
        for last in range(first, len(admitted)):
            assert last - first + 1 <= burst + (admitted[last] - start) / 100_000
