"""Who sits where: coming, coming back, vanishing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.errors import Refused
from fullhouse.stage.seats import (
    CONNECT_WITHIN,
    FROZEN_AFTER,
    GONE_AFTER,
    REMEMBERED_FOR,
    SeatBarred,
    Seats,
    SeatTaken,
    StageFull,
    UnknownSession,
)
from fullhouse.units import SECOND, Micros

START = Micros(100 * SECOND)


def at(micros: int) -> Micros:
    return Micros(START + micros)


def seats(most: int = 3) -> Seats:
    return Seats(most, "abc")


def names(stage: Seats) -> list[str]:
    return [seat.seat for seat in stage]


def test_everybody_who_comes_gets_a_seat_of_their_own() -> None:
    """Also when they share one key."""
    stage = seats()
    taken = [stage.take(f"session-{n}", "", "Ana", START) for n in range(3)]
    assert [t.seat for t in taken] == names(stage) == ["abc-1", "abc-2", "abc-3"]
    assert {t.replaced for t in taken} == {""}


def test_a_full_stage_says_when_to_try_again() -> None:
    stage = seats(1)
    stage.take("one", "", "Ana", START)
    with pytest.raises(StageFull) as refusal:
        stage.take("two", "", "Ben", START)
    assert (refusal.value.status, refusal.value.retry_after) == (503, 10)
    assert not stage.keep_source("icecast", "Cem", START)


def test_who_names_their_seat_gets_it_back_and_the_old_session_goes() -> None:
    stage = seats(1)
    seat = stage.take("one", "", "Ana", START).seat
    taken = stage.take("two", seat, "", at(1))
    assert (taken.seat, taken.replaced) == (seat, "one")
    assert [(s.session, s.name) for s in stage] == [("two", "Ana")]


def test_who_gives_no_name_has_one_all_the_same() -> None:
    stage = seats()
    stage.take("one", "", "", START)
    assert [seat.name for seat in stage] == ["Speaker"]


def test_a_named_seat_that_this_stage_does_not_know_is_made() -> None:
    """The stage was started anew; a muted speaker must keep the seat that is muted."""
    assert seats().take("one", "old-7", "Ana", START).seat == "old-7"


def test_a_sources_seat_is_not_given_to_a_whip_speaker() -> None:
    stage = seats()
    stage.keep_source("icecast", "Cem", START)
    with pytest.raises(SeatTaken) as refusal:
        stage.take("one", "icecast", "Ana", START)
    assert refusal.value.status == 409


def test_a_frozen_seat_is_taken_over_and_a_living_one_is_not() -> None:
    stage = seats()
    seat = stage.take("one", "", "Ana", START).seat
    stage.media_came(seat, at(0))
    assert stage.take("two", "", "Ben", at(FROZEN_AFTER - 1)).seat != seat
    taken = stage.take("three", "", "Ana", at(FROZEN_AFTER))
    assert (taken.seat, taken.replaced) == (seat, "one")


def test_a_frozen_seat_is_not_given_to_somebody_of_another_name() -> None:
    """Whose network fails for a moment must not lose their seat to a newcomer."""
    stage = seats()
    seat = stage.take("one", "", "Ana", START).seat
    stage.media_came(seat, START)
    assert stage.take("two", "", "Ben", at(2 * SECOND)).seat != seat
    assert stage.seat_of("one").name == "Ana"


def test_of_several_frozen_seats_one_gets_the_one_of_ones_name() -> None:
    stage = seats()
    for n, name in enumerate(("Ana", "Ben", "Cem")):
        stage.media_came(stage.take(str(n), "", name, START).seat, START)
    assert stage.take("again", "", "Ben", at(2 * SECOND)).seat == "abc-2"


def test_a_seat_that_has_never_spoken_yet_is_not_frozen() -> None:
    """Somebody else is just connecting."""
    stage = seats()
    stage.take("one", "", "Ana", START)
    assert stage.take("two", "", "Ben", at(2 * SECOND)).seat == "abc-2"


def test_who_vanishes_is_gone_within_five_seconds() -> None:
    stage = seats()
    seat = stage.take("one", "", "Ana", START).seat
    stage.media_came(seat, START)
    assert stage.vanished(at(GONE_AFTER - 1)) == []
    assert [s.session for s in stage.vanished(at(GONE_AFTER))] == ["one"]
    assert GONE_AFTER < 5 * SECOND
    assert len(stage) == 0


def test_who_never_connects_is_gone_after_ten_seconds() -> None:
    stage = seats()
    stage.take("one", "", "Ana", START)
    assert stage.vanished(at(CONNECT_WITHIN - 1)) == []
    assert len(stage.vanished(at(CONNECT_WITHIN))) == 1


def test_a_returning_speaker_has_time_to_connect_again() -> None:
    stage = seats()
    seat = stage.take("one", "", "Ana", START).seat
    stage.media_came(seat, START)
    stage.take("two", seat, "Ana", at(4 * SECOND))
    assert stage.vanished(at(6 * SECOND)) == []


@pytest.mark.parametrize("wish", ["abc-1", ""])
@pytest.mark.parametrize("away", [5, 20, 59])
def test_who_comes_back_late_gets_the_same_seat_and_name(wish: str, away: int) -> None:
    """By the seat's name, or by their own."""
    stage = seats()
    stage.media_came(stage.take("one", "", "Ana", START).seat, START)
    stage.media_came(stage.take("two", "", "Ben", START).seat, START)
    assert len(stage.vanished(at(GONE_AFTER))) == 2
    taken = stage.take("again", wish, "" if wish else "Ana", at(away * SECOND))
    assert (taken.seat, taken.replaced) == ("abc-1", "")
    assert stage.seat_of("again").name == "Ana"


