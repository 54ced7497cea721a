"""An evening of pressure: the real audience and containers, and pages that hear by ear alone.

Clock and loop are turned by the test: ten minutes take a second.
"""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fullhouse.edge.audience import Audience
from fullhouse.edge.cadence import Cadences, Hearing, ListenerClass, Pressure
from fullhouse.edge.request import Format
from fullhouse.edge.sender import WriteSender
from fullhouse.units import PartNumber, RoomSlug
from tests.boxes import boxes, event
from tests.ears import Ear
from tests.edge.made import HEAD, end_of, part, room
from tests.edge.pairs import heard
from tests.edge.turns import Turns

DEMO = RoomSlug("demo")
PAGE = ListenerClass.PAGE
ANSWER = b"HTTP/1.1 200 OK\r\n\r\n"


@dataclass
class Page:
    """A page as its listener has it: what comes is all that it knows.

    Attributes:
        played: up to where, in parts.
        dry: how often it had nothing to play.
    """

    line: socket.socket
    ear: Ear
    played: float = -1.0
    dry: int = 0
    enough: int = 3
    cadences: list[int] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)

    def hear(self) -> None:
        if raw := heard(self.line):
            self.ear.hear(raw, 1.0)
            for box in boxes(raw.removeprefix(ANSWER)):
                if box.name == "emsg":
                    told = json.loads(event(box).payload)
                    self.told = told if told["type"] == "cadence" else self.told
                elif box.name == "mdat":
                    self._take_part()

    def _take_part(self) -> None:
        """A part that says nothing of the cadence says: one part per send."""
        parts, following = self.told.get("parts", 1), self.told.get("next", 1)
        self.enough = max(parts, following) + 2
        self.cadences.append(parts)
        self.told = {}

    def play(self) -> None:
        """Play for 0.32 s, slower while it has less than it will need."""
        if self.played < 0:
            self.played = float(self.ear.parts[0].number)
        has = self.ear.parts[-1].number + 1 - self.played
        step = 1.0 if has >= self.enough else 0.95
        self.dry += has < step
        self.played += min(step, has)


class Evening:
    """A room that is live, and who listens."""

    def __init__(self, count: int = 10_000) -> None:
        self.cadences = Cadences()
        self.room = room(cadences=self.cadences)
        self.turns = Turns()
        self.audience = Audience(self.turns.as_loop(), WriteSender(), self.cadences.of)
        self.count = count
        self.pages: list[Page] = []
        self.number = HEAD

    def join(self) -> Page:
        ours, theirs = socket.socketpair()
        for line in (ours, theirs):
            line.setblocking(False)
        head = self.room.window.head
        burst = self.room.containers.burst(Format.MP4, ANSWER)
        self.audience.join(ours.detach(), DEMO, Format.MP4, burst, PartNumber(head - 1))
        page = Page(theirs, Ear(theirs))
        page.hear()
        self.pages.append(page)
        return page

    def pass_seconds(self, pressure: Pressure, readings: int) -> None:
        """Let readings come, and three parts after each."""
        for _ in range(readings):
            hearing = Hearing(DEMO, PAGE, self.count, self.room.window.head)
            self.cadences.judge((hearing,), pressure, end_of(self.number))
            for _ in range(3):
                self.part()

    def part(self) -> None:
        self.room.take(part(self.number), end_of(self.number))
        self.room.advance(end_of(self.number))
        self.number += 1
        head = self.room.window.head
        self.audience.advance(DEMO, Format.MP4, head, self.room.containers.part)
        self.turns.settle()
        for page in self.pages:
            page.hear()
            page.play()

    def close(self) -> None:
        self.audience.close()
        for page in self.pages:
            page.line.close()


@contextmanager
def an_evening() -> Iterator[Evening]:
    evening = Evening()
    evening.pass_seconds(Pressure(), 12)
    try:
        yield evening
    finally:
        evening.close()


def test_through_all_cadences_and_back_no_page_misses_or_waits() -> None:
    """Seven minutes of pressure, then calm: early and late, each hears each part, and no gap."""
    with an_evening() as evening:
        evening.join()
        for _ in range(14):
            evening.pass_seconds(Pressure(cpu=1.3), 31)
            evening.join()
        evening.pass_seconds(Pressure(cpu=0.01), 300)
        for page in evening.pages:
            assert page.dry == 0
            assert not page.ear.wrong
            assert not page.ear.breaks()
        assert sorted(set(evening.pages[0].cadences)) == [1, 3, 12, 30]
        assert evening.pages[0].cadences[-1] == 1


def test_what_sending_costs_goes_down_with_the_cadence() -> None:
    with an_evening() as evening:
        for _ in range(10):
            evening.join()
        before = evening.audience.counts.sends
        evening.pass_seconds(Pressure(), 20)
        often = evening.audience.counts.sends - before
        evening.pass_seconds(Pressure(cpu=1.3), 130)
        before = evening.audience.counts.sends
        evening.pass_seconds(Pressure(cpu=0.8), 20)
        assert often == 600
        assert evening.audience.counts.sends - before == 600 // 12


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.floats(0, 3) | st.sampled_from([0.0, 1.3]), st.integers(1, 40)),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_the_pressure_nobody_misses_or_waits(runs: list[tuple[float, int]]) -> None:
    with an_evening() as evening:
        for cpu, readings in runs:
            evening.join()
            evening.pass_seconds(Pressure(cpu=cpu), readings)
        for page in evening.pages:
            assert page.dry == 0
            assert not page.ear.breaks()
