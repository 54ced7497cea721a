"""What is planned, as other programs read it: here the icalendar library."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.commands import (
    CallOff,
    Command,
    DoorsDue,
    End,
    GoLive,
    NobodyCame,
    OpenDoors,
    Plan,
    StartPassed,
    VoiceHeard,
)
from fullhouse.house.room import Room, WrongState
from fullhouse.programme.calendar import Planned, calendar, escaped, folded, planned
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import RoomNews, RoomState
from fullhouse.zones import said

NOW = Micros(1_800_000_000_000_000)
LINK = "https://ear.example/evening"
HOSTILE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\r\n\t\\;,:\"' \0\x0b\x0c\x1b\x85\u2028\u2029\ufeff\U0001f3a4e\u0301"),
    ),
    max_size=120,
)
EVENING = Planned(
    slug="evening", epoch=NOW, number=1, schedule=3, title="An evening",
    starts=Micros(NOW + 7200 * SECOND), zone="Asia/Jakarta", doors=Micros(NOW + 6300 * SECOND),
    link=LINK,
)  # fmt: skip


def read(raw: bytes) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(raw)


def only(raw: bytes) -> icalendar.Event:
    """Return the one event, after what every calendar must hold to."""
    assert raw.endswith(b"END:VCALENDAR\r\n")
    lines = raw.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    (event,) = read(raw).events
    assert event.errors == []
    return event


def test_an_event_says_what_was_announced() -> None:
    event = only(calendar([EVENING], now=NOW))
    assert event.start == datetime(2027, 1, 15, 10, tzinfo=UTC)
    assert (event.DTSTAMP - datetime(2027, 1, 15, 8, tzinfo=UTC)) == timedelta()
    assert event.duration == timedelta(hours=1)
    assert str(event["UID"]) == f"evening.{NOW}.1@fullhouse"
    assert (event["SEQUENCE"], event["STATUS"]) == (3, "CONFIRMED")
    assert str(event["SUMMARY"]) == "An evening"
    assert str(event["URL"]) == str(event["LOCATION"]) == LINK
    assert str(event["DESCRIPTION"]) == (
        "It starts on Friday 15 January 2027, 17:00 (Asia/Jakarta). The doors open at 16:45."
        f"\nListen: {LINK}"
    )


def test_late_is_said_in_words_with_why() -> None:
    event = only(calendar([replace(EVENING, late=True, why="The train stands still.")], now=NOW))
    assert str(event["SUMMARY"]) == "Late: An evening"
    assert event["STATUS"] == "CONFIRMED"
    assert str(event["DESCRIPTION"]).startswith(
        "It was to start on Friday 15 January 2027, 17:00 (Asia/Jakarta). It is late. "
        "The train stands still."
    )


def test_called_off_is_said_in_words_and_as_status() -> None:
    event = only(calendar([replace(EVENING, cancelled=True)], now=NOW))
    assert (str(event["SUMMARY"]), event["STATUS"]) == ("Called off: An evening", "CANCELLED")
    assert "called it off" in str(event["DESCRIPTION"])


def test_what_nobody_came_to_did_not_take_place() -> None:
    event = only(calendar([replace(EVENING, cancelled=True, missed=True)], now=NOW))
    assert event["STATUS"] == "CANCELLED"
    assert str(event["SUMMARY"]) == "Did not take place: An evening"
    assert "nobody came to speak" in str(event["DESCRIPTION"])
    assert "called it off" not in str(event["DESCRIPTION"])


LIVES = st.lists(
    st.one_of(
        st.sampled_from(
            [CallOff(), DoorsDue(), End(), GoLive(), NobodyCame(), OpenDoors(), StartPassed(),
             VoiceHeard()]
        ),
        st.builds(
            lambda hours, before: Plan(Micros(NOW + hours * 3600 * SECOND), "Asia/Jakarta", before),
            st.integers(1, 3),
            st.sampled_from([0, 15]),
        ),
    ),
    max_size=25,
)  # fmt: skip


@given(LIVES)
def test_over_a_rooms_life_calendars_take_each_change_and_never_an_older_one(
    life: list[Command],
) -> None:
    """A calendar ignores what has a lower SEQUENCE, and may ignore what has the same one."""
    room = Room.new(RoomSlug("evening"), "An evening", Micros(NOW + 3600 * SECOND), now=NOW)
    known: dict[str, tuple[int, datetime, str]] = {}
    for step, command in enumerate(life):
        now = Micros(NOW + step * SECOND)
        try:
            room, _ = room.handle(command, now=now)
        except WrongState:
            continue
        session = planned(room.news())
        if session is None:
            continue
        event = only(calendar([session], now=now))
        (fed,) = read(calendar([session], now=now, name="Fullhouse")).events
        assert fed == event, "the feed says what the file says"
        sequence, status = int(event["SEQUENCE"]), str(event["STATUS"])
        assert (status == "CANCELLED") == room.cancelled
        assert room.starts is not None
        assert event.start == datetime.fromtimestamp(room.starts // SECOND, UTC)
        before = known.get(str(event["UID"]))
        if before is not None:
            assert sequence >= before[0]
            same = (event.start, status) == before[1:]
            assert same or sequence > before[0], "a change that calendars could miss"
        known[str(event["UID"])] = (sequence, event.start, status)


@given(HOSTILE, HOSTILE, st.booleans())
def test_no_title_breaks_out_of_its_line(title: str, why: str, late: bool) -> None:
    """Whatever somebody calls a room, it is the text of its event and nothing else."""
    raw = calendar([replace(EVENING, title=title, why=why, late=late)], now=NOW, name=title)
    event = only(raw)
    assert set(event) == {
        "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DURATION", "STATUS", "SUMMARY", "DESCRIPTION",
        "LOCATION", "URL",
    }  # fmt: skip
    [summary] = [line for line in _lines(raw) if line.startswith("SUMMARY:")]
    shown = _unescaped(summary.removeprefix("SUMMARY:")).removeprefix("Late: ")
    assert _letters(shown) == _letters(title)
    if "\\" not in title:
        assert _letters(str(event["SUMMARY"]).removeprefix("Late: ")) == _letters(title)


def _lines(raw: bytes) -> list[str]:
    return raw.replace(b"\r\n ", b"").decode().split("\r\n")


def _unescaped(value: str) -> str:
    r"""Read a TEXT as RFC 5545, 3.3.11 says; the library takes `\\\,` for `,`, not for `\,`."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def _letters(text: str) -> str:
    """Leave out what is not shown, and what ends a line."""
    return "".join(one for one in text if one.isprintable() and not one.isspace())


