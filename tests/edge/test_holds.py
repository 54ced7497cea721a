"""Rooms' own holds on an edge: which are loaded, and which part plays which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.holds import AGAIN_AFTER, AGAIN_AT_LEAST, Holds, RoomHold
from fullhouse.media import PACKETS_PER_PART
from fullhouse.programme.hold_file import HoldFile, pack_hold
from fullhouse.units import PARTS_PER_SEGMENT, SECOND, Micros, PartNumber, RoomSlug
from fullhouse.wire import RoomNews, RoomState
from tests.edge.made import news

NOW = Micros(1000 * SECOND)


def made(what: str) -> HoldFile:
    """Return a hold whose packets say what it is."""
    return HoldFile(
        pack_hold(
            {
                each: tuple(f"{what}-{each.value}-{n}".encode() for n in range(4 * count))
                for each, count in PACKETS_PER_PART.items()
            }
        )
    )


ONE, TWO = made("one"), made("two")


def names(
    hold: HoldFile | None, slug: str = "demo", state: RoomState = RoomState.DOORS
) -> RoomNews:
    changes = {"hold": "" if hold is None else hold.name}
    return news(state, slug).model_copy(update=changes)


def change(hold: RoomHold, plays: HoldFile | None, head: int, first: int = 0) -> None:
    hold.change(plays, PartNumber(head), PartNumber(first))


def at(hold: RoomHold, number: int) -> HoldFile | None:
    return hold.at(PartNumber(number))


def test_another_hold_begins_with_the_next_segment_and_what_is_past_stays() -> None:
    """So that no file of HLS holds two, and two edges that are told together change together."""
    hold = RoomHold()
    assert at(hold, 100) is None
    change(hold, ONE, 121)
    assert [at(hold, n) for n in (120, 131, 132, 500)] == [None, None, ONE, ONE]
    change(hold, TWO, 240)
    assert [at(hold, n) for n in (131, 132, 239, 240)] == [None, ONE, ONE, TWO]
    change(hold, None, 300)
    assert [at(hold, n) for n in (240, 299, 300)] == [TWO, TWO, None]


def test_a_change_that_has_not_begun_is_replaced() -> None:
    hold = RoomHold()
    change(hold, ONE, 121)
    change(hold, TWO, 122)
    assert at(hold, 132) is TWO
    change(hold, None, 123)
    assert at(hold, 132) is None
    assert hold.newest is None


@given(
    st.lists(st.tuples(st.sampled_from([None, ONE, TWO]), st.integers(0, 50)), max_size=30),
)
def test_what_a_part_played_never_changes_once_it_is_decided(
    steps: list[tuple[HoldFile | None, int]],
) -> None:
    """And what is remembered is bounded."""
    hold, head, played = RoomHold(), 600, dict[int, HoldFile | None]()
    for plays, parts in steps:
        change(hold, plays, head, head - 100)
        for number in range(head, head + parts):
            played[number] = at(hold, number)
        head += parts
        kept = [n for n in played if n >= head - 50]
        assert all(at(hold, n) is played[n] for n in kept)
        assert len(hold._changes) <= 8
    if steps:
        start = -(-head // PARTS_PER_SEGMENT) * PARTS_PER_SEGMENT
        assert at(hold, start) is steps[-1][0]


def test_rooms_with_the_same_hold_share_it() -> None:
    holds = Holds()
    assert holds.named(names(ONE, "a")) is None
    assert holds.named(names(ONE, "b")) is None
    assert holds.due(NOW) == ONE.name
    assert holds.loaded(ONE, NOW) == ([RoomSlug("a"), RoomSlug("b")], [])
    assert holds.due(NOW) is None
    assert holds.named(names(ONE, "c")) is ONE
    assert holds.size == ONE.size


def test_what_can_be_heard_now_is_loaded_first() -> None:
    holds = Holds()
    holds.named(names(ONE, "later", RoomState.SCHEDULED))
    holds.named(names(TWO, "now"))
    assert holds.due(NOW) == TWO.name


def test_what_no_room_names_any_more_is_let_go() -> None:
    holds = Holds()
    holds.named(names(ONE))
    holds.loaded(ONE, NOW)
    assert holds.named(names(None)) is None
    assert holds.due(NOW) is None
    assert holds.size == 0
    assert holds.loaded(ONE, NOW) == ([], [])


def test_a_hold_that_cannot_be_had_is_asked_for_again_less_and_less_often() -> None:
    holds, now, waits = Holds(), NOW, []
    holds.named(names(ONE))
    for _ in range(8):
        assert holds.due(now) == ONE.name
        holds.failed(ONE.name, now)
        assert holds.waiting
        later = now
        while holds.due(later) is None:
            later = Micros(later + SECOND)
        waits.append(later - now)
        now = later
    assert waits[0] == AGAIN_AFTER
    assert waits == sorted(waits)
    assert waits[-1] == AGAIN_AT_LEAST


@pytest.mark.parametrize("urgent", [True, False])
def test_memory_is_bounded_and_what_nobody_hears_makes_way(urgent: bool) -> None:
    """The room that loses its own plays ours; what finds no place is not read again and again."""
    state = RoomState.DOORS if urgent else RoomState.SCHEDULED
    holds = Holds(ONE.size + TWO.size - 1)
    holds.named(names(ONE, "waits", RoomState.SCHEDULED))
    holds.loaded(ONE, NOW)
    holds.named(names(TWO, "other", state))
    assert holds.due(NOW) == TWO.name
    if urgent:
        assert holds.loaded(TWO, NOW) == ([RoomSlug("other")], [RoomSlug("waits")])
        assert holds.named(names(ONE, "waits", RoomState.SCHEDULED)) is None
    else:
        assert holds.loaded(TWO, NOW) == ([], [])
    assert holds.size <= ONE.size + TWO.size - 1
    assert holds.due(Micros(NOW + 1000 * SECOND)) is None
