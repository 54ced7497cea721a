"""What is planned, as calendar files."""

import time

import icalendar
import pytest

from fullhouse.edge.answers import Form
from fullhouse.edge.cadence import Cadences
from fullhouse.edge.plans import MOST_IN_FEED, WRITTEN_EVERY, Feed, NothingPlanned, event_file
from fullhouse.edge.room import Room
from fullhouse.units import SECOND, Micros
from fullhouse.wire import RoomState
from tests.edge.made import FILLER, START, news

HOUR = 3_600 * SECOND
FORM = Form(START)


def room(slug: str = "demo", **values: object) -> Room:
    planned: dict[str, object] = {"starts": START + HOUR, "listen": f"https://ear.example/{slug}"}
    told = news(RoomState.SCHEDULED, slug).model_copy(update=planned | values)
    return Room(told, START, filler=FILLER, kept_parts=2, ears=lambda: 0, cadences=Cadences())


def read(raw: bytes) -> tuple[str, list[icalendar.Event]]:
    head, _, body = raw.partition(b"\r\n\r\n")
    return head.decode(), icalendar.Calendar.from_ical(body).events


def test_a_rooms_plan_is_a_file_for_calendars() -> None:
    head, (event,) = read(event_file(room(), FORM))
    assert head.startswith("HTTP/1.1 200 OK\r\n")
    assert "Content-Type: text/calendar; charset=utf-8\r\n" in head
    assert "Cache-Control: public, max-age=60\r\n" in head
    assert 'Content-Disposition: inline; filename="demo.ics"' in head
    assert event.start.timestamp() * SECOND == START // SECOND * SECOND + HOUR
    assert str(event["URL"]) == "https://ear.example/demo"


def test_a_room_that_takes_a_key_gives_it_on_and_is_kept_by_nobody_between() -> None:
    head, (event,) = read(event_file(room(), FORM, "?key=abc"))
    assert "Cache-Control: private, max-age=60\r\n" in head
    assert str(event["URL"]) == "https://ear.example/demo?key=abc"


def test_where_nothing_is_planned_there_is_no_file() -> None:
    with pytest.raises(NothingPlanned):
        event_file(room(starts=None), FORM)


def test_the_feed_has_all_rooms_that_want_to_be_found_and_have_a_start() -> None:
    rooms = [
        room("later", starts=START + 9 * HOUR),
        room("soon"),
        room("off", starts=START + 2 * HOUR, cancelled=True, state=RoomState.ENDED),
        room("unlisted", listed=False),
        room("unplanned", starts=None),
        room("long-ago", starts=START - 31 * 24 * HOUR),
        room("last-week", starts=START - 7 * 24 * HOUR, state=RoomState.ENDED, session=1),
    ]
    head, events = read(Feed().answer(rooms, FORM))
    assert "Cache-Control: public, max-age=300\r\n" in head
    names = [str(event["UID"]).partition(".")[0] for event in events]
    assert names == ["last-week", "soon", "off", "later"]
    assert [event["STATUS"] for event in events] == [
        "CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED",
    ]  # fmt: skip


def test_the_feed_is_written_anew_after_half_a_minute() -> None:
    feed = Feed()
    assert len(read(feed.answer([room()], FORM))[1]) == 1
    assert len(read(feed.answer([], Form(Micros(START + WRITTEN_EVERY - 1))))[1]) == 1
    assert len(read(feed.answer([], Form(Micros(START + WRITTEN_EVERY))))[1]) == 0
    assert len(read(feed.answer([room()], FORM))[1]) == 1, "also by a clock that was set back"


def test_a_feed_of_very_many_rooms_has_those_that_are_near() -> None:
    """Writing it must not keep listeners' parts waiting."""
    rooms = [room(f"r-{number}", starts=START + number * HOUR) for number in range(1_000)]
    began = time.thread_time()
    raw = Feed().answer(rooms, FORM)
    assert time.thread_time() - began < 0.2
    _, events = read(raw)
    assert len(events) == MOST_IN_FEED
    assert str(events[-1]["UID"]).startswith(f"r-{MOST_IN_FEED - 1}.")
