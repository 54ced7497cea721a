"""What a room's stage says, turned into commands."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.commands import (
    CallOff,
    Command,
    DoorsDue,
    End,
    EverybodyLeft,
    FallSilent,
    GoLive,
    NobodyCame,
    OpenDoors,
    Plan,
    SpeakerArrives,
    SpeakerTries,
    StageBack,
    StageLost,
    StandDown,
    StartPassed,
    VoiceHeard,
)
from fullhouse.house.room import Room, WrongState
from fullhouse.house.schedule import read_plan
from fullhouse.house.watch import (
    DESERTED_AFTER,
    GIVEN_UP_AFTER,
    LATE_AFTER,
    LOST_AFTER,
    SILENT_AFTER,
    StageWatch,
    by_clock,
)
from fullhouse.units import SECOND, Micros, PartNumber, RoomSlug
from fullhouse.wire import RoomState, SeatNews, StageNews

EVENING = RoomSlug("evening")
START = Micros(1_800_000_000_000_000)


def said(
    *, heard: bool = True, silent_for: int = 0, seats: int = 1, instance: str = "one"
) -> StageNews:
    return StageNews(
        slug=EVENING, instance=instance, pid=1, node="here", part=PartNumber(1), on_air=True,
        heard=heard, silent_for=Micros(silent_for), level_db=-20.0,
        seats=tuple(
            SeatNews(seat=f"seat-{number}", name="Ana", kind="whip", level_db=-20.0)
            for number in range(seats)
        ),
    )  # fmt: skip


def room(*commands: Command, starts: Micros | None = None) -> Room:
    made = Room.new(EVENING, "Evening", starts, now=START)
    for command in commands:
        made, _ = made.handle(command, now=START)
    return made


def watch() -> StageWatch:
    return StageWatch(START, START)


LIVE = room(SpeakerArrives(), VoiceHeard())
ARMED = room(SpeakerArrives())


def at(seconds: float) -> Micros:
    return Micros(START + int(seconds * SECOND))


def test_the_first_voice_in_an_armed_room_is_told() -> None:
    stage = watch()
    stage.hear(said(heard=False), now=at(1))
    assert stage.due(ARMED, now=at(1)) is None
    stage.hear(said(), now=at(1.2))
    assert stage.due(ARMED, now=at(1.2)) == VoiceHeard()


def test_a_voice_before_the_room_was_armed_does_not_begin_it() -> None:
    """News from just before `GoLive` may still come in just after it."""
    doors = room(OpenDoors(), starts=at(60))
    stage = watch()
    stage.hear(said(), now=at(1))
    assert stage.due(doors, now=at(1)) is None
    armed, _ = doors.handle(GoLive(), now=at(1.1))
    stage.hear(said(), now=at(1.2))
    assert stage.due(armed, now=at(1.2)) is None


def test_a_voice_that_goes_on_begins_an_armed_room_within_a_second() -> None:
    doors = room(OpenDoors(), starts=at(60))
    stage = watch()
    stage.hear(said(), now=at(1))
    assert stage.due(doors, now=at(1)) is None
    armed, _ = doors.handle(GoLive(), now=at(1.1))
    stage.hear(said(), now=at(2))
    assert stage.due(armed, now=at(2)) == VoiceHeard()


@pytest.mark.parametrize("news", [said(heard=False), said(heard=False, instance="two")])
def test_a_stage_that_starts_to_listen_anew_is_believed_at_once(news: StageNews) -> None:
    ended, _ = LIVE.handle(End(), now=at(1))
    stage = watch()
    stage.hear(said(), now=at(1))
    assert stage.due(ended, now=at(1)) is None
    again, _ = ended.handle(SpeakerArrives(), now=at(1.1))
    stage.hear(news, now=at(1.2))
    assert stage.due(again, now=at(1.2)) is None
    stage.hear(news.model_copy(update={"heard": True}), now=at(1.4))
    assert stage.due(again, now=at(1.4)) == VoiceHeard()


def test_ten_seconds_without_a_voice_are_silence() -> None:
    stage = watch()
    stage.hear(said(silent_for=SILENT_AFTER - 1), now=at(0))
    assert stage.due(LIVE, now=at(0)) is None
    stage.hear(said(silent_for=SILENT_AFTER), now=at(0))
    assert stage.due(LIVE, now=at(0)) == FallSilent()
    stage.hear(said(silent_for=SILENT_AFTER, seats=0), now=at(0))
    assert stage.due(LIVE, now=at(0)) == FallSilent(deserted=True)


def test_a_voice_ends_the_silence() -> None:
    silent, _ = LIVE.handle(FallSilent(), now=at(0))
    stage = watch()
    stage.hear(said(silent_for=0), now=at(0))
    assert stage.due(silent, now=at(0)) == VoiceHeard()


def test_a_stage_that_was_started_again_does_not_end_a_silence_by_itself() -> None:
    """It has heard nothing yet, and so cannot say that a voice is there."""
    silent, _ = LIVE.handle(FallSilent(), now=at(0))
    stage = watch()
    stage.hear(said(heard=False, silent_for=0, instance="two"), now=at(0))
    assert stage.due(silent, now=at(0)) is None


def test_two_seconds_without_news_interrupt_a_room_and_news_bring_it_back() -> None:
    stage = watch()
    stage.hear(said(), now=at(0))
    assert stage.due(LIVE, now=Micros(START + LOST_AFTER)) is None
    assert stage.due(LIVE, now=Micros(START + LOST_AFTER + 1)) == StageLost()
    interrupted, _ = LIVE.handle(StageLost(), now=at(3))
    assert stage.due(interrupted, now=at(3)) is None
    assert stage.present(now=at(3)) is None
    stage.hear(said(heard=False, instance="two"), now=at(4))
    assert stage.due(interrupted, now=at(4)) == StageBack()


def test_a_house_that_has_just_started_gives_the_stage_its_two_seconds() -> None:
    stage = watch()
    assert stage.due(LIVE, now=at(1.9)) is None
    assert stage.due(LIVE, now=at(2.1)) == StageLost()


def test_a_house_that_slept_does_not_blame_the_stage() -> None:
    stage = watch()
    stage.hear(said(), now=at(0))
    stage.excuse(Micros(30 * SECOND), now=at(30))
    assert stage.due(LIVE, now=at(31)) is None
    assert stage.due(LIVE, now=at(32.5)) == StageLost()


def test_a_stage_that_is_away_does_not_hurt_a_room_that_is_off_air() -> None:
    assert watch().due(ARMED, now=at(60)) is None


def test_ten_empty_minutes_end_a_room_that_began_by_voice() -> None:
    silent, _ = LIVE.handle(FallSilent(), now=at(0))
    stage = watch()
    for second in range(0, 600, 60):
        stage.hear(said(seats=0, silent_for=SILENT_AFTER), now=at(second))
        assert stage.due(silent, now=at(second)) != EverybodyLeft()
    assert stage.due(silent, now=Micros(START + DESERTED_AFTER)) == EverybodyLeft()


def test_somebody_on_stage_who_says_nothing_keeps_the_room() -> None:
    silent, _ = LIVE.handle(FallSilent(), now=at(0))
    stage = watch()
    stage.hear(said(seats=1, silent_for=SILENT_AFTER), now=at(599))
    assert stage.due(silent, now=at(601)) != EverybodyLeft()


def test_a_person_who_asks_begins_the_ten_minutes_anew() -> None:
    stage = watch()
    stage.expect(now=at(599))
    assert stage.due(ARMED, now=at(601)) is None


def test_a_hosts_room_is_never_ended_by_the_machine() -> None:
    live = room(GoLive(), VoiceHeard(), starts=at(60))
    silent, _ = live.handle(FallSilent(deserted=True), now=at(0))
    stage = watch()
    stage.hear(said(seats=0, silent_for=SILENT_AFTER), now=at(6000))
    stage.manned_at = START
    command = stage.due(silent, now=at(6000))
    assert command == FallSilent(deserted=True)
    assert silent.handle(FallSilent(deserted=True), now=at(6000))[1] == ()


def test_a_start_that_passes_is_told_once() -> None:
    waiting = room(DoorsDue(), starts=at(60))
    stage = watch()
    assert stage.due(waiting, now=at(119.9)) is None
    assert stage.due(waiting, now=at(120)) == StartPassed()
    late, _ = waiting.handle(StartPassed(), now=at(120))
    assert (late.state, late.late) == (RoomState.DOORS, True)
    assert stage.due(late, now=at(121)) is None


def test_doors_open_by_themselves_at_their_time() -> None:
    planned = room(Plan(at(1800), "Asia/Jakarta", 15), starts=at(60))
    assert by_clock(planned, now=at(899.9)) is None
    assert by_clock(planned, now=at(900)) == DoorsDue()
    assert by_clock(room(starts=at(60)), now=at(60)) == DoorsDue(), "at the start itself"


def test_a_room_that_begins_by_voice_has_no_clock() -> None:
    assert by_clock(room(), now=Micros(2**60)) is None


def test_nothing_is_late_that_is_on_air_over_or_called_off() -> None:
    for commands in ((GoLive(), VoiceHeard()), (CallOff(),), (GoLive(), VoiceHeard(), End())):
        assert by_clock(room(*commands, starts=at(60)), now=at(9999)) is None


def test_a_new_start_makes_a_late_room_wait_again_and_be_late_again() -> None:
    moved = room(DoorsDue(), StartPassed(), Plan(at(600)), starts=at(60))
    assert by_clock(moved, now=at(599)) is None
    assert by_clock(moved, now=at(600)) == DoorsDue()


def test_doors_that_are_open_stay_open_when_the_start_moves_by_less_than_they_are_early() -> None:
    """The hold plays on: listeners who have come are not sent back to silence."""
    early = room(Plan(at(1800), "UTC", 15), starts=at(60))
    doors, _ = early.handle(DoorsDue(), now=at(900))
    soon, _ = doors.handle(Plan(at(2400), "UTC", 15), now=at(1700))
    assert soon.state is RoomState.DOORS
    far, _ = doors.handle(Plan(at(9000), "UTC", 15), now=at(1700))
    assert far.state is RoomState.SCHEDULED


STEPS = st.lists(
    st.one_of(
        st.integers(-7200, 7200),
        st.integers(-70, 70),
        st.sampled_from([GoLive(), OpenDoors(), StandDown(), VoiceHeard(), End(), CallOff()]),
        st.builds(
            lambda start, before: Plan(at(start), "Europe/Berlin", before),
            st.integers(-3600, 7200),
            st.sampled_from([0, 15, 60]),
        ),
    ),
    max_size=30,
)


@given(STEPS)
def test_whatever_the_clock_does_what_is_due_happens_once_and_not_before(
    steps: list[int | Command],
) -> None:
    """Moved, called off, a clock set back or forth between two starts of the house."""
    now, one = START, room(starts=at(3600))
    told: list[tuple[int, type[Command]]] = []
    for step in steps:
        if isinstance(step, int):
            now = Micros(now + step * SECOND)
        else:
            with suppress(WrongState):
                one, _ = one.handle(step, now=now)
        for _ in range(3):
            due = by_clock(one, now=now)
            if due is None:
                break
            assert one.starts is not None
            assert one.doors is not None
            early = one.doors if due == DoorsDue() else one.starts + LATE_AFTER
            assert now >= early
            told.append((one.schedule, type(due)))
            one, events = one.handle(due, now=now)
            assert events
        assert by_clock(one, now=now) is None, "it comes to rest"
        assert not (one.late and one.state not in (RoomState.SCHEDULED, RoomState.DOORS))
    assert len(told) == len(set(told)), "each is said once for each plan"


@given(st.integers(-86_400, 86_400))
def test_a_restart_with_another_clock_takes_nothing_back(jump: int) -> None:
    """The house reads the wall clock when it starts: it may read an earlier one than before."""
    late = room(DoorsDue(), StartPassed(), starts=at(60))
    assert by_clock(late, now=at(120 + jump)) is None


def test_a_change_to_summer_time_moves_no_start() -> None:
    """What is kept is the instant: clocks in the room's zone may do what they like before it."""
    before = read_plan("2027-03-28T01:30", "Europe/Berlin", now=START)
    after = read_plan("2027-03-28T03:30", "Europe/Berlin", now=START)
    assert after - before == 3600 * SECOND
    planned = room(Plan(after, "Europe/Berlin", 60), starts=at(60))
    assert by_clock(planned, now=Micros(before - 1)) is None
    assert by_clock(planned, now=before) == DoorsDue()


