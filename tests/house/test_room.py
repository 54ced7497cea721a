"""A room's life: the table, and what each command changes besides."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.commands import (
    ANYTIME,
    Bar,
    CallBack,
    CallOff,
    CallUp,
    Command,
    DoorsDue,
    End,
    EverybodyLeft,
    FallSilent,
    GoLive,
    Mute,
    MuteAll,
    NobodyCame,
    OpenDoors,
    Plan,
    PlayHold,
    Renew,
    Retitle,
    SayWhy,
    SetGain,
    Show,
    SpeakerArrives,
    SpeakerTries,
    StageBack,
    StageLost,
    StandDown,
    StartPassed,
    TakeHands,
    Unbar,
    Unmute,
    VoiceHeard,
)  # fmt: skip
from fullhouse.house.moves import BY_VOICE, HOSTED, Moves
from fullhouse.house.room import (
    ANSWER_WITHIN,
    MOST_BARRED,
    Room,
    RoomChanged,
    StateChanged,
    WrongState,
)
from fullhouse.house.seatings import MOST_GAINS, MOST_MUTED, TooManyGains, TooManyMuted
from fullhouse.house.tokens import Kind
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import ON_AIR, RoomNews, RoomState, Visibility

S = RoomState
EVENING = RoomSlug("evening")
NOW = Micros(1_800_000_000_000_000)

COMMANDS: dict[type[Command], Command] = {
    type(command): command
    for command in (
        OpenDoors(), GoLive(), End(), SpeakerArrives(), VoiceHeard(), FallSilent(), StageLost(),
        StageBack(), EverybodyLeft(), StartPassed(), Mute("seat-1"), Unmute("seat-1"),
        MuteAll(("seat-1", "seat-2")),
        SetGain("seat-1", -6.0), Retitle("Later"), Renew(Kind.WHIP), StandDown(), DoorsDue(),
        Plan(Micros(NOW + 7200 * SECOND), "Europe/Berlin", 10), CallOff(), SayWhy("The train."),
        Show(Visibility.UNLISTED), Bar("seat-1"), Unbar("seat-1"), CallUp(("0" * 16,)),
        CallBack(("0" * 16,)), TakeHands(False), PlayHold("f" * 64), SpeakerTries(), NobodyCame(),
    )
}  # fmt: skip


def hosted() -> Room:
    return Room.new(EVENING, "Evening", Micros(NOW + 3600 * SECOND), now=NOW)


def by_voice() -> Room:
    return Room.new(EVENING, "Evening", None, now=NOW)


def after(room: Room, *commands: Command) -> Room:
    for step, command in enumerate(commands):
        room, _ = room.handle(command, now=Micros(NOW + (step + 1) * SECOND))
    return room


ANY_COMMAND = st.one_of(
    st.sampled_from([command for command in COMMANDS.values() if not isinstance(command, ANYTIME)]),
    st.builds(FallSilent, st.booleans()),
    st.builds(Mute, st.sampled_from(["seat-1", "seat-2"])),
    st.builds(Unmute, st.sampled_from(["seat-1", "seat-2"])),
    st.builds(SetGain, st.sampled_from(["seat-1", "seat-2"]), st.sampled_from([-30.0, 0.0, 12.0])),
    st.builds(Retitle, st.sampled_from(["", "One", "Two"])),
    st.builds(Renew, st.sampled_from(Kind)),
    st.builds(SayWhy, st.sampled_from(["", "The train."])),
    st.builds(Bar, st.sampled_from(["seat-1", "seat-2"])),
    st.builds(Unbar, st.sampled_from(["seat-1", "seat-2"])),
)
WALKS = st.tuples(st.sampled_from([hosted(), by_voice()]), st.lists(ANY_COMMAND, max_size=40))


@pytest.mark.parametrize("moves", [HOSTED, BY_VOICE])
def test_the_table_has_a_row_for_every_state(moves: Moves) -> None:
    assert set(moves) == set(RoomState)
    assert all(End in row for row in moves.values()), "a host can always end a room"


def test_every_command_is_in_the_table_or_may_come_anytime() -> None:
    named = {command for moves in (HOSTED, BY_VOICE) for row in moves.values() for command in row}
    assert named | set(ANYTIME) == set(get_args(Command)) == set(COMMANDS)
    assert not named & set(ANYTIME)


REFUSED_IN = {
    OpenDoors: {S.LIVE, S.SILENT, S.INTERRUPTED},
    GoLive: set(),
    End: set(),
    SpeakerArrives: {S.ENDED},
    SpeakerTries: {S.ENDED},
    NobodyCame: set(S) - {S.DOORS},
    VoiceHeard: {S.SCHEDULED, S.INTERRUPTED, S.ENDED},
    FallSilent: {S.SCHEDULED, S.DOORS, S.INTERRUPTED, S.ENDED},
    StageLost: {S.SCHEDULED, S.DOORS, S.INTERRUPTED, S.ENDED},
    StageBack: {S.SCHEDULED, S.DOORS, S.LIVE, S.SILENT, S.ENDED},
    EverybodyLeft: {S.DOORS, S.LIVE, S.SILENT, S.INTERRUPTED, S.ENDED},
    StartPassed: {S.LIVE, S.SILENT, S.INTERRUPTED, S.ENDED},
    StandDown: set(S) - {S.DOORS},
    DoorsDue: set(S) - {S.SCHEDULED},
    Plan: {S.LIVE, S.SILENT, S.INTERRUPTED},
    CallOff: {S.LIVE, S.SILENT, S.INTERRUPTED},
}


def test_what_a_hosts_room_refuses_is_what_we_mean_to_refuse() -> None:
    """The table's gaps, said a second time: a forgotten cell shows here."""
    gaps = {
        command: {state for state in RoomState if command not in HOSTED[state]}
        for command in REFUSED_IN
    }
    assert gaps == REFUSED_IN


