"""What a room does by itself, on its way into the log."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.commands import DoorsDue, FallSilent, GoLive, StartPassed, VoiceHeard
from fullhouse.house.deeds import AT_ONCE, EVERY, MOST_WAITING, Deed, Deeds
from fullhouse.house.room import Room
from fullhouse.units import SECOND, Micros, RoomSlug

NOW = Micros(1_800_000_000_000_000)
ROOM = Room.new(RoomSlug("evening"), "Evening", Micros(NOW + SECOND), now=NOW)
DOORS, _ = ROOM.handle(DoorsDue(), now=NOW)
LIVE, _ = DOORS.handle(GoLive(), now=NOW)[0].handle(VoiceHeard(), now=NOW)
SILENT, _ = LIVE.handle(FallSilent(deserted=True), now=NOW)


def test_a_deed_says_what_it_was_and_what_became_of_the_room() -> None:
    deeds = Deeds()
    deeds.note(VoiceHeard(), DOORS, LIVE, now=NOW)
    deeds.note(FallSilent(deserted=True), LIVE, SILENT, now=Micros(NOW + 1))
    first, second = deeds.waiting
    assert (first.at, first.what) == (NOW, "voice_heard")
    assert first.details == {"was": "doors", "state": "live"}
    assert (second.what, second.details["deserted"]) == ("fall_silent", True)


def test_what_is_written_waits_no_more_and_the_rest_does() -> None:
    deeds = Deeds()
    deeds.note(DoorsDue(), ROOM, DOORS, now=NOW)
    written = deeds.waiting
    deeds.note(StartPassed(), DOORS, DOORS, now=NOW)
    deeds.written(written)
    assert [one.what for one in deeds.waiting] == ["start_passed"]
    deeds.forget()
    assert deeds.waiting == ()


@given(st.lists(st.integers(0, 200), max_size=300), st.booleans())
def test_a_room_that_comes_and_goes_all_night_fills_no_disk(pauses: list[int], taken: bool) -> None:
    """Lines are bounded by the time; none is lost without being counted; few wait in memory."""
    deeds, now, lines = Deeds(), NOW, list[Deed]()
    for pause in pauses:
        now = Micros(now + pause * SECOND)
        deeds.note(FallSilent(), LIVE, SILENT, now=now)
        assert len(deeds.waiting) <= MOST_WAITING
        if taken:
            lines += deeds.waiting
            deeds.written(deeds.waiting)
    lines += deeds.waiting
    assert len(lines) <= AT_ONCE + (now - NOW) // EVERY
    told = len(lines) + sum(one.details.get("left_out", 0) for one in lines)
    assert told <= len(pauses)
    deeds.forget()
    deeds.note(FallSilent(), LIVE, SILENT, now=Micros(now + AT_ONCE * EVERY))
    (last,) = deeds.waiting
    assert told + 1 + last.details.get("left_out", 0) == len(pauses) + 1


def test_while_the_disk_takes_nothing_only_so_much_waits() -> None:
    deeds = Deeds()
    for number in range(3 * MOST_WAITING):
        deeds.note(FallSilent(), LIVE, SILENT, now=Micros(NOW + number * EVERY))
    assert len(deeds.waiting) == MOST_WAITING
