"""A room's parts as bytes."""

import pytest

from fullhouse.edge.cadence import Cadences
from fullhouse.edge.containers import NOTED_EVERY, RESUME_PARTS, STREAMS
from fullhouse.edge.request import Format
from fullhouse.media import Rendition
from fullhouse.programme import adts, cmaf, ogg
from fullhouse.units import PartNumber
from tests.ears import Ear, part_number, read_event
from tests.edge.made import HEAD, later, part, play, room

BEFORE = b"HTTP/1.1 200 OK\r\n\r\n"


def boxes(raw: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    while raw:
        size = int.from_bytes(raw[:4], "big")
        found.append((raw[4:8], raw[8:size]))
        raw = raw[size:]
    return found


def events(raw: bytes) -> list[dict[str, object]]:
    return [read_event(body) for name, body in boxes(raw) if name == b"emsg"]


def test_a_part_carries_the_rooms_event_before_the_stages() -> None:
    one = room(ears=7)
    one.take(part(HEAD, (b'{"type":"speakers","speaking":[],"level":-20}',)), later(0))
    one.advance(later(0))
    made = one.containers.part(Format.MP4, PartNumber(HEAD))
    assert [event["type"] for event in events(made)] == ["room", "speakers"]
    told = events(made)[0]
    assert (told["state"], told["playing"], told["listeners"]) == ("live", "sound", 7)
    assert dict(boxes(made))[b"mdat"].startswith(f"aac-{HEAD}-0".encode())


def test_the_rooms_event_comes_every_third_part_and_when_it_has_changed() -> None:
    """Within a second everybody hears how the room is, and at once what is new."""
    one = room(ears=7)
    play(one, 6)
    told = []
    for number in range(HEAD, HEAD + 6):
        if number == HEAD + 4:
            one.count(8, later(6))
        made = one.containers.part(Format.MP4, PartNumber(number))
        told += [number for event in events(made) if event["type"] == "room"]
    thirds = {number for number in range(HEAD, HEAD + 6) if number % NOTED_EVERY == 0}
    assert told == sorted({HEAD, HEAD + 4, *thirds})


def test_filler_is_stamped_as_the_part_that_it_stands_for() -> None:
    one = room()
    one.advance(later(20))
    made = one.containers.part(Format.OPUS_MP4, PartNumber(HEAD + 19))
    assert events(made)[0]["playing"] == "hold"
    assert part_number(dict(boxes(made))[b"moof"]) == HEAD + 19
    assert dict(boxes(made))[b"mdat"].startswith(b"hold-opus-")


def test_a_part_is_made_once_and_is_the_same_for_all() -> None:
    one = room()
    play(one, 3)
    first = one.containers.part(Format.MP4, PartNumber(HEAD))
    one.count(99, later(3))
    assert one.containers.part(Format.MP4, PartNumber(HEAD)) is first


def test_too_many_or_too_large_events_of_a_stage_do_no_harm() -> None:
    one = room()
    one.take(part(HEAD, (b'"' + b"x" * 5000 + b'"', *[b'{"type":"x"}'] * 40)), later(0))
    one.advance(later(0))
    told = events(one.containers.part(Format.MP4, PartNumber(HEAD)))
    assert len(told) == 16
    assert told[0]["type"] == "room"


def test_plain_players_get_adts_and_ogg() -> None:
    one = room()
    play(one, 1)
    number, made = PartNumber(HEAD), part(HEAD)
    assert one.containers.part(Format.AAC, number) == adts.frames(made.packets[Rendition.AAC])
    assert made.packets[Rendition.OPUS][3] in one.containers.part(Format.OGG, number)
    assert one.containers.opening(Format.AAC) == b""
    assert one.containers.opening(Format.OGG).startswith(ogg.headers(0)[:4])


def test_a_burst_is_head_opening_and_the_newest_parts() -> None:
    one = room()
    play(one, 10)
    ear = Ear(None)  # type: ignore[arg-type] # it has no line of its own
    ear.hear(one.containers.burst(Format.MP4, BEFORE), 1.0)
    assert ear.numbers() == [HEAD + 7, HEAD + 8, HEAD + 9]
    assert not ear.wrong


def test_plain_players_get_a_longer_burst() -> None:
    one = room()
    play(one, 10)
    burst = one.containers.burst(Format.AAC, BEFORE)
    assert f"aac-{HEAD + 4}-0".encode() in burst
    assert f"aac-{HEAD + 3}-0".encode() not in burst
    assert STREAMS[Format.OGG].burst == 6


@pytest.mark.parametrize("cadence", [3, 12, 30])
@pytest.mark.parametrize("format_", list(Format))
def test_a_burst_lasts_until_the_next_send(cadence: int, format_: Format) -> None:
    """And two parts longer: nobody who joins runs dry."""
    one = room(cadences=Cadences(least=cadence))
    play(one, 40)
    burst = one.containers.burst(format_, BEFORE)
    count = max(STREAMS[format_].burst, cadence + 2)
    parts = [one.containers.part(format_, PartNumber(HEAD + 40 - n)) for n in range(count, 0, -1)]
    assert burst == BEFORE + one.containers.opening(format_) + b"".join(parts)


def test_pages_are_told_the_cadence_between_room_and_speakers() -> None:
    one = room(cadences=Cadences(least=3))
    one.take(part(HEAD, (b'{"type":"speakers","speaking":[],"level":-20}',) * 20), later(0))
    one.advance(later(0))
    for format_ in (Format.MP4, Format.LOW_OPUS_MP4):
        told = events(one.containers.part(format_, PartNumber(HEAD)))
        assert [event["type"] for event in told][:3] == ["room", "cadence", "speakers"]
        assert told[1] == {"type": "cadence", "parts": 3, "why": "operator"}
        assert len(told) == 16


def test_low_streams_carry_the_low_renditions() -> None:
    one = room()
    play(one, 1)
    number, made = PartNumber(HEAD), part(HEAD)
    low = made.packets[Rendition.AAC_LOW]
    assert one.containers.part(Format.LOW_AAC, number) == adts.frames(low)
    assert low[0] in one.containers.part(Format.LOW_MP4, number)
    for format_ in (Format.LOW_OGG, Format.LOW_OPUS_MP4):
        assert made.packets[Rendition.OPUS_LOW][3] in one.containers.part(format_, number)


def test_a_stream_goes_on_from_the_part_that_was_asked_for() -> None:
    one = room()
    play(one, 40)
    for asked, first in (
        (HEAD + 20, HEAD + 20),
        (HEAD + 39, HEAD + 39),
        (HEAD + 40, None),
        (HEAD + 40 - RESUME_PARTS, HEAD + 40 - RESUME_PARTS),
        (HEAD + 39 - RESUME_PARTS, HEAD + 37),
        (HEAD + 41, HEAD + 37),
        (0, HEAD + 37),
    ):
        ear = Ear(None)  # type: ignore[arg-type] # it has no line of its own
        ear.hear(one.containers.burst(Format.MP4, BEFORE, PartNumber(asked)), 1.0)
        expected = [] if first is None else list(range(first, HEAD + 40))
        assert ear.numbers() == expected


def test_a_burst_is_made_once_for_all_who_join_between_two_parts() -> None:
    one = room()
    play(one, 10)
    burst = one.containers.burst(Format.MP4, BEFORE)
    assert one.containers.burst(Format.MP4, BEFORE) is burst
    play(one, 1, HEAD + 10)
    assert one.containers.burst(Format.MP4, BEFORE) is not burst


def test_what_is_kept_is_bounded() -> None:
    one = room()
    for number in range(HEAD, HEAD + 100):
        play(one, 1, number)
        one.containers.part(Format.MP4, PartNumber(number))
        one.containers.burst(Format.MP4, BEFORE)
    assert len(one.containers._made) <= RESUME_PARTS + 1
    assert len(one.containers._bursts) == 1
    one.containers.forget()
    assert not one.containers._made


def test_hls_files_are_parts_without_events() -> None:
    one = room()
    play(one, 12)
    whole = one.containers.hls(Rendition.AAC, range(HEAD, HEAD + 12))
    pieces = [one.containers.hls(Rendition.AAC, range(n, n + 3)) for n in range(HEAD, HEAD + 12, 3)]
    assert whole == b"".join(pieces)
    assert not events(whole)
    assert one.containers.hls(Rendition.AAC, range(0)) == cmaf.init_segment(Rendition.AAC)