def test_a_room_without_a_start_differs_only_in_what_speakers_may_do() -> None:
    differences = {
        (state, command)
        for state in RoomState
        for command in COMMANDS
        if HOSTED[state].get(command) != BY_VOICE[state].get(command)
    }
    assert differences == {
        (S.SCHEDULED, SpeakerArrives),
        (S.SCHEDULED, VoiceHeard),
        (S.DOORS, EverybodyLeft),
        (S.DOORS, StandDown),
        (S.DOORS, NobodyCame),
        (S.LIVE, EverybodyLeft),
        (S.SILENT, EverybodyLeft),
        (S.INTERRUPTED, EverybodyLeft),
        (S.ENDED, SpeakerArrives),
        (S.ENDED, SpeakerTries),
    }


@given(WALKS)
def test_on_any_walk_a_room_stays_true(walk: tuple[Room, list[Command]]) -> None:
    """Whatever is asked in whatever order: refusals change nothing, the promises hold."""
    room, commands = walk
    for step, command in enumerate(commands):
        now = Micros(NOW + step)
        try:
            later, events = room.handle(command, now=now)
        except WrongState:
            continue
        assert later.revision == room.revision + bool(events)
        assert bool(events) == (later != room)
        assert (later.epoch, later.slug) == (room.epoch, room.slug)
        assert room.session <= later.session <= room.session + 1
        assert later.since == (room.since if later.state is room.state else now)
        if later.state in ON_AIR or later.state is S.ENDED:
            assert not later.armed, "only a room that waits for its first word is armed"
        if later.state in ON_AIR or later.state is S.DOORS:
            assert later.wanted, "there is a stage wherever sound may come from"
        if later.state is S.ENDED:
            assert not later.wanted
        assert later.by_voice <= (later.armed or later.state not in (S.SCHEDULED, S.DOORS))
        assert later.reason.endswith(".")
        assert RoomNews.unpack(later.news().pack()) == later.news()
        room = later


@given(WALKS)
def test_only_a_person_unmutes(walk: tuple[Room, list[Command]]) -> None:
    """No end, no new session and no stage that comes back gives a muted seat its voice."""
    room, commands = walk
    for command in commands:
        if isinstance(command, Unmute):
            continue
        before = set(room.muted)
        try:
            room, _ = room.handle(command, now=NOW)
        except WrongState:
            continue
        assert before <= set(room.muted)


def test_a_room_without_a_start_goes_live_by_voice_alone() -> None:
    room = by_voice()
    assert (room.state, room.armed, room.wanted) == (S.SCHEDULED, True, False)
    room = after(room, SpeakerArrives())
    assert (room.state, room.armed, room.wanted) == (S.DOORS, True, True)
    room = after(room, VoiceHeard())
    assert (room.state, room.armed, room.wanted, room.session) == (S.LIVE, False, True, 1)


def test_a_new_speaker_begins_a_new_session() -> None:
    ended = after(by_voice(), SpeakerArrives(), VoiceHeard(), End())
    assert (ended.state, ended.wanted, ended.armed, ended.session) == (S.ENDED, False, False, 1)
    again = after(ended, SpeakerArrives(), VoiceHeard())
    assert (again.state, again.session, again.epoch) == (S.LIVE, 2, ended.epoch)


def test_a_room_without_a_start_ends_when_everybody_has_left() -> None:
    assert after(by_voice(), SpeakerArrives(), VoiceHeard(), EverybodyLeft()).state is S.ENDED


