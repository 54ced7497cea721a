"""What goes out, and what never does."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import Part
from fullhouse.stage.beat import TICK, TICKS_PER_PART
from fullhouse.stage.gate import KEEPS_HEARD, Gate, Opening, opening
from fullhouse.units import Micros, PartNumber, RoomSlug
from fullhouse.wire import RoomNews, RoomState

ENCODER_TICKS = 3
"""A part comes out of the encoder so many ticks after its last."""


def room(state: RoomState, *, armed: bool = False, session: int = 1) -> RoomNews:
    return RoomNews(
        slug=RoomSlug("r"),
        title="R",
        state=state,
        since=Micros(0),
        epoch=Micros(0),
        revision=1,
        armed=armed,
        session=session,
    )


LIVE, DOORS, ARMED = room(RoomState.LIVE), room(RoomState.DOORS), room(RoomState.DOORS, armed=True)


class Run:
    """A gate with ticks and parts going through it as on a stage."""

    def __init__(self, news: RoomNews) -> None:
        self.gate = Gate()
        self.gate.follow(news)
        self.tick = 0
        self.out: list[int] = []

    def ticks(self, count: int, began: int | None = None) -> "Run":
        for _ in range(count):
            number, place = divmod(self.tick, TICKS_PER_PART)
            self._went(self.gate.tick(PartNumber(number), place, began))
            self.tick += 1
            done, rest = divmod(self.tick - ENCODER_TICKS, TICKS_PER_PART)
            if rest == 0 and done > 0:
                self._went(self.gate.finished(Part(Micros(0), PartNumber(done - 1), {})))
            began = None if began is None else min(4, began + 1)
        return self

    def parts(self, count: int) -> "Run":
        return self.ticks(count * TICKS_PER_PART)

    def news(self, news: RoomNews) -> "Run":
        self.gate.follow(news)
        return self

    def _went(self, parts: Iterable[Part]) -> None:
        self.out += [part.number for part in parts]


def test_while_a_room_is_on_air_every_part_goes_out() -> None:
    assert Run(LIVE).parts(4).out == [0, 1, 2]


@pytest.mark.parametrize("state", [RoomState.SCHEDULED, RoomState.DOORS, RoomState.ENDED])
def test_off_air_nothing_goes_out_however_loud(state: RoomState) -> None:
    run = Run(room(state)).ticks(64, began=0)
    assert run.out == []
    assert not run.gate.heard


def test_an_armed_room_is_silent_until_a_voice_comes() -> None:
    run = Run(ARMED).parts(3)
    assert run.out == []
    assert not run.gate.open


def test_the_part_that_holds_the_first_voice_goes_out_whole() -> None:
    run = Run(ARMED).parts(2).ticks(8).ticks(1, began=2)
    assert run.gate.heard
    assert run.gate.open
    assert run.parts(2).out == [2, 3]


@pytest.mark.parametrize(("place", "began"), [(0, 4), (1, 2), (2, 4), (3, 4)])
def test_a_voice_that_began_in_the_part_before_takes_it_along(place: int, began: int) -> None:
    """Whether that part is encoded already or not."""
    run = Run(ARMED).parts(2).ticks(place).ticks(1, began=began)
    assert run.parts(2).out[:2] == [1, 2]


def test_a_part_that_began_before_the_room_was_armed_stays_private() -> None:
    run = Run(DOORS).parts(2).ticks(8).news(ARMED).ticks(1, began=0)
    assert run.parts(2).out == [3]


def test_going_live_lets_nothing_out_that_was_said_before() -> None:
    run = Run(DOORS).parts(1).ticks(8, began=0).news(LIVE)
    assert run.parts(2).out == [2]


def test_the_end_cuts_the_part_that_is_being_spoken() -> None:
    run = Run(LIVE).parts(2).ticks(8).news(room(RoomState.ENDED))
    assert run.parts(3).out == [0, 1]


def test_a_voice_heard_while_armed_still_counts_when_the_house_says_live() -> None:
    run = Run(ARMED).parts(1).ticks(1, began=0).news(LIVE)
    assert run.gate.heard
    assert run.parts(3).out == [1, 2]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([LIVE, DOORS, ARMED, room(RoomState.ENDED), room(RoomState.SILENT)]),
            st.integers(1, 2 * TICKS_PER_PART),
            st.booleans(),
        ),
        max_size=20,
    )
)
def test_nothing_that_was_said_backstage_ever_goes_out(
    steps: list[tuple[RoomNews, int, bool]],
) -> None:
    """Whatever the host does, and whoever speaks: not even a part of which a tick was private."""
    run, private = Run(DOORS), set[int]()
    for news, ticks, speaks in steps:
        run.news(news)
        for _ in range(ticks):
            if opening(news) is Opening.SHUT:
                private.add(run.tick // TICKS_PER_PART)
            run.ticks(1, began=2 if speaks else None)
    run.parts(2)
    assert not private & set(run.out)
    assert run.out == sorted(set(run.out))


def test_a_new_run_has_not_been_heard_yet() -> None:
    run = Run(LIVE).ticks(1, began=0)
    assert run.news(room(RoomState.LIVE, session=1)).gate.heard
    assert not run.news(room(RoomState.LIVE, session=2)).gate.heard
    run.ticks(1, began=0)
    assert not run.news(room(RoomState.ENDED, armed=True)).gate.heard


def test_silence_is_measured_since_the_last_voice() -> None:
    run = Run(LIVE).ticks(5)
    assert run.gate.silent_for == 5 * TICK
    assert run.ticks(1, began=0).gate.silent_for == 0


def test_every_state_has_an_opening_and_every_move_is_decided() -> None:
    for state in RoomState:
        assert opening(room(state)) in Opening
    assert all(kept in [(a, b) for a in Opening for b in Opening] for kept in KEEPS_HEARD)