def test_a_stage_backstage_is_let_go_when_everybody_has_left() -> None:
    backstage = room(SpeakerArrives(), starts=at(7200))
    assert watch().due(backstage, now=at(600)) == EverybodyLeft()


def test_a_trials_stage_is_let_go_when_nobody_came_to_speak() -> None:
    assert watch().due(room(SpeakerTries()), now=at(600)) == EverybodyLeft()


FORSAKEN = room(DoorsDue(), StartPassed(), starts=at(60))
GIVEN_UP_AT = Micros(at(60) + GIVEN_UP_AFTER)


def test_doors_that_nobody_comes_through_are_closed_hours_after_the_start() -> None:
    stage = watch()
    assert stage.due(FORSAKEN, now=Micros(GIVEN_UP_AT - 1)) is None
    assert stage.due(FORSAKEN, now=GIVEN_UP_AT) == NobodyCame()
    closed, _ = FORSAKEN.handle(NobodyCame(), now=GIVEN_UP_AT)
    assert stage.due(closed, now=Micros(GIVEN_UP_AT + GIVEN_UP_AFTER)) is None


def test_an_operator_may_give_up_sooner() -> None:
    stage = StageWatch(START, START, given_up_after=Micros(3600 * SECOND))
    assert stage.due(FORSAKEN, now=at(3659)) is None
    assert stage.due(FORSAKEN, now=at(3660)) == NobodyCame()