def test_doors_that_nobody_came_through_are_shut_again() -> None:
    room = after(by_voice(), SpeakerArrives(), EverybodyLeft())
    assert (room.state, room.wanted, room.session) == (S.SCHEDULED, False, 0)


def test_a_hosts_room_does_not_start_by_voice() -> None:
    room = after(hosted(), OpenDoors(), SpeakerArrives())
    assert (room.state, room.armed) == (S.DOORS, False)
    with pytest.raises(WrongState):
        room.handle(VoiceHeard(), now=NOW)


def test_go_live_arms_the_room_and_the_first_word_ends_the_hold() -> None:
    armed = after(hosted(), OpenDoors(), GoLive())
    assert (armed.state, armed.armed, armed.session) == (S.DOORS, True, 0)
    live = after(armed, VoiceHeard())
    assert (live.state, live.armed, live.session) == (S.LIVE, False, 1)


def test_speakers_may_come_backstage_before_the_doors_open() -> None:
    room = after(hosted(), SpeakerArrives())
    assert (room.state, room.wanted) == (S.SCHEDULED, True)
    assert not after(room, EverybodyLeft()).wanted


def test_a_hosts_room_that_has_ended_takes_in_nobody_until_its_host_opens_it() -> None:
    ended = after(hosted(), GoLive(), VoiceHeard(), End())
    with pytest.raises(WrongState) as refusal:
        ended.handle(SpeakerArrives(), now=NOW)
    assert refusal.value.message == "A room that has ended cannot take in speakers."
    assert after(ended, OpenDoors(), SpeakerArrives(), GoLive(), VoiceHeard()).session == 2


def test_silence_and_interruption_are_one_session() -> None:
    room = after(
        by_voice(), SpeakerArrives(), VoiceHeard(), FallSilent(), VoiceHeard(), StageLost(),
        StageBack(), FallSilent(), StageLost(), StageBack(),
    )  # fmt: skip
    assert (room.state, room.session) == (S.LIVE, 1)


def test_a_command_given_twice_changes_nothing_the_second_time() -> None:
    room = after(hosted(), GoLive())
    assert room.handle(GoLive(), now=Micros(NOW + 99)) == (room, ())


def test_the_events_name_what_changed() -> None:
    room, events = hosted().handle(OpenDoors(), now=NOW)
    assert events == (StateChanged(S.SCHEDULED, S.DOORS, 0),)
    _, events = room.handle(Mute("seat-1"), now=NOW)
    assert events == (RoomChanged(("muted",)),)


def test_reasons_say_in_plain_words_why() -> None:
    live = after(by_voice(), SpeakerArrives(), VoiceHeard())
    assert by_voice().reason == "It starts when somebody speaks."
    assert live.reason == "It is live."
    assert after(live, FallSilent()).reason == "Nobody has spoken for ten seconds."
    assert after(live, FallSilent(deserted=True)).reason == "Nobody is on stage at the moment."
    assert "comes back by itself" in after(live, StageLost()).reason
    assert "Everybody had left" in after(live, EverybodyLeft()).reason
    assert after(hosted(), GoLive(), VoiceHeard(), End()).reason == "The host has ended it."
    assert after(hosted(), End()).reason == "The host has called it off."
    assert "was to start by now" in after(hosted(), StartPassed()).reason
    assert after(hosted(), OpenDoors()).reason == "The doors are open; it starts soon."
    assert after(hosted(), GoLive()).reason == "It starts with the first word."


def test_the_announced_start_is_news_until_the_doors_open() -> None:
    room = hosted()
    assert room.news().next == room.starts
    assert after(room, OpenDoors()).news().next is None


def test_an_end_that_comes_twice_keeps_the_first_reason() -> None:
    left = after(by_voice(), SpeakerArrives(), VoiceHeard(), EverybodyLeft())
    assert after(left, End()) == left


FULL = tuple(f"seat-{number}" for number in range(MOST_MUTED))
FULL_OF_GAINS = tuple(f"seat-{number}" for number in range(MOST_GAINS))


def test_muted_seats_are_bounded_and_nobody_on_stage_is_forgotten() -> None:
    """Of too many, the one that was muted first and is gone makes room."""
    room = after(by_voice(), *map(Mute, FULL))
    room = after(room, Mute("one-more", ("one-more", "seat-0")))
    assert room.muted == ("seat-0", *FULL[2:], "one-more")


def test_all_are_muted_at_once() -> None:
    room, events = after(by_voice(), Mute("seat-2")).handle(MuteAll(("seat-1", "seat-2")), now=NOW)
    assert (room.muted, len(events)) == (("seat-2", "seat-1"), 1)


