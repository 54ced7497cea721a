"""Each part is decided once."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.playing import QUIET_PARTS, Playing
from fullhouse.edge.window import AHEAD, Verdict, Window
from fullhouse.media import Part, Rendition
from fullhouse.units import Micros, PartNumber
from fullhouse.wire import RoomState

EPOCH = Micros(1_700_000_000_000_000)
LIVE = RoomState.LIVE


def part(number: int, epoch: int = EPOCH) -> Part:
    packets = {Rendition.AAC: (b"a",) * 15, Rendition.OPUS: (b"o",) * 16}
    return Part(Micros(epoch), PartNumber(number), packets)


def window(head: int = 100, size: int = 50) -> Window:
    return Window(EPOCH, size, PartNumber(head))


def due(number: int) -> PartNumber:
    return PartNumber(number)


def test_a_part_in_time_is_decided_at_once() -> None:
    room = window()
    assert room.offer(part(100)) is Verdict.TAKEN
    assert room.advance(due(100), LIVE) == range(100, 101)
    assert room.playing(due(100)) is Playing.SOUND
    assert room.sound(due(100)) == part(100)


def test_a_part_that_is_not_there_at_its_deadline_is_filled() -> None:
    room = window()
    assert room.advance(due(103), RoomState.DOORS) == range(100, 103)
    assert room.newest is Playing.HOLD


def test_a_decision_stands_when_the_part_comes_late() -> None:
    room = window()
    room.advance(due(101), LIVE)
    before = room.playing(due(100))
    assert room.offer(part(100)) is Verdict.LATE
    assert room.advance(due(101), LIVE) == range(101, 101)
    assert room.playing(due(100)) is before
    assert room.sound(due(100)) is None


def test_a_part_ahead_of_a_lost_one_waits_for_it() -> None:
    room = window()
    room.offer(part(101))
    assert not room.advance(due(100), LIVE)
    room.offer(part(100))
    assert room.advance(due(100), LIVE) == range(100, 102)


def test_a_lost_part_is_filled_and_the_next_one_plays() -> None:
    room = window()
    room.offer(part(100))
    room.offer(part(102))
    assert room.advance(due(102), LIVE) == range(100, 103)
    played = [room.playing(due(number)) for number in (100, 101, 102)]
    assert played == [Playing.SOUND, Playing.SILENCE, Playing.SOUND]


def test_a_part_that_comes_twice_counts_once() -> None:
    room = window()
    assert room.offer(part(101)) is Verdict.TAKEN
    assert room.offer(part(101)) is Verdict.TWICE
    room.advance(due(101), LIVE)
    assert room.offer(part(101)) is Verdict.TWICE


def test_parts_of_another_timeline_or_far_ahead_go_astray() -> None:
    """What waits is bounded."""
    room = window()
    assert room.offer(part(100, EPOCH + 1)) is Verdict.ASTRAY
    assert room.offer(part(100 + AHEAD)) is Verdict.ASTRAY
    assert room.offer(part(99 + AHEAD)) is Verdict.TAKEN


def test_the_window_is_bounded() -> None:
    room = window(head=100, size=50)
    for number in range(100, 400):
        room.offer(part(number))
        room.advance(due(number), LIVE)
    assert (room.first, room.head) == (350, 400)
    assert room.sound(due(349)) is None
    assert len(room._sound) == 50
    assert len(room._runs) == 1


def test_a_silent_night_costs_one_range() -> None:
    room = window()
    for number in range(100, 100_000, 7):
        room.advance(due(number), RoomState.ENDED)
    assert len(room._runs) == 1


def test_a_new_window_begins_with_silence_that_can_be_rewound_into() -> None:
    assert window(head=100, size=50).first == 50
    assert window(head=10, size=50).first == 0
    assert window().playing(due(60)) is Playing.SILENCE
    assert window(head=0).newest is Playing.SILENCE


def test_a_gap_on_air_is_silent_and_then_holds_after_the_last_sound() -> None:
    room = window()
    room.offer(part(100))
    room.advance(due(101 + QUIET_PARTS + 1), LIVE)
    played = [room.playing(due(number)) for number in range(100, int(room.head))]
    silence = [Playing.SILENCE] * QUIET_PARTS
    assert played == [Playing.SOUND, *silence, Playing.HOLD]


def test_the_past_of_another_edge_is_remembered() -> None:
    room = window(head=100, size=50)
    assert room.remember([part(n) for n in (40, 60, 61, 99, 100)]) == 3
    assert room.sound(due(60)) == part(60)
    assert room.playing(due(62)) is Playing.SILENCE
    assert (room.first, room.head, room.newest) == (50, 100, Playing.SOUND)
    assert [p.number for p in room.sounds_before(due(99), 10)] == [61, 60]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("offer"), st.integers(80, 160)),
            st.tuples(st.just("due"), st.integers(80, 160)),
        ),
        max_size=80,
    ),
    st.sampled_from(RoomState),
)
def test_every_part_is_decided_exactly_once_and_in_order(
    steps: list[tuple[str, int]], state: RoomState
) -> None:
    """Whatever comes in whatever order: no hole, no second decision, nothing late played."""
    room = window(size=100)
    decided: dict[int, Playing] = {}
    taken: set[int] = set()
    for step, number in steps:
        if step == "offer":
            if room.offer(part(number)) is Verdict.TAKEN:
                assert number not in decided
                taken.add(number)
        else:
            fresh = room.advance(due(number), state)
            assert fresh.start == 100 + len(decided)
            decided |= {n: room.playing(due(n)) for n in fresh}
            assert room.head >= number or room.head >= 100 + len(decided)
        for known, playing in decided.items():
            if known >= room.first:
                assert room.playing(due(known)) is playing
                assert (room.sound(due(known)) is not None) == (playing is Playing.SOUND)
    for number, playing in decided.items():
        assert (playing is Playing.SOUND) == (number in taken)
    assert all(number >= room.head for number in taken - decided.keys())
