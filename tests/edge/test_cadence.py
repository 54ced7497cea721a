"""How many parts go out with one send: soon more when pressed, late fewer, never unannounced."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullhouse.edge.cadence import (
    CALM,
    CALM_AT_MOST,
    CLASSES,
    FITS,
    KEPT,
    PART_SECONDS,
    STEPS,
    Ahead,
    Cadences,
    Changed,
    Hearing,
    ListenerClass,
    Lowered,
    Pressure,
    Told,
    Why,
    lead,
)
from fullhouse.edge.request import Format
from fullhouse.units import PART_MICROS, SECOND, Micros, PartNumber, RoomSlug

DEMO, SIDE = RoomSlug("demo"), RoomSlug("side")
PAGE, PLAIN = ListenerClass.PAGE, ListenerClass.PLAIN
FORMAT = {PAGE: Format.MP4, PLAIN: Format.AAC}
MANY = Hearing(DEMO, PAGE, 10_000, PartNumber(0))
CALM_SECONDS = CALM // SECOND


@dataclass
class Evening:
    """Lets parts pass, three to a reading, and notes what was said and named."""

    cadences: Cadences
    crowd: Sequence[Hearing] = (MANY,)
    head: int = 1000
    named: list[tuple[int, Changed]] = field(default_factory=list)

    def passes(self, *pressures: Pressure) -> list[Changed]:
        """Let a reading come, and then three parts, for each pressure; return what was named."""
        before = len(self.named)
        for pressure in pressures:
            here = [replace(one, head=PartNumber(self.head)) for one in self.crowd]
            now = Micros(self.head * PART_MICROS)
            changes = self.cadences.judge(here, pressure, now)
            self.named += [(self.head, change) for change in changes]
            self.head += 3
        return [change for _, change in self.named[before:]]

    def parts(self, listeners: ListenerClass = PAGE, slug: RoomSlug = DEMO) -> int:
        return self.cadences.of(slug, FORMAT[listeners], PartNumber(self.head))

    def until_named_has_come(self) -> None:
        last = max((change.start for _, change in self.named), default=0)
        while self.head <= last + 3:
            self.passes(Pressure(cpu=0.8))


def cpu(value: float, seconds: float = 3) -> list[Pressure]:
    return [Pressure(cpu=value)] * round(seconds / 0.96)


def at(parts: int, listeners: ListenerClass = PAGE, **options: int) -> Evening:
    """Return an evening whose cadence has risen so far."""
    evening = Evening(Cadences(**options), [replace(MANY, listeners=listeners)])
    while evening.parts(listeners) < parts:
        evening.passes(*cpu(1.2))
    return evening


def test_every_stream_has_a_class_of_listeners() -> None:
    assert set(CLASSES) == set(Format)


def test_an_easy_evening_changes_nothing() -> None:
    evening = Evening(Cadences())
    assert evening.passes(*cpu(0.9, 600)) == []
    assert evening.cadences.told(DEMO, PartNumber(evening.head)) is None
    assert evening.cadences.lowered(DEMO, PartNumber(evening.head)) is None


def test_what_the_operator_set_holds_from_the_first_part() -> None:
    cadences = Cadences(least=3)
    assert cadences.of(DEMO, Format.MP4, PartNumber(0)) == 3
    assert cadences.longest(DEMO, Format.AAC, PartNumber(0)) == 3
    assert cadences.told(DEMO, PartNumber(0)) == Told(3, None, None, Why.OPERATOR)
    assert cadences.lowered(DEMO, PartNumber(0)) == Lowered(3, Why.OPERATOR, Micros(0), None)


@pytest.mark.parametrize(
    ("pressure", "why"),
    [(Pressure(cpu=1.1, loop=0.4), Why.CPU), (Pressure(cpu=0.4, loop=1.1), Why.LOOP)],
)
def test_three_seconds_of_pressure_name_the_next_step(pressure: Pressure, why: Why) -> None:
    evening = Evening(Cadences())
    assert evening.passes(pressure, pressure) == []
    (change,) = evening.passes(pressure)
    head = evening.head - 3
    assert change == Changed(DEMO, PAGE, 1, 3, PartNumber(head + lead(PAGE, 1, 3)), why)


def test_a_hiccup_of_one_second_names_nothing() -> None:
    evening = Evening(Cadences())
    assert evening.passes(*cpu(0.5, 5), Pressure(cpu=1.9), *cpu(0.5, 60)) == []


@pytest.mark.parametrize(
    ("parts", "following", "seconds"), [(1, 3, 17.0), (3, 12, 69.2), (12, 30, 138.3), (1, 12, 83.3)]
)
def test_a_rise_is_named_as_long_ahead_as_pages_need_to_stretch(
    parts: int, following: int, seconds: float
) -> None:
    """What is missing at a twentieth of a second in each, 15 % and 2 s to spare, and one send."""
    assert lead(PAGE, parts, following) * PART_SECONDS == pytest.approx(seconds, abs=0.32)
    assert lead(PAGE, following, parts) == lead(PLAIN, parts, following) == 1


def test_pages_are_told_what_lies_ahead_until_it_has_come() -> None:
    evening = Evening(Cadences())
    (change,) = evening.passes(*cpu(1.1))
    told = evening.cadences.told
    assert told(DEMO, PartNumber(change.start - 1)) == Told(1, 3, change.start, Why.CPU)
    assert told(DEMO, change.start) == Told(3, None, None, Why.CPU)
    assert told(SIDE, change.start) is None
    assert evening.parts() == 1
    evening.until_named_has_come()
    assert evening.parts() == 3
    assert told(DEMO, PartNumber(evening.head)) == Told(3, None, None, Why.CPU)


def test_who_joins_ahead_of_a_change_gets_enough_for_it() -> None:
    evening = Evening(Cadences())
    evening.passes(*cpu(1.1))
    assert evening.cadences.longest(DEMO, Format.MP4, PartNumber(evening.head)) == 3


def test_plain_players_get_enough_for_one_step_more() -> None:
    """They cannot be told: who joins under pressure is prepared for more of it."""
    evening = at(3, PLAIN)
    assert evening.cadences.longest(DEMO, Format.OGG, PartNumber(evening.head)) == 12


def test_lasting_pressure_takes_one_step_after_the_other() -> None:
    evening = Evening(Cadences())
    evening.passes(*cpu(1.2, 400))
    steps = [(change.parts, change.following) for _, change in evening.named]
    assert steps == [(1, 3), (3, 12), (12, 30)]


def test_the_crowd_whose_step_saves_most_goes_first_and_alone_if_that_is_enough() -> None:
    side = Hearing(SIDE, PAGE, 2_000, PartNumber(0))
    evening = Evening(Cadences(), [side, MANY])
    assert [change.slug for change in evening.passes(*cpu(1.1))] == [DEMO]
    evening = Evening(Cadences(), [side, MANY])
    assert [change.slug for change in evening.passes(*cpu(2.5))] == [DEMO, SIDE]


def test_a_crowd_that_costs_nothing_is_left_alone() -> None:
    """A machine that others keep busy is not helped by what a handful of listeners hears."""
    few = replace(MANY, count=100)
    assert Evening(Cadences(), [few]).passes(*cpu(3, 60)) == []


def test_plain_players_change_at_once_but_not_so_far_that_they_hear_it() -> None:
    """As long as pages, which stretch, can still save anything."""
    plain = replace(MANY, listeners=PLAIN, count=20_000)
    evening = Evening(Cadences(), [MANY, plain])
    (first,) = evening.passes(*cpu(1.1))
    assert (first.listeners, first.following) == (PLAIN, 3)
    assert first.start == evening.head - 3 + 1
    evening.passes(*cpu(1.6, 300))
    after = [(change.listeners, change.following) for _, change in evening.named[1:]]
    assert after[:3] == [(PAGE, 3), (PAGE, 12), (PAGE, 30)]


def test_the_bounds_are_kept() -> None:
    evening = Evening(Cadences(least=3, most=12))
    evening.passes(*cpu(2.0, 600))
    assert [change.following for _, change in evening.named] == [12]
    evening.passes(*cpu(0.0, 600))
    assert [change.following for _, change in evening.named] == [12, 3]
    assert Evening(Cadences(most=1)).passes(*cpu(3.0, 60)) == []


def test_what_does_not_fit_the_kernels_buffer_is_not_sent_at_once() -> None:
    """Three kilobytes a part: 12 of them fit into 64 kB, 30 do not."""
    evening = Evening(Cadences(), [replace(MANY, part_bytes=3_100)])
    evening.passes(*cpu(2.0, 600))
    assert [change.following for _, change in evening.named] == [3, 12]


def test_it_falls_after_a_minute_of_calm_if_what_comes_back_would_fit() -> None:
    evening = at(3)
    assert evening.passes(*cpu(FITS / 3 - 0.01, CALM_SECONDS)) == []
    (change,) = evening.passes(*cpu(FITS / 3 - 0.01, 10))
    assert (change.parts, change.following) == (3, 1)
    assert change.start == evening.named[-1][0] + 1
    evening.passes(Pressure())
    assert evening.cadences.told(DEMO, PartNumber(evening.head)) is None


def test_it_does_not_fall_where_what_comes_back_would_not_fit() -> None:
    assert at(3).passes(*cpu(FITS / 3 + 0.01, 900)) == []


def test_a_moment_of_pressure_begins_the_calm_anew() -> None:
    evening = at(3)
    for _ in range(5):
        assert evening.passes(*cpu(0.1, CALM_SECONDS - 10), *cpu(0.5)) == []


def test_a_fall_that_is_taken_back_makes_the_next_one_wait_twice_as_long() -> None:
    evening = at(3)
    waits = []
    for _ in range(7):
        begins = evening.head
        while evening.parts() == 3:
            evening.passes(*cpu(0.0, 1))
        waits.append((evening.head - begins) * PART_SECONDS)
        while evening.parts() == 1:
            evening.passes(*cpu(1.2, 1))
    for number, wait in enumerate(waits):
        assert wait == pytest.approx(min(60 * 2**number, CALM_AT_MOST / SECOND), abs=8)


def test_a_room_that_nobody_hears_for_a_minute_starts_over() -> None:
    evening = at(3)
    evening.crowd = ()
    evening.passes(*cpu(0.2, KEPT / SECOND - 5))
    assert evening.parts() == 3
    evening.passes(*cpu(0.2, 10))
    assert evening.parts() == 1


def test_a_full_line_offers_low_renditions_and_changes_no_cadence() -> None:
    """Fewer and larger sends have nearly as many bytes."""
    evening = Evening(Cadences())
    full = Pressure(cpu=0.5, egress=0.85)
    assert evening.cadences.low is None
    assert evening.passes(full, full, full) == []
    since = Micros((evening.head - 3) * PART_MICROS)
    assert evening.cadences.low is Why.EGRESS
    lowered = evening.cadences.lowered(DEMO, PartNumber(evening.head))
    assert lowered == Lowered(1, Why.EGRESS, since, Why.EGRESS)


def test_a_line_is_full_until_there_is_some_room_again() -> None:
    evening = Evening(Cadences())
    seen = []
    for egress in (0.9, 1.0, 0.97, 0.9):
        evening.passes(*[Pressure(egress=egress)] * 3)
        seen.append(evening.cadences.full)
    assert seen == [False, True, True, False]


def test_low_renditions_are_offered_until_all_could_go_back() -> None:
    evening = Evening(Cadences())
    evening.passes(*[Pressure(memory=0.9)] * 3)
    assert evening.cadences.low is Why.MEMORY
    evening.passes(*[Pressure(egress=0.4)] * 600)
    assert evening.cadences.low is Why.MEMORY
    evening.passes(*[Pressure(egress=0.25)] * 50)
    assert evening.cadences.low is Why.MEMORY
    evening.passes(*[Pressure(egress=0.25)] * 20)
    assert evening.cadences.low is None


READINGS = st.builds(
    lambda level, seconds: [Pressure(cpu=level)] * seconds,
    st.floats(0, 3) | st.sampled_from([0.0, 1.0, 1.2]),
    st.integers(1, 200),
)
EVENINGS = st.lists(READINGS, min_size=1, max_size=8).map(lambda runs: list(chain(*runs)))
CROWDS = st.lists(
    st.builds(
        Hearing,
        st.sampled_from([DEMO, SIDE]),
        st.sampled_from([PAGE, PLAIN]),
        st.integers(0, 30_000),
        st.just(PartNumber(0)),
        st.sampled_from([700, 1_800, 3_100]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda one: (one.slug, one.listeners),
)


@dataclass
class Page:
    """A page's player: what has come, how far it has played, and what it was told."""

    played: float
    come: int
    told: Told | None = None

    def hears(self, upto: int, told: Told | None) -> None:
        self.come, self.told = upto, told

    def plays(self, head: int) -> None:
        """Play for 0.32 s: slower while it has not what it will need."""
        parts = 1
        if self.told is not None:
            parts = max(self.told.parts, self.told.following or 1)
        enough = head - self.played >= parts + 2
        self.played += 1.0 if enough else 0.95