def test_a_seat_is_not_kept_for_ever_nor_for_who_has_left() -> None:
    stage = seats()
    stage.media_came(stage.take("one", "", "Ana", START).seat, START)
    stage.vanished(at(GONE_AFTER))
    late = at(GONE_AFTER + REMEMBERED_FOR)
    assert stage.take("late", "", "Ana", late).seat == "abc-2"
    stage.leave("abc-2")
    assert stage.take("again", "", "Ana", late).seat == "abc-3"


MEMBER = "m-abcdefghij"


def test_a_members_seat_is_always_the_same_and_a_newer_session_replaces_the_older() -> None:
    stage = seats(1)
    assert stage.take("one", MEMBER, "Ana", START).seat == MEMBER
    assert stage.take("two", MEMBER, "Ana", at(1)).replaced == "one"
    stage.media_came(MEMBER, at(1))
    stage.vanished(at(1 + GONE_AFTER))
    assert len(stage) == 0
    late = at(GONE_AFTER + 2 * REMEMBERED_FOR)
    assert stage.take("three", MEMBER, "Ana", late).seat == MEMBER


@pytest.mark.parametrize("away", [FROZEN_AFTER, GONE_AFTER])
def test_a_members_seat_is_not_given_to_who_has_the_same_name(away: int) -> None:
    """Neither while it is frozen nor after it was given up."""
    stage = seats()
    stage.take("one", MEMBER, "Ana", START)
    stage.media_came(MEMBER, START)
    stage.vanished(at(away))
    assert stage.take("two", "", "Ana", at(away)).seat == "abc-1"


def test_a_source_gets_no_members_seat() -> None:
    stage = seats()
    assert not stage.keep_source(MEMBER, "Cem", START)
    assert names(stage) == []


@pytest.mark.parametrize("seat", [MEMBER, "abc-1"])
def test_a_barred_seat_is_given_to_nobody_until_it_is_free_again(seat: str) -> None:
    stage = seats()
    stage.barred = {seat}
    with pytest.raises(SeatBarred) as refusal:
        stage.take("one", seat, "Ana", START)
    assert (refusal.value.status, refusal.value.code) == (403, "barred")
    assert refusal.value.message == "The host has asked you to leave the stage."
    assert not stage.keep_source(seat, "Cem", START)
    stage.barred = frozenset()
    assert stage.take("two", seat, "Ana", START).seat == seat


def test_a_barred_seat_is_not_found_by_a_name_either() -> None:
    stage = seats()
    stage.media_came(stage.take("one", "", "Ana", START).seat, START)
    stage.barred = {"abc-1"}
    assert stage.take("two", "", "Ana", at(FROZEN_AFTER)).seat == "abc-2"
    stage.vanished(at(GONE_AFTER))
    assert stage.take("three", "", "Ana", at(GONE_AFTER)).seat == "abc-3"


def test_only_so_many_given_up_seats_are_remembered() -> None:
    stage = seats(2)
    for number in range(3):
        stage.media_came(stage.take(str(number), "", f"Guest {number}", START).seat, START)
        stage.vanished(at(GONE_AFTER))
    assert stage.take("a", "", "Guest 0", at(GONE_AFTER)).seat == "abc-4"
    assert stage.take("b", "", "Guest 2", at(GONE_AFTER)).seat == "abc-3"


def test_a_source_stays_while_it_says_so_and_goes_when_it_does_not() -> None:
    stage = seats()
    assert stage.keep_source("icecast", "Cem", START)
    assert stage.keep_source("icecast", "Cem", at(3 * SECOND))
    assert stage.vanished(at(6 * SECOND)) == []
    assert len(stage.vanished(at(8 * SECOND))) == 1


def test_a_source_cannot_take_a_whip_speakers_seat() -> None:
    stage = seats()
    stage.take("one", "same", "Ana", START)
    assert not stage.keep_source("same", "Cem", START)


def test_connected_means_sound_within_the_last_second() -> None:
    stage = seats()
    name = stage.take("one", "", "Ana", START).seat
    (seat,) = stage
    assert not seat.connected(START)
    stage.media_came(name, START)
    assert seat.connected(at(SECOND))
    assert not seat.connected(at(SECOND + 1))


def test_a_session_that_is_gone_is_unknown() -> None:
    stage = seats()
    seat = stage.take("one", "", "Ana", START).seat
    assert stage.seat_of("one").seat == seat
    stage.leave(seat)
    for session in ("one", ""):
        with pytest.raises(UnknownSession) as refusal:
            stage.seat_of(session)
        assert refusal.value.status == 404


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["take", "keep", "media", "leave", "sweep"]),
            st.sampled_from(["", "a", "b", "c", "abc-1", "abc-2"]),
            st.integers(0, 3 * SECOND),
        )
    )
)
def test_whatever_happens_nobody_shares_a_seat_or_a_session(
    steps: list[tuple[str, str, int]],
) -> None:
    stage, now = seats(), START
    for number, (step, name, later) in enumerate(steps):
        now = Micros(now + later)
        try:
            match step:
                case "take":
                    assert stage.take(f"session-{number}", name, "", now).seat in stage
                case "keep":
                    stage.keep_source(name or "x", "", now)
                case "media":
                    stage.media_came(name, now)
                case "leave":
                    stage.leave(name)
                case _:
                    stage.vanished(now)
        except Refused:
            pass
        assert len(stage) <= 3
        sessions = [seat.session for seat in stage if seat.kind == "whip"]
        assert len(set(sessions)) == len(sessions)