def test_whoever_comes_back_to_a_barred_seat_is_muted() -> None:
    room = after(by_voice(), Bar("m-a"))
    assert (room.barred, room.muted) == (("m-a",), ())
    room = after(room, Unbar("m-a"))
    assert (room.barred, room.muted) == ((), ("m-a",))


def test_barred_people_make_room_among_the_muted() -> None:
    """So a room may call up very many listeners over the years, each of whom arrives muted."""
    people = tuple(f"m-{number}" for number in range(3 * MOST_MUTED))
    room = by_voice()
    for one in people:
        room = after(room, Unbar(one), Bar(one))
    assert (len(room.muted), len(room.barred)) == (MOST_BARRED, MOST_BARRED)
    assert set(room.muted) == set(room.barred)


@pytest.mark.parametrize("on_stage", [None, FULL])
def test_a_mute_that_would_unmute_somebody_is_refused(on_stage: tuple[str, ...] | None) -> None:
    room = after(by_voice(), *map(Mute, FULL))
    with pytest.raises(TooManyMuted):
        room.handle(Mute("one-more", on_stage), now=NOW)
    assert after(room, Mute("seat-3", on_stage)) == room


def gain(seat: str, on_stage: tuple[str, ...] | None = None) -> SetGain:
    return SetGain(seat, -3.0, on_stage)


def test_a_seat_is_turned_up_and_back_to_how_it_comes() -> None:
    room = after(by_voice(), SetGain("seat-1", -6.0), SetGain("seat-2", 12.0))
    assert room.news().gains == {"seat-1": -6.0, "seat-2": 12.0}
    assert after(room, SetGain("seat-1", 0.0)).gains == {"seat-2": 12.0}
    assert room.handle(SetGain("seat-1", -6.0), now=NOW) == (room, ())
    _, events = room.handle(SetGain("seat-1", -7.0), now=NOW)
    assert events == (RoomChanged(("gains",)),)


def test_a_gain_outlives_the_session() -> None:
    room = after(by_voice(), SpeakerArrives(), VoiceHeard(), SetGain("seat-1", 3.0), End())
    assert after(room, SpeakerArrives()).gains == {"seat-1": 3.0}


def test_gains_are_bounded_and_nobodys_on_stage_is_forgotten() -> None:
    room = after(by_voice(), *map(gain, FULL_OF_GAINS))
    later = after(room, gain("one-more", ("one-more", "seat-0")))
    assert tuple(later.gains) == ("seat-0", *FULL_OF_GAINS[2:], "one-more")
    assert after(room, gain("seat-3")) == room
    for on_stage in (None, FULL_OF_GAINS):
        with pytest.raises(TooManyGains):
            room.handle(gain("one-more", on_stage), now=NOW)


def test_a_room_without_a_title_is_called_by_its_name() -> None:
    assert Room.new(EVENING, "", None, now=NOW).title == "evening"
    assert after(hosted(), Retitle("Later")).title == "Later"
    assert after(hosted(), Retitle("")).title == "evening"


def test_a_plan_makes_the_room_its_hosts() -> None:
    starts = Micros(NOW + 7200 * SECOND)
    room = after(by_voice(), Plan(starts, "Asia/Jakarta", 15))
    assert (room.by_voice, room.armed, room.starts, room.zone) == (
        False,
        False,
        starts,
        "Asia/Jakarta",
    )
    assert room.doors == starts - 15 * 60 * SECOND
    assert room.schedule == 1


def test_a_room_whose_start_passes_is_late_until_it_is_on_air() -> None:
    late = after(hosted(), StartPassed(), SayWhy("The train stands still."))
    assert late.late
    assert late.reason == "It is late: it was to start by now. The train stands still."
    live = after(late, GoLive(), VoiceHeard())
    assert (live.late, live.why_late) == (False, "")


def test_a_room_that_is_moved_is_not_late_any_more() -> None:
    moved = after(hosted(), StartPassed(), Plan(Micros(NOW + 9000 * SECOND)))
    assert (moved.late, moved.state, moved.schedule) == (False, S.SCHEDULED, 1)


def test_a_room_that_is_called_off_says_so_and_can_be_planned_anew() -> None:
    off = after(hosted(), CallOff())
    assert (off.state, off.cancelled, off.reason) == (S.ENDED, True, "The host has called it off.")
    again = after(off, Plan(Micros(NOW + 9000 * SECOND)))
    assert (again.state, again.cancelled) == (S.SCHEDULED, False)