@settings(max_examples=60, deadline=None)
@given(EVENINGS, CROWDS)
def test_no_page_that_stretches_runs_dry_whatever_the_pressure(
    readings: list[Pressure], crowd: list[Hearing]
) -> None:
    """Nor does any part fail to come, or come twice: each send begins where the last ended."""
    evening = Evening(Cadences(), crowd)
    pages = {one.slug: Page(evening.head - 3.0, evening.head) for one in crowd}
    for reading in readings:
        evening.passes(reading)
        for head in range(evening.head - 2, evening.head + 1):
            for slug, page in pages.items():
                parts = evening.cadences.of(slug, Format.MP4, PartNumber(head))
                told = evening.cadences.told(slug, PartNumber(head - 1))
                if head - page.come >= parts:
                    page.hears(head, told)
                page.plays(head)
                assert page.played <= page.come


@settings(max_examples=60, deadline=None)
@given(EVENINGS, CROWDS)
def test_nothing_changes_that_was_not_named_before(
    readings: list[Pressure], crowd: list[Hearing]
) -> None:
    evening = Evening(Cadences(), crowd)
    known: dict[RoomSlug, tuple[int, Ahead | None]] = {}
    for reading in readings:
        evening.passes(reading)
        for head in map(PartNumber, range(evening.head - 3, evening.head)):
            for one in crowd:
                told = evening.cadences.told(one.slug, head) or Told(1, None, None, Why.CPU)
                parts, ahead = known.get(one.slug, (1, None))
                if ahead is not None and head >= ahead.start:
                    parts = ahead.parts
                assert evening.cadences.of(one.slug, Format.MP4, head) == told.parts == parts
                assert told.following is None or told.following in STEPS
                later = None if told.start is None else Ahead(told.following or 0, told.start)
                known[one.slug] = (told.parts, later)


