"""Why a room is in its state."""

from fullhouse.house.commands import End, SayWhy, StartPassed
from fullhouse.house.room import Room
from fullhouse.units import SECOND, Micros, RoomSlug

NOW = Micros(1_800_000_000_000_000)


def test_a_reason_for_being_late_is_told_only_while_it_is_late() -> None:
    room = Room.new(RoomSlug("evening"), "", Micros(NOW + SECOND), now=NOW)
    room, _ = room.handle(SayWhy("The train."), now=NOW)
    assert room.reason == "It has not started yet."
    room, _ = room.handle(StartPassed(), now=NOW)
    assert room.reason.endswith("The train.")
    room, _ = room.handle(End(), now=NOW)
    assert room.reason == "The host has called it off."
