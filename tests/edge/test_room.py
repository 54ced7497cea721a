"""One room on an edge."""

import json
from dataclasses import replace

import pytest

from fullhouse.edge.playing import Playing
from fullhouse.edge.room import COUNT_IS_FRESH
from fullhouse.edge.window import Verdict
from fullhouse.errors import Malformed
from fullhouse.media import PACKETS_PER_PART, Rendition
from fullhouse.units import PART_MICROS, Micros, PartNumber
from fullhouse.wire import RoomState
from tests.edge.made import EPOCH, HEAD, START, end_of, later, news, part, play, room, without


def test_a_room_begins_with_silence_up_to_now() -> None:
    one = room()
    assert one.window.head == HEAD
    assert one.window.newest is Playing.SILENCE


def test_sound_in_time_plays_and_a_gap_is_filled_at_the_deadline() -> None:
    one = room()
    now = play(one, 5)
    assert one.window.playing(PartNumber(HEAD + 4)) is Playing.SOUND
    assert not one.advance(Micros(one.deadline() - 1))
    assert one.advance(one.deadline()) == range(HEAD + 5, HEAD + 6)
    assert one.window.newest is Playing.SILENCE
    assert now < one.deadline()
    assert (one.counted.sent, one.counted.filled) == (5, 1)


def test_a_room_that_is_not_on_air_counts_no_filler() -> None:
    one = room(RoomState.ENDED)
    one.advance(later(10))
    assert one.counted.filled == 0


def test_a_part_after_its_deadline_is_counted_and_not_played() -> None:
    one = room()
    one.advance(later(3))
    assert one.take(part(HEAD + 1), later(3)) is Verdict.LATE
    one.advance(later(3))
    assert one.counted.late == 1
    assert one.window.sound(PartNumber(HEAD + 1)) is None


def test_a_stage_whose_clock_is_behind_is_heard() -> None:
    """Late by the same 1.5 s each, parts find their place once the rhythm is known."""
    one = room()
    delay = 1_500_000
    for number in range(HEAD, HEAD + 40):
        now = Micros(end_of(number) + delay)
        one.take(part(number), now)
        one.advance(now)
    heard = [one.window.sound(PartNumber(n)) is not None for n in range(HEAD, HEAD + 40)]
    assert all(heard[6:])
    assert one.rhythm.skew == delay


def test_a_stage_whose_clock_is_ahead_is_heard() -> None:
    one = room()
    for number in range(HEAD, HEAD + 40):
        now = Micros(end_of(number) - 1_500_000)
        one.take(part(number), now)
        one.advance(now)
    heard = [one.window.sound(PartNumber(n)) is not None for n in range(HEAD, HEAD + 40)]
    assert all(heard[6:])


def test_parts_that_come_twice_or_from_another_timeline_are_counted() -> None:
    one = room()
    play(one, 1)
    assert one.take(part(HEAD), later(1)) is Verdict.TWICE
    assert one.take(part(HEAD, epoch=Micros(EPOCH + 1)), later(1)) is Verdict.ASTRAY
    assert (one.counted.twice, one.counted.astray) == (1, 1)


def test_a_part_that_is_not_whole_is_refused() -> None:
    one = room()
    with pytest.raises(Malformed):
        one.take(without(part(HEAD), Rendition.OPUS), later(0))
    fat = {rendition: (b"x" * 9000, *p[1:]) for rendition, p in part(HEAD).packets.items()}
    with pytest.raises(Malformed):
        one.take(replace(part(HEAD), packets=fat), later(0))


def test_a_part_of_an_older_stage_is_played_and_only_what_it_lacks_is_silent() -> None:
    one = room()
    older = without(without(part(HEAD), Rendition.AAC_LOW), Rendition.OPUS_LOW)
    assert one.take(older, later(0)) is Verdict.TAKEN
    one.advance(later(0))
    number = PartNumber(HEAD)
    for rendition in Rendition:
        packets = one.containers.packets(rendition, number)
        assert len(packets) == PACKETS_PER_PART[rendition]
        begins = rendition.value if rendition in older.packets else f"silence-{rendition.value}"
        assert packets[0].startswith(f"{begins}-".encode())


def test_the_higher_revision_is_true() -> None:
    one = room()
    assert one.tell(news(RoomState.ENDED, revision=3), later(1))
    assert not one.tell(news(RoomState.LIVE, revision=2), later(2))
    assert one.news.state is RoomState.ENDED
    assert one.told_at == later(1)
    assert one.tell(news(RoomState.ENDED, revision=3), later(4))
    assert one.told_at == later(4)


def test_the_count_over_all_edges_goes_before_the_own_while_it_is_fresh() -> None:
    one = room(ears=3)
    assert one.listeners(START) == 3
    one.count(500, START)
    assert one.listeners(Micros(START + COUNT_IS_FRESH - 1)) == 500
    assert one.listeners(Micros(START + COUNT_IS_FRESH)) == 3


def test_a_room_that_was_asleep_for_a_day_wakes_at_once() -> None:
    one = room(RoomState.DOORS)
    day = 86_400_000_000 // PART_MICROS
    assert one.advance(later(day)) == range(HEAD, HEAD + day)
    assert one.window.newest is Playing.HOLD


@pytest.mark.parametrize(
    ("state", "told"),
    [(RoomState.DOORS, True), (RoomState.SCHEDULED, True), (RoomState.LIVE, False)],
)
def test_those_who_wait_hear_of_the_start_in_the_sound(state: RoomState, told: bool) -> None:
    one = room(state)
    planned: dict[str, object] = {"starts": START, "late": True, "why_late": "The train."}
    one.news = one.news.model_copy(update=planned)
    said = json.loads(one._note(Playing.HOLD))
    assert ("starts" in said) == told
    if told:
        assert said["starts"] == "2023-11-14T22:16:32.250Z"
        assert (said["zone"], said["late"], said["why_late"]) == ("UTC", True, "The train.")
