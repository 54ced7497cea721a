"""A muted member is heard by nobody, whatever happens in whatever order, on however many stages.

Seats and desk together, as `stage.stage` uses them, and a house that says what is muted.
"""

from collections.abc import Set
from contextlib import suppress
from typing import Final

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fullhouse.media import Pcm
from fullhouse.stage.desk import Desk
from fullhouse.stage.frame import Frame, Reason
from fullhouse.stage.seats import Seats, StageFull
from fullhouse.units import FRAME_SAMPLES, SECOND, Micros

PEOPLE: Final = {"m-aaaaaaaaaa": 500, "m-bbbbbbbbbb": 900, "": 1300}
"""Two members and somebody who brings a key alone, all called Ana; each is a tone of their own."""
AT: Final = np.arange(FRAME_SAMPLES) / 48_000


def tone(hertz: int) -> Pcm:
    return (0.2 * np.sin(2 * np.pi * hertz * AT)).astype(np.float32)


def loudness(mix: Pcm, hertz: int) -> float:
    """Return how much of a tone is in a mix: 0.2 when it is heard as sent."""
    return float(2 * abs(np.mean(mix * np.exp(-2j * np.pi * hertz * AT))))


class Room:
    """A house that knows whom it muted, and the stage of the moment."""

    def __init__(self) -> None:
        self.now = Micros(SECOND)
        self.muted: frozenset[str] = frozenset()
        self.were_muted: Set[str] = frozenset()
        """In the tick before: who is muted now fades over 10 ms."""
        self.sessions: dict[str, tuple[str, str]] = {}
        """By session: who speaks, and from which seat."""
        self.made = 0
        self.start()

    def start(self) -> None:
        """A stage takes over: it is told of the room before anybody sits down."""
        self.were_muted = self.muted
        self.seats = Seats(3, "abc")
        self.desks = (Desk(), Desk())
        self.seats.muted = self.muted
        self.sessions.clear()

    def come(self, who: str) -> None:
        self.made += 1
        with suppress(StageFull):
            taken = self.seats.take(f"session-{self.made}", who, "Ana", self.now)
            self.sessions.pop(taken.replaced, None)
            self.sessions[f"session-{self.made}"] = (who, taken.seat)

    def mute(self, who: str, on: bool) -> None:
        self.muted = self.muted | {who} if on else self.muted - {who}
        self.seats.muted = self.muted

    def pause(self, seconds: int) -> None:
        """Nobody's sound comes in for so long; the lobby sweeps."""
        self.now = Micros(self.now + seconds * SECOND)
        gone = {seat.seat for seat in self.seats.vanished(self.now)}
        self.sessions = {s: known for s, known in self.sessions.items() if known[1] not in gone}

    def tick(self) -> tuple[Pcm, Pcm]:
        """Return the mix, and what it would be if the muted said something else."""
        mixes, fading = [], self.seats.muted - self.were_muted
        for desk, other in zip(self.desks, (1, -1), strict=True):
            frames = {}
            for who, seat in self.sessions.values():
                self.seats.media_came(seat, self.now)
                unheard = seat in self.seats.muted and seat not in fading
                sound = tone(PEOPLE[who]) * np.float32(other if unheard else 1)
                frames[seat] = Frame(sound, Reason.REAL)
            mixes.append(desk.tick(frames, self.seats.muted).pcm)
        self.now = Micros(self.now + 20_000)
        self.were_muted = self.seats.muted
        return mixes[0], mixes[1]

    def leave(self, who: str) -> None:
        for session, (other, seat) in tuple(self.sessions.items()):
            if other == who:
                self.seats.leave(seat)
                del self.sessions[session]


STEPS = st.one_of(
    st.tuples(st.sampled_from(["come", "leave"]), st.sampled_from(sorted(PEOPLE))),
    st.tuples(st.sampled_from(["mute", "unmute"]), st.sampled_from(sorted(PEOPLE)[1:])),
    st.tuples(st.just("pause"), st.sampled_from([1, 2, 5, 70])),
    st.tuples(st.sampled_from(["stage"]), st.just("")),
)


@given(st.lists(STEPS, max_size=30))
@settings(max_examples=400)
def test_a_muted_member_is_in_no_mix_and_in_no_others_seat(
    steps: list[tuple[str, str | int]],
) -> None:
    room = Room()
    for step, what in steps:
        match step, what:
            case "come", str(who):
                room.come(who)
            case "leave", str(who):
                room.leave(who)
            case "pause", int(seconds):
                room.pause(seconds)
            case "stage", _:
                room.start()
            case word, str(who):
                room.mute(who, word == "mute")
        for who, seat in room.sessions.values():
            assert (seat == who) if who else not seat.startswith("m-")
        first, other = room.tick()
        assert np.array_equal(first, other)
        mix, _ = room.tick()
        here = {who for who, _ in room.sessions.values()}
        assert {who for who, hertz in PEOPLE.items() if loudness(mix, hertz) > 0.1} == (
            here - room.muted
        )
