"""A core: what happens in a room, as JSON in the same bytes as the sound.

Each event is one JSON object with a `type`, small enough to ride in every part, and stands in
an `emsg` box in front of it.
Source: ISO/IEC 23009-1, 5.10.3.3 (version 1); docs/wire.md says what the objects hold.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from fullhouse.programme.timeline import media_time, rfc3339
from fullhouse.units import PART_SAMPLES, SAMPLE_RATE, Micros, PartNumber
from fullhouse.wire import RoomState

SCHEME: Final = "urn:fullhouse:events:1"
MAX_EVENT_BYTES: Final = 4096
MAX_EVENTS: Final = 16
"""Events in one part at the most."""
MAX_SPEAKERS: Final = 8
MAX_NAME: Final = 60
MAX_INVITED: Final = 64

_EMSG: Final = struct.Struct(">I4sIIQII")
_SCHEME: Final = SCHEME.encode() + b"\0\0"
"""The scheme and an empty value, each closed by a zero."""

Playing = Literal["sound", "hold", "silence"]


def emsg(number: PartNumber, index: int, event: bytes) -> bytes:
    """Return the box that carries the `index`th event of part `number`.

    Raises:
        ValueError: the event is too large, or the part has too many.
    """
    if len(event) > MAX_EVENT_BYTES or not 0 <= index < MAX_EVENTS:
        raise ValueError(f"event {index} of {len(event)} bytes in part {number}")
    size = _EMSG.size + len(_SCHEME) + len(event)
    name = (number * MAX_EVENTS + index) & 0xFFFFFFFF
    head = _EMSG.pack(size, b"emsg", 1 << 24, SAMPLE_RATE, media_time(number), PART_SAMPLES, name)
    return head + _SCHEME + event


def speakers_event(speaking: Sequence[str], level: float) -> bytes:
    """Say who speaks, loudest first, and how loud the mix is in dBFS.

    Of more than eight names the first eight are said, of long names the first 60 signs.
    """
    names = [name[:MAX_NAME] for name in speaking[:MAX_SPEAKERS]]
    return _json({"type": "speakers", "speaking": names, "level": round(level, 1)})


def room_event(
    *,
    state: RoomState,
    since: Micros,
    reason: str,
    title: str,
    listeners: int,
    playing: Playing,
    as_of: Micros,
    invited: Sequence[str] = (),
    answer_within: Sequence[int] = (),
    hands_open: bool = True,
    house: str = "",
    planned: Mapping[str, object] | None = None,
) -> bytes:
    """Say how the room stands; times are written as RFC 3339.

    This goes to everybody with every part: what is usually so is not said. Invited hands come
    with the address of the house, for that is where their owners answer.

    Args:
        answer_within: for how many more seconds each invited hand may answer.
        planned: what those who wait are told of the start.
    """
    more: dict[str, object] = {} if hands_open else {"hands_open": False}
    if invited:
        more |= {"invited": list(invited[:MAX_INVITED]), "house": house[:200]}
        more |= {"answer_within": list(answer_within[:MAX_INVITED])}
    more |= planned or {}
    always = {
        "type": "room",
        "state": state.value,
        "since": rfc3339(since),
        "reason": reason[:200],
        "title": title[:200],
        "listeners": listeners,
        "playing": playing,
        "as_of": rfc3339(as_of),
    }
    whole = _json(always | more)
    return whole if len(whole) <= MAX_EVENT_BYTES else _json(always)


def cadence_event(parts: int, following: int | None, start: PartNumber | None, why: str) -> bytes:
    """Say in how large pieces sound is sent: `parts` at once, from part `start` on `following`.

    Args:
        following, start: None where no change lies ahead.
        why: one of `cpu`, `loop`, `egress`, `memory` and `operator`.
    """
    event: dict[str, object] = {"type": "cadence", "parts": parts}
    if following is not None and start is not None:
        event |= {"next": following, "from": start}
    return _json(event | {"why": why})


def _json(event: Mapping[str, object]) -> bytes:
    # A lone surrogate half has no UTF-8: it is said as a question mark.
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")
