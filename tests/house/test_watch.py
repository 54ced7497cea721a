"""What a room's stage says, turned into commands."""

import pytest

from fullhouse.house.commands import (
    Command,
    End,
    EverybodyLeft,
    FallSilent,
    GoLive,
    OpenDoors,
    SpeakerArrives,
    StageBack,
    StageLost,
    StartPassed,
    VoiceHeard,
)
from fullhouse.house.room import Room
from fullhouse.house.watch import DESERTED_AFTER, LOST_AFTER, SILENT_AFTER, StageWatch
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
    waiting = room(starts=at(60))
    stage = watch()
    assert stage.due(waiting, now=at(59)) is None
    assert stage.due(waiting, now=at(60)) == StartPassed()
    late, _ = waiting.handle(StartPassed(), now=at(60))
    assert late.state is RoomState.SCHEDULED
    assert late.handle(StartPassed(), now=at(61))[1] == ()


def test_a_stage_backstage_is_let_go_when_everybody_has_left() -> None:
    backstage = room(SpeakerArrives(), starts=at(7200))
    assert watch().due(backstage, now=at(600)) == EverybodyLeft()