@given(HOSTILE.filter(lambda text: "\r" not in text))
def test_text_is_read_as_it_was_written(text: str) -> None:
    read_again = _unescaped(escaped(text))
    assert _letters(read_again) == _letters(text)
    assert "\\" in text or str(icalendar.vText.from_ical(escaped(text))) == read_again
    assert read_again.count("\n") == text.count("\n")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400))
def test_a_folded_line_has_75_octets_and_no_torn_sign(text: str) -> None:
    raw = folded(text)
    for piece in raw.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(piece) <= 75
        piece.decode()
    together = raw.removesuffix(b"\r\n").replace(b"\r\n ", b"").decode()
    assert together == text.replace("\u2028", " ").replace("\u2029", " ")


@given(st.text(max_size=200))
def test_even_half_a_sign_is_written(text: str) -> None:
    only(calendar([replace(EVENING, title=text, link="")], now=NOW))


@given(
    st.lists(
        st.builds(
            Planned,
            slug=st.sampled_from(["a", "b-2"]),
            epoch=st.integers(0, 2**51).map(Micros),
            number=st.integers(1, 99),
            schedule=st.integers(0, 99),
            title=HOSTILE,
            starts=st.integers(0, 2**52).map(Micros),
            zone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Jakarta", "nowhere"]),
            doors=st.integers(0, 2**52).map(Micros),
            late=st.booleans(),
            cancelled=st.booleans(),
        ),
        max_size=4,
    )
)
def test_any_calendar_is_read_back(sessions: list[Planned]) -> None:
    found = read(calendar(sessions, now=NOW, name="Rooms")).events
    assert [int(event.start.timestamp()) for event in found] == [
        one.starts // SECOND for one in sessions
    ]
    for event, one in zip(found, sessions, strict=True):
        assert said(one.starts, one.zone) in str(event["DESCRIPTION"])


def test_a_calendar_of_nothing_is_well_formed() -> None:
    nothing = read(calendar([], now=NOW, name="Rooms"))
    assert nothing.events == []
    assert nothing.subcomponents
    assert str(nothing["NAME"]) == "Rooms"


# What is announced in the life of a room.


def news(*commands: Command) -> RoomNews:
    room = Room.new(RoomSlug("evening"), "Evening", Micros(NOW + 3600 * SECOND), now=NOW)
    for command in commands:
        room, _ = room.handle(command, now=NOW)
    return room.news(edge="https://ear.example")


def test_a_room_without_a_start_has_nothing_planned() -> None:
    assert planned(Room.new(RoomSlug("hello"), "", None, now=NOW).news()) is None


LATER = Plan(Micros(NOW + 9000 * SECOND), "Europe/Berlin", 15)


@pytest.mark.parametrize(
    ("commands", "number", "schedule", "cancelled"),
    [
        ((), 1, 0, False),
        ((LATER,), 1, 1, False),
        ((LATER, OpenDoors(), GoLive(), VoiceHeard()), 1, 1, False),
        ((GoLive(), VoiceHeard(), End()), 1, 0, False),
        ((GoLive(), VoiceHeard(), End(), LATER), 2, 1, False),
        ((CallOff(),), 1, 1, True),
        ((CallOff(), LATER), 1, 2, False),
        ((End(),), 1, 1, True),
        ((GoLive(), VoiceHeard(), End(), LATER, CallOff()), 2, 2, True),
        ((GoLive(), VoiceHeard(), End(), LATER, OpenDoors(), End()), 2, 2, True),
    ],
)
def test_an_event_keeps_its_name_until_its_session_is_over(
    commands: tuple[Command, ...], number: int, schedule: int, cancelled: bool
) -> None:
    """Moved, called off, taken up again: it is the same event. The next session is another."""
    one = planned(news(*commands))
    assert one is not None
    assert (one.number, one.schedule, one.cancelled) == (number, schedule, cancelled)
    assert one.link == LINK


def test_doors_that_open_again_after_the_end_were_not_announced() -> None:
    assert planned(news(GoLive(), VoiceHeard(), End(), OpenDoors())) is None
    again = planned(news(CallOff(), OpenDoors()))
    assert again is not None, "its start is still to come"
    assert (again.cancelled, again.number, again.schedule) == (False, 1, 2)
    assert news(CallOff(), OpenDoors()).state is RoomState.DOORS


def test_signs_that_mean_something_are_escaped() -> None:
    """Readers forgive a comma; the standard does not."""
    assert escaped("a;b,c\\d\ne\r\nf") == "a\\;b\\,c\\\\d\\ne\\nf"
