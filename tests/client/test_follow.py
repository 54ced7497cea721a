"""A listener's way along the parts."""

import json

from fullhouse.client.follow import BURST, Follower
from fullhouse.media import Rendition
from fullhouse.programme.cmaf import init_segment, media_part
from fullhouse.programme.timeline import starts_at
from fullhouse.units import Micros, PartNumber

EPOCH = Micros(1_000_000_000)
INIT = init_segment(Rendition.AAC)


def part(number: int, **said: object) -> bytes:
    events = [json.dumps(said).encode()] if said else []
    return media_part(Rendition.AAC, PartNumber(number), [b"sound"] * 15, events)


def follow(follower: Follower, *numbers: int, late: int = 0) -> bytes:
    heard = b""
    for number in numbers:
        now = Micros(starts_at(EPOCH, PartNumber(number + 1)) + late)
        heard += follower.feed(part(number), now)
    return heard


def test_all_that_comes_is_heard() -> None:
    follower = Follower()
    raw = INIT + part(5) + part(6)
    assert follower.feed(raw, Micros(0)) == raw
    assert (follower.parts, follower.holes, follower.last) == (2, 0, 6)


def test_events_are_for_the_eye_and_not_for_the_decoder() -> None:
    follower = Follower()
    heard = follower.feed(INIT + part(1, type="speakers", speaking=["Ana", "Ben"]), Micros(0))
    assert heard == INIT + part(1)
    assert follower.room.speaking == ("Ana", "Ben")
    follower.feed(
        part(2, type="room", state="live", title="T", reason="", playing="hold", listeners=3),
        Micros(0),
    )
    room = follower.room
    assert (room.state, room.title, room.playing, room.listeners) == ("live", "T", "hold", 3)


def test_what_never_came_is_counted() -> None:
    follower = Follower()
    follow(follower, 1, 2, 5, 6)
    assert (follower.parts, follower.holes) == (4, 2)


def test_after_a_new_connection_nothing_is_heard_twice() -> None:
    """The edge's burst may begin with parts that had come before."""
    follower = Follower()
    follow(follower, 1, 2, 3)
    follower.feed(part(4)[:50], Micros(0))
    follower.connected()
    assert follower.feed(INIT, Micros(0)) == INIT
    assert follow(follower, 2, 3, 4, 5) == part(4) + part(5)
    assert (follower.parts, follower.holes) == (5, 0)


def test_a_room_that_was_made_anew_is_followed() -> None:
    follower = Follower()
    follow(follower, 50_000)
    assert follow(follower, 3, 4) == part(3) + part(4)
    assert follower.holes == 0


def test_latency_is_from_a_parts_end_to_its_arrival() -> None:
    """The burst at the beginning says nothing of it."""
    follower = Follower(epoch=EPOCH)
    follow(follower, *range(BURST), late=5_000_000)
    assert follower.latency is None
    follow(follower, *range(BURST, BURST + 9), late=250_000)
    assert follower.latency == 0.25


def test_strange_events_change_nothing() -> None:
    follower = Follower()
    strange: list[dict[str, object]] = [
        {"type": "speakers", "speaking": 7},
        {"type": "new"},
        {"type": "room", "listeners": "many"},
    ]
    for number, said in enumerate(strange):
        follower.feed(part(number, **said), Micros(0))
    assert follower.room.speaking == ()
    assert follower.room.listeners is None