@settings(max_examples=60, deadline=None)
@given(EVENINGS, CROWDS)
def test_no_pressure_makes_a_cadence_flap(readings: list[Pressure], crowd: list[Hearing]) -> None:
    """Between what a crowd was last told and a fall lies a minute at the least."""
    evening = Evening(Cadences(), crowd)
    evening.passes(*readings)
    for one in crowd:
        own = [
            (head, change)
            for head, change in evening.named
            if (change.slug, change.listeners) == (one.slug, one.listeners)
        ]
        for (_, before), (head, change) in pairwise(own):
            assert change.parts == before.following
            assert head >= before.start
            if change.following < change.parts:
                assert (head - before.start) * PART_MICROS >= CALM - 3 * PART_MICROS


def planned(evening: Evening) -> Iterator[int]:
    for one in evening.crowd:
        plan = evening.cadences._plans.get((one.slug, one.listeners))
        yield 1 if plan is None else plan.planned


@settings(max_examples=60, deadline=None)
@given(EVENINGS, CROWDS, st.floats(0, 3), st.floats(0, 3))
def test_more_pressure_never_means_a_shorter_cadence(
    readings: list[Pressure], crowd: list[Hearing], one: float, other: float
) -> None:
    """Of two seconds after the same evening, the one with more pressure plans no step less."""
    less = Evening(Cadences(), crowd)
    less.passes(*readings)
    more = deepcopy(less)
    less.passes(Pressure(cpu=min(one, other)))
    more.passes(Pressure(cpu=max(one, other)))
    assert all(a <= b for a, b in zip(planned(less), planned(more), strict=True))
