"""Events are small, whole and true JSON, whatever names people give themselves."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fullhouse.programme.events import (
    MAX_EVENT_BYTES,
    cadence_event,
    emsg,
    room_event,
    speakers_event,
)
from fullhouse.units import Micros, PartNumber
from fullhouse.wire import RoomState
from tests.boxes import boxes, event

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=400)
"""Lone halves of surrogate pairs, too: some clients send them."""


@given(st.lists(ANY_TEXT, max_size=64), st.floats(-100, 0))
@example(["x" * 61, "\ud800"] * 5, -20.04)
def test_speakers_are_said_loudest_first_and_never_too_many(names: list[str], level: float) -> None:
    """Of more than eight speakers the first eight are said; a long name is cut to 60 signs."""
    raw = speakers_event(names, level)
    assert len(raw) <= MAX_EVENT_BYTES
    said = json.loads(raw.decode())
    assert said["type"] == "speakers"
    assert said["level"] == round(level, 1)
    kept = [name[:60].encode("utf-8", "replace").decode() for name in names[:8]]
    assert said["speaking"] == kept


@given(
    st.sampled_from(list(RoomState)),
    ANY_TEXT,
    ANY_TEXT,
    st.integers(0, 10**9),
    st.integers(0, 4 * 10**15),
)
def test_a_room_says_how_it_stands(
    state: RoomState, reason: str, title: str, listeners: int, at: int
) -> None:
    raw = room_event(
        state=state,
        since=Micros(at),
        reason=reason,
        title=title,
        listeners=listeners,
        playing="hold",
        as_of=Micros(at + 320_000),
    )
    assert len(raw) <= MAX_EVENT_BYTES
    said = json.loads(raw.decode())
    assert list(said) == [
        *("type", "state", "since", "reason", "title", "listeners", "playing", "as_of")
    ]
    assert (said["type"], said["state"], said["playing"]) == ("room", state.value, "hold")
    assert said["listeners"] == listeners
    assert said["title"] == title[:200].encode("utf-8", "replace").decode()


def test_who_is_invited_is_said_only_while_somebody_is() -> None:
    """What is usually so would be sent to every listener three times a second."""

    def said(invited: tuple[str, ...], hands_open: bool) -> bytes:
        return room_event(
            state=RoomState.LIVE,
            since=Micros(0),
            reason="\U0001f600" * 300,
            title="\U0001f600" * 300,
            listeners=10**7,
            playing="sound",
            as_of=Micros(0),
            invited=invited,
            answer_within=[60] * len(invited),
            hands_open=hands_open,
            house="https://" + "h" * 192,
        )

    usual = json.loads(said((), True))
    assert not {"invited", "answer_within", "house", "hands_open"} & usual.keys()
    assert json.loads(said((), False))["hands_open"] is False
    most = said(tuple(f"{number:016x}" for number in range(70)), False)
    assert len(json.loads(most)["invited"]) == 64
    assert json.loads(most)["answer_within"] == [60] * 64
    assert len(most) <= MAX_EVENT_BYTES


def test_times_are_written_as_people_read_them() -> None:
    raw = room_event(
        state=RoomState.LIVE,
        since=Micros(1_777_660_200_320_000),
        reason="",
        title="",
        listeners=0,
        playing="sound",
        as_of=Micros(0),
    )
    assert json.loads(raw)["since"] == "2026-05-01T18:30:00.320Z"
    assert json.loads(raw)["as_of"] == "1970-01-01T00:00:00.000Z"


def test_a_cadence_is_said_with_the_change_that_lies_ahead_if_there_is_one() -> None:
    ahead = cadence_event(1, 3, PartNumber(8123), "cpu")
    assert ahead == b'{"type":"cadence","parts":1,"next":3,"from":8123,"why":"cpu"}'
    assert cadence_event(3, None, None, "cpu") == b'{"type":"cadence","parts":3,"why":"cpu"}'


def test_an_event_stands_at_the_beginning_of_its_part() -> None:
    (box,) = boxes(emsg(PartNumber(3), 2, b"{}"))
    found = event(box)
    assert (found.time, found.name, found.payload) == (46_080, 50, b"{}")


@pytest.mark.parametrize(("index", "size"), [(0, MAX_EVENT_BYTES + 1), (16, 1), (-1, 1)])
def test_events_are_bounded(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="part 1"):
        emsg(PartNumber(1), index, bytes(size))


def test_those_who_wait_are_told_of_the_start_unless_that_is_too_much() -> None:
    """However long the texts are, the event fits: a part without one would be lost."""

    def said(text: str) -> bytes:
        return room_event(
            state=RoomState.DOORS, since=Micros(0), reason=text, title=text, listeners=0,
            playing="hold", as_of=Micros(0), planned={"late": True, "why_late": text},
        )  # fmt: skip

    assert json.loads(said("The train."))["why_late"] == "The train."
    for text in ("\U0001f3a4" * 200, "\x01" * 200):
        assert len(said(text)) <= MAX_EVENT_BYTES
