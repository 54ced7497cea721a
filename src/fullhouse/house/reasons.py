"""A core: why a room is in its state, in plain words, for listeners to read."""

from typing import TYPE_CHECKING

from fullhouse.house.commands import Command, EverybodyLeft, FallSilent
from fullhouse.wire import RoomState

if TYPE_CHECKING:
    from fullhouse.house.room import Room


def reason(room: "Room", command: Command | None) -> str:
    """Return in plain words why the room is in its state, for listeners to read."""
    match room.state:
        case RoomState.SCHEDULED:
            return _reason_to_wait(room, command)
        case RoomState.DOORS if room.late:
            return _late(room)
        case RoomState.DOORS if room.armed:
            return "It starts with the first word."
        case RoomState.DOORS:
            return "The doors are open; it starts soon."
        case RoomState.LIVE:
            return "It is live."
        case RoomState.INTERRUPTED:
            return "The sound does not reach us at the moment; it comes back by itself."
        case RoomState.SILENT:
            return _reason_of_silence(room, command)
        case RoomState.ENDED:
            return _reason_of_end(room, command)


def _reason_to_wait(room: "Room", command: Command | None) -> str:
    if room.by_voice:
        return "It starts when somebody speaks."
    if room.late:
        return _late(room)
    return "It has not started yet."


def _reason_of_silence(room: "Room", command: Command | None) -> str:
    if not isinstance(command, FallSilent):
        return room.reason
    if command.deserted:
        return "Nobody is on stage at the moment."
    return "Nobody has spoken for ten seconds."


def _reason_of_end(room: "Room", command: Command | None) -> str:
    again = " It starts again when somebody speaks." if room.by_voice else ""
    if isinstance(command, EverybodyLeft):
        return f"Everybody had left the stage.{again}"
    if room.missed:
        return "It did not take place: nobody came to speak."
    if room.cancelled or not room.session:
        return f"The host has called it off.{again}"
    return f"The host has ended it.{again}"


def _late(room: "Room") -> str:
    why = f" {room.why_late}" if room.why_late else ""
    return f"It is late: it was to start by now.{why}"