def test_a_host_who_opened_the_doors_late_has_as_long_from_then() -> None:
    opened, _ = room(starts=None).handle(Plan(at(60)), now=START)
    opened, _ = opened.handle(OpenDoors(), now=at(7200))
    stage = watch()
    assert stage.due(opened, now=GIVEN_UP_AT) == StartPassed()
    late, _ = opened.handle(StartPassed(), now=at(7200))
    assert stage.due(late, now=GIVEN_UP_AT) is None
    assert stage.due(late, now=Micros(at(7200) + GIVEN_UP_AFTER)) == NobodyCame()


def test_a_room_that_begins_by_voice_is_not_given_up() -> None:
    assert watch().due(ARMED, now=Micros(GIVEN_UP_AT + GIVEN_UP_AFTER)) == EverybodyLeft()


WHO = st.sampled_from(["on stage", "page", "asks", "nobody"])


@given(st.lists(st.tuples(WHO, st.integers(1, 4 * 3600)), max_size=12))
def test_never_while_anybody_is_there_and_always_when_nobody_has_been_for_long(
    steps: list[tuple[str, int]],
) -> None:
    """Whoever has a seat keeps the doors open: on stage, before a page, or asking for something."""
    stage, now, there = watch(), START, START
    for who, seconds in steps:
        match who:
            case "on stage":
                stage.hear(said(heard=False), now=now)
            case "page":
                stage.see(now=now)
            case "asks":
                stage.expect(now=now)
        there = there if who == "nobody" else now
        now = Micros(now + seconds * SECOND)
        alone = now - there >= DESERTED_AFTER
        assert (stage.due(FORSAKEN, now=now) == NobodyCame()) == (alone and now >= GIVEN_UP_AT)


def test_a_house_that_slept_through_hours_does_not_close_doors_at_once() -> None:
    stage = watch()
    stage.see(now=GIVEN_UP_AT)
    stage.excuse(Micros(3600 * SECOND), now=Micros(GIVEN_UP_AT + 3600 * SECOND))
    assert stage.due(FORSAKEN, now=Micros(GIVEN_UP_AT + 3600 * SECOND)) is None