def test_a_host_who_stands_down_keeps_the_hold_whoever_speaks() -> None:
    room = after(hosted(), OpenDoors(), GoLive(), StandDown())
    assert (room.state, room.armed) == (S.DOORS, False)
    with pytest.raises(WrongState):
        after(room, VoiceHeard())


def test_only_an_invited_room_asks_listeners_for_a_key() -> None:
    assert hosted().news(key=b"k").entry == ""
    asked = after(hosted(), Show(Visibility.INVITED)).news("https://house.example", b"k")
    assert len(asked.entry) == 64
    assert (asked.listed, asked.house) == (False, "https://house.example")
    renewed = after(hosted(), Show(Visibility.INVITED), Renew(Kind.LISTEN)).news(key=b"k")
    assert renewed.entry not in ("", asked.entry)


def test_who_plans_the_same_again_moves_nothing() -> None:
    plan = Plan(Micros(NOW + 7200 * SECOND), "Europe/Berlin", 10)
    once = after(hosted(), plan)
    assert once.schedule == 1
    assert once.handle(plan, now=NOW) == (once, ())
    assert after(once, Plan(plan.starts, "Europe/Berlin", 20)).schedule == 2
    assert after(once, CallOff(), plan).schedule == 3


@pytest.mark.parametrize("ended", [False, True])
def test_a_trial_opens_no_doors_in_a_room_that_begins_by_voice(ended: bool) -> None:
    """It gets a stage, so that there is something to try; who comes to speak opens the doors."""
    room = by_voice()
    if ended:
        room = after(room, SpeakerArrives(), VoiceHeard(), End())
    tried = after(room, SpeakerTries())
    assert (tried.state, tried.wanted, tried.armed) == (S.SCHEDULED, True, True)
    assert tried.session == room.session
    assert not after(tried, EverybodyLeft()).wanted
    assert after(tried, SpeakerArrives()).state is S.DOORS


@pytest.mark.parametrize("state", [OpenDoors(), GoLive()])
def test_a_trial_changes_nothing_where_there_is_a_stage(state: Command) -> None:
    room = after(hosted(), state)
    assert room.handle(SpeakerTries(), now=NOW) == (room, ())


def test_a_session_to_which_nobody_came_says_so_and_can_be_planned_anew() -> None:
    missed = after(hosted(), DoorsDue(), StartPassed(), NobodyCame())
    assert (missed.state, missed.cancelled, missed.missed) == (S.ENDED, True, True)
    assert (missed.late, missed.wanted, missed.session) == (False, False, 0)
    assert missed.schedule == hosted().schedule + 1
    assert missed.reason == "It did not take place: nobody came to speak."
    assert missed.news().missed
    again = after(missed, Plan(Micros(NOW + 9000 * SECOND)))
    assert (again.state, again.cancelled, again.missed) == (S.SCHEDULED, False, False)
    assert not after(missed, OpenDoors()).missed


HANDS = tuple(f"{number:016x}" for number in range(3))


def test_a_hand_that_is_asked_has_a_minute() -> None:
    room, _ = hosted().handle(CallUp(HANDS[:2]), now=NOW)
    room, _ = room.handle(CallUp(HANDS[2:]), now=Micros(NOW + 30 * SECOND))
    until = Micros(NOW + ANSWER_WITHIN)
    assert room.unanswered(now=Micros(until - 1)) == ()
    assert room.unanswered(now=until) == HANDS[:2]
    answered, _ = room.handle(CallBack(HANDS[:1]), now=until)
    assert answered.unanswered(now=until) == HANDS[1:2]
    again, _ = answered.handle(CallUp(HANDS[1:2]), now=until)
    assert again.unanswered(now=until) == ()


@given(
    st.lists(
        st.tuples(
            st.sampled_from([CallUp, CallBack]),
            st.lists(st.sampled_from(HANDS), min_size=1, unique=True).map(tuple),
            st.integers(0, 90),
        ),
        max_size=20,
    )
)
def test_whoever_is_asked_has_a_time_and_nobody_else_has(
    steps: list[tuple[type[CallUp | CallBack], tuple[str, ...], int]],
) -> None:
    room, now = hosted(), NOW
    asked: dict[str, Micros] = {}
    for what, hands, seconds in steps:
        now = Micros(now + seconds * SECOND)
        room, _ = room.handle(what(hands), now=now)
        for hand in hands:
            asked.pop(hand, None)
            if what is CallUp:
                asked[hand] = Micros(now + ANSWER_WITHIN)
        assert dict(room.answer_by) == asked
        assert set(room.invited) == set(asked)
        assert set(room.unanswered(now=now)) == {hand for hand, at in asked.items() if at <= now}
