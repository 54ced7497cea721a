"""Who gets what when: cohorts of one crowd."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.cadence import STEPS
from fullhouse.edge.cohorts import COHORT, PHASES, Cohort, Crowd
from fullhouse.edge.containers import RESUME_PARTS
from fullhouse.edge.request import Format
from fullhouse.edge.roster import Roster
from fullhouse.units import PartNumber, RoomSlug
from tests.edge.test_roster import Noted


def crowd(head: int = 100, cadence: int = 1) -> Crowd:
    return Crowd(
        RoomSlug("demo"), Format.MP4, PartNumber(head), 0, lambda: Roster(Noted()), cadence
    )


def part(format_: Format, number: PartNumber) -> bytes:
    return b"%d " % number


def join(one: Crowd, count: int, first: int = 0) -> None:
    for ear in range(first, first + count):
        cohort = one.door(one.head)
        assert cohort is not None
        cohort.roster.add(ear)


def step(one: Crowd, cadence: int, by: int = 1) -> dict[int, bytes]:
    """Move the head on, and let every pass reach everybody; return what each phase got."""
    starting = one.advance(PartNumber(one.head + by), cadence, part)
    got = {}
    for cohort in starting:
        cohort.begin()
        assert cohort.chunk is not None
        got[cohort.phase] = cohort.chunk
        cohort.finish()
    return got


def test_all_phases_fit_into_every_cadence() -> None:
    assert [PHASES % cadence for cadence in STEPS] == [0] * len(STEPS)


def test_a_small_crowd_is_one_cohort() -> None:
    one = crowd()
    join(one, COHORT)
    assert len(one.cohorts) == 1


@pytest.mark.parametrize("cadence", STEPS)
def test_a_large_crowd_is_spread_over_the_cadence(cadence: int) -> None:
    """Whenever it came: no part costs more than its share of the sends."""
    one = crowd()
    join(one, 12 * COHORT)
    for _ in range(cadence):
        step(one, cadence)
    sends = [sum(len(one.cohorts[phase].roster) for phase in step(one, cadence)) for _ in range(60)]
    assert sum(sends) == 12 * COHORT * 60 / cadence
    assert max(sends) <= max(12 * COHORT / cadence, COHORT)


def test_a_crowd_beyond_all_shares_stays_even() -> None:
    one = crowd()
    join(one, 2 * PHASES * COHORT)
    sizes = [len(cohort.roster) for cohort in one.cohorts.values()]
    assert len(sizes) == PHASES
    assert max(sizes) - min(sizes) <= 32


def test_those_who_get_the_same_parts_share_the_bytes() -> None:
    one = crowd()
    join(one, 5 * COHORT)
    chunks = list(step(one, 1).values())
    assert len(chunks) == 5
    assert len({id(chunk) for chunk in chunks}) == 1


def test_a_pass_that_has_not_begun_takes_along_what_is_new() -> None:
    """When sending is slower than the sound, there are fewer sends."""
    one = crowd()
    join(one, 1)
    [waiting] = one.advance(PartNumber(101), 1, part)
    assert one.advance(PartNumber(102), 1, part) == []
    assert waiting.begin() == 0
    assert waiting.chunk == b"100 101 "
    assert one.advance(PartNumber(103), 1, part) == []
    waiting.finish()
    assert waiting.due()


def test_what_is_older_than_ten_seconds_is_skipped() -> None:
    one = crowd()
    join(one, 1)
    [late] = one.advance(PartNumber(100 + RESUME_PARTS + 5), 1, part)
    assert late.begin() == 5
    assert late.chunk is not None
    assert late.chunk.startswith(b"105 ")


def test_who_comes_when_every_cohort_lags_finds_no_place() -> None:
    """And one as soon as a pass has begun."""
    one = crowd()
    join(one, PHASES * COHORT)
    starting = one.advance(PartNumber(101), 1, part)
    assert one.door(one.head) is None
    starting[0].begin()
    assert one.door(one.head) is starting[0]


def test_cohorts_that_have_emptied_make_room_for_others() -> None:
    one = crowd()
    join(one, PHASES * COHORT)
    for cohort in one.cohorts.values():
        for ear in range(PHASES * COHORT):
            cohort.roster.remove(ear)
    one.advance(PartNumber(200), 1, part)
    for cohort in one.cohorts.values():
        cohort.going = False
    join(one, 3)
    assert [len(cohort.roster) for cohort in one.cohorts.values()] == [3]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("join"), st.integers(1, 600)),
            st.tuples(st.just("head"), st.integers(1, 3)),
            st.tuples(st.just("cadence"), st.sampled_from(STEPS)),
        ),
        max_size=60,
    )
)
def test_nobody_waits_longer_than_a_cadence(steps: list[tuple[str, int]]) -> None:
    """Whoever came whenever, and however the cadence changed: nothing twice, nothing left out."""
    one, cadence, ears = crowd(), 1, 0
    has: dict[Cohort, int] = {}
    for what, count in steps:
        match what:
            case "join":
                join(one, count, ears)
                ears += count
            case "cadence":
                cadence = count
            case "head":
                for phase, chunk in step(one, cadence, count).items():
                    cohort = one.cohorts[phase]
                    numbers = list(map(int, chunk.split()))
                    assert numbers == list(range(has.get(cohort, numbers[0]), one.head))
                assert all(one.head - cohort.next < cadence for cohort in one.cohorts.values())
        has = {cohort: cohort.next for cohort in one.cohorts.values()}
