"""All rooms of an edge."""

import pytest

from fullhouse.edge.rooms import Rooms
from fullhouse.errors import NotReady, UnknownRoom
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import Counts, RoomState
from tests.edge.made import FILLER, HEAD, START, later, news, play

DEMO = RoomSlug("demo")


def rooms(ears: int = 0) -> Rooms:
    return Rooms(FILLER, 400, lambda slug: ears)


def test_a_room_is_found_once_it_is_open() -> None:
    some = rooms()
    some.complete = True
    room = some.begin(news(), START)
    with pytest.raises(UnknownRoom):
        some.get(DEMO)
    some.open(room)
    assert some.get(DEMO) is room


def test_nobody_is_told_that_a_room_does_not_exist_before_all_are_known() -> None:
    with pytest.raises(NotReady) as caught:
        rooms().get(DEMO)
    assert caught.value.retry_after


def test_rooms_with_ears_or_under_way_are_reported() -> None:
    some = rooms()
    for slug, state in (("live", RoomState.LIVE), ("past", RoomState.ENDED)):
        some.open(some.begin(news(state, slug), START))
    play(some.get(RoomSlug("live")), 2)
    told = some.report(lambda slug: 5, lambda slug: 7)
    assert set(told) == {"live"}
    live = told[RoomSlug("live")]
    assert (live.part, live.playing, live.skipped, live.left) == (HEAD + 1, "sound", 5, 7)
    heard = rooms(ears=2)
    heard.open(heard.begin(news(RoomState.ENDED, "past"), START))
    assert heard.report(lambda slug: 0, lambda slug: 0)[RoomSlug("past")].listeners == 2


def test_only_rooms_under_way_have_begun() -> None:
    some = rooms()
    for slug, state in (("a", RoomState.DOORS), ("b", RoomState.SCHEDULED)):
        some.open(some.begin(news(state, slug), START))
    assert [room.news.slug for room in some.begun()] == ["a"]


def test_a_room_that_the_count_does_not_name_has_nobody() -> None:
    some = rooms(ears=9)
    room = some.begin(news(), START)
    some.open(room)
    some.count(Counts(listeners={DEMO: 70}), START)
    assert room.listeners(START) == 70
    some.count(Counts(listeners={}), later(1))
    assert room.listeners(Micros(later(1) + 1)) == 0
