"""A core: how many parts go out with one send, per room and class of listeners.

A cadence is 1, 3, 12 or 30 parts per send: what sending costs goes down with it nearly as far.
It rises soon when a worker is pressed, and falls late, one step at a time. A change is named
before it comes: a rise so far ahead that pages, which play a little slower until then, have
gained what they will wait. docs/operations.md says what an operator sees of it.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Final

from fullhouse.edge.request import Format
from fullhouse.units import PART_MICROS, SECOND, Micros, PartNumber, RoomSlug

STEPS: Final = (1, 3, 12, 30)
"""Parts per send: 0.32, 0.96, 3.84 and 9.6 s."""
PART_SECONDS: Final = PART_MICROS / SECOND
STRETCH: Final = 0.05
"""A page that plays at 0.95 of its speed gains a twentieth of a second in each."""
_SPARE_FACTOR: Final = 1.15
_SPARE_SECONDS: Final = 2.0

PRESSED: Final = 1.0
"""At this pressure cadences rise ..."""
AIM: Final = 0.75
"""... until it should be below this one. They fall if it would still be below ..."""
FITS: Final = 0.6
CALM: Final = Micros(60 * SECOND)
"""... and would have been for so long; for longer, up to `CALM_AT_MOST`, after a fall that was
taken back within `REGRET`."""
CALM_AT_MOST: Final = Micros(960 * SECOND)
REGRET: Final = Micros(600 * SECOND)
KEPT: Final = Micros(60 * SECOND)
"""How long the cadence of a room that nobody listens to is remembered: they may come back."""
WORTH: Final = 300.0
"""Sends a second, about 0.2 % of a core: what saves less is not worth that people hear it."""
READINGS: Final = 3
"""Readings, one a second, that are looked at together at the least."""
LOW_FROM: Final = 0.8
"""Low renditions are offered when so much of line or memory is taken ..."""
LOW_UNTIL: Final = 0.3
"""... and until so little is that all could go back to the others, at 64 for 24 kbit/s."""
FULL_FROM: Final = 1.0
"""Nobody more is let in when the line is full ..."""
FULL_UNTIL: Final = 0.95
UNHEARD: Final = 3
"""Plain players are not heard to change up to here: what they get at first covers it."""


class ListenerClass(StrEnum):
    """Who can be told: pages hear events and stretch, plain players buffer on their own."""

    PAGE = "page"
    PLAIN = "plain"


class Why(StrEnum):
    """What is short, or who wanted it."""

    CPU = "cpu"
    LOOP = "loop"
    EGRESS = "egress"
    MEMORY = "memory"
    OPERATOR = "operator"


CLASSES: Final[Mapping[Format, ListenerClass]] = {
    Format.MP4: ListenerClass.PAGE,
    Format.OPUS_MP4: ListenerClass.PAGE,
    Format.AAC: ListenerClass.PLAIN,
    Format.OGG: ListenerClass.PLAIN,
    Format.LOW_MP4: ListenerClass.PAGE,
    Format.LOW_OPUS_MP4: ListenerClass.PAGE,
    Format.LOW_AAC: ListenerClass.PLAIN,
    Format.LOW_OGG: ListenerClass.PLAIN,
}


def lead(listeners: ListenerClass, parts: int, following: int) -> int:
    """Return how many parts ahead a change is named, one at the least.

    For a rise on pages, as long as they need to stretch; the news itself comes with the next
    send, which may be `parts` away.
    """
    if listeners is ListenerClass.PLAIN or following <= parts:
        return 1
    missing = (following - parts) * PART_SECONDS
    seconds = missing / STRETCH * _SPARE_FACTOR + _SPARE_SECONDS
    return parts + ceil(seconds / PART_SECONDS)


@dataclass(frozen=True, slots=True)
class Pressure:
    """How near to its limit each thing is: at 1 it is there.

    Attributes:
        cpu: what the worker wants of the processor.
        loop: how late its work is done.
        egress: its share of the line.
        memory: the kernel's for connections, or the machine's.
    """

    cpu: float = 0.0
    loop: float = 0.0
    egress: float = 0.0
    memory: float = 0.0


@dataclass(frozen=True, slots=True)
class Hearing:
    """Listeners of one class in one room, as they are now.

    Attributes:
        head: the first part that is not decided.
        part_bytes: how large a part is in the largest stream that any of them hears.
    """

    slug: RoomSlug
    listeners: ListenerClass
    count: int
    head: PartNumber
    part_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that has been named.

    Attributes:
        start: the first part for which `following` holds.
    """

    slug: RoomSlug
    listeners: ListenerClass
    parts: int
    following: int
    start: PartNumber
    why: Why


@dataclass(frozen=True, slots=True)
class Told:
    """What a part says of the cadence.

    Attributes:
        parts: per send, in the part that says it.
        following: from part `start` on; None where no change lies ahead.
    """

    parts: int
    following: int | None
    start: PartNumber | None
    why: Why


@dataclass(frozen=True, slots=True)
class Lowered:
    """What a room's listeners get less of.

    Attributes:
        parts: per send to a page.
        why: that is more than one, or else why the rendition is low.
        low: why new listeners should take a low rendition; None: they need not.
    """

    parts: int
    why: Why
    since: Micros
    low: Why | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """A change that has been named: from part `start` on, so many parts per send."""

    parts: int
    start: PartNumber


@dataclass(slots=True)
class Plan:
    """The cadence of one class of one room.

    Attributes:
        parts: per send, when it was last looked at.
        seen: when somebody listened last.
        ahead: the change that has been named.
    """

    parts: int
    why: Why
    since: Micros
    seen: Micros
    ahead: Ahead | None = None

    def at(self, head: PartNumber) -> int:
        """Return the parts per send at this part."""
        return self.parts if self.ahead is None or head < self.ahead.start else self.ahead.parts

    @property
    def planned(self) -> int:
        """The parts per send once what is named has come."""
        return self.parts if self.ahead is None else self.ahead.parts

    def arrive(self, head: PartNumber) -> bool:
        """Take note that `head` is reached; True if a change has come with it."""
        if self.ahead is None or head < self.ahead.start:
            return False
        self.parts, self.ahead = self.ahead.parts, None
        return True


Key = tuple[RoomSlug, ListenerClass]


class Cadences:
    """The cadences of one worker. Knows no clock: the caller brings the time.

    Args:
        least, most: the bounds, each one of `STEPS`.
        send_buffer: bytes that the kernel keeps for a listener, as it was told; what is sent at
            once does not grow beyond what fits there by itself.

    Attributes:
        full: the line carries nobody more.
    """

    def __init__(self, least: int = 1, most: int = 30, send_buffer: int = 32_768) -> None:
        self._least = least
        self._most = most
        self._fits_at_once = 2 * send_buffer * 0.85  # the kernel doubles it, for its own needs
        self._plans: dict[Key, Plan] = {}
        self._readings: deque[Pressure] = deque(maxlen=ceil(STEPS[-1] * PART_SECONDS) + 1)
        self._began: Micros | None = None
        self._calm_since: Micros | None = None
        self._calm = CALM
        self._fell_at: Micros | None = None
        self._low: tuple[Why, Micros] | None = None
        self._spare_since: Micros | None = None
        self.full = False

    # What others ask.

    def of(self, slug: RoomSlug, format_: Format, head: PartNumber) -> int:
        """Return the parts per send once all parts below `head` are decided."""
        plan = self._plans.get((slug, CLASSES[format_]))
        return self._least if plan is None else plan.at(head)

    def longest(self, slug: RoomSlug, format_: Format, head: PartNumber) -> int:
        """Return for how many parts per send a listener who joins now must have enough.

        That is the greater of the cadence and of what is named. Plain players, who cannot
        stretch, are given enough for one step more as soon as there is any pressure.
        """
        plan = self._plans.get((slug, CLASSES[format_]))
        if plan is None:
            return self._least
        longest = max(plan.at(head), plan.planned)
        if CLASSES[format_] is ListenerClass.PLAIN and longest > self._least:
            return self._above(longest) or longest
        return longest

    def told(self, slug: RoomSlug, number: PartNumber) -> Told | None:
        """Return what part `number` says to pages; None: nothing, for it is one part per send."""
        plan = self._plans.get((slug, ListenerClass.PAGE))
        if plan is None:
            return None if self._least == 1 else Told(self._least, None, None, Why.OPERATOR)
        parts, ahead = plan.at(number), plan.ahead
        if ahead is None or number >= ahead.start:
            return None if parts == 1 else Told(parts, None, None, plan.why)
        return Told(parts, ahead.parts, ahead.start, plan.why)

    def lowered(self, slug: RoomSlug, head: PartNumber) -> Lowered | None:
        """Return what a room's listeners get less of now, or None."""
        plan = self._plans.get((slug, ListenerClass.PAGE))
        began = self._began or Micros(0)
        parts, why, since = self._least, Why.OPERATOR, began
        if plan is not None and plan.at(head) > self._least:
            parts, why, since = plan.at(head), plan.why, plan.since
        if self._low is None:
            return None if parts == 1 else Lowered(parts, why, since, None)
        low, low_since = self._low
        return Lowered(parts, *((why, since) if parts > 1 else (low, low_since)), low)

    @property
    def low(self) -> Why | None:
        """Why new listeners should take a low rendition; None: they need not."""
        return None if self._low is None else self._low[0]

    @property
    def slowest(self) -> int:
        """The most parts per send that any class of any room has come to."""
        return max((plan.parts for plan in self._plans.values()), default=self._least)

    # What a second brings.

    def judge(
        self, hearings: Sequence[Hearing], pressure: Pressure, now: Micros
    ) -> Sequence[Changed]:
        """Take in what was measured in the last second; return the changes that are named now."""
        if self._began is None:
            self._began = now
        self._readings.append(pressure)
        self._arrive(hearings, now)
        self._judge_low(now)
        pressed = self._pressed()
        if pressed is None:
            return ()
        return self._raise(hearings, *pressed, now) or self._fall(hearings, pressed[0], now)

    def _arrive(self, hearings: Sequence[Hearing], now: Micros) -> None:
        for one in hearings:
            if (plan := self._plans.get((one.slug, one.listeners))) is not None:
                plan.seen = now
                if plan.arrive(one.head):  # what was measured before says nothing any more
                    self._readings.clear()
                    self._calm_since = None
        self._plans = {
            key: plan
            for key, plan in self._plans.items()
            if now - plan.seen < KEPT and max(plan.parts, plan.planned) > self._least
        }

    def _pressed(self) -> tuple[float, Why] | None:
        """Return the pressure that cadences can take away, over the longest time between sends.

        Between two sends there is nothing to do, and at a send much: one second says little.
        """
        wanted = max(READINGS, ceil(self.slowest * PART_SECONDS))
        recent = list(self._readings)[-wanted:]
        if len(recent) < wanted:
            return None
        cpu = sum(reading.cpu for reading in recent) / wanted
        loop = sum(reading.loop for reading in recent) / wanted
        return (cpu, Why.CPU) if cpu >= loop else (loop, Why.LOOP)

    # Up.

    def _raise(
        self, hearings: Sequence[Hearing], pressure: float, why: Why, now: Micros
    ) -> Sequence[Changed]:
        if pressure < PRESSED:
            return ()
        left = self._sends(hearings, planned=True)
        allowed = self._sends(hearings) * AIM / pressure
        changes = []
        for one, following, saving in self._steps_up(hearings):
            if left <= allowed:
                break
            left -= saving
            changes.append(self._name(one, following, why, now))
        if changes and self._fell_at is not None and now - self._fell_at < REGRET:
            self._calm, self._fell_at = Micros(min(2 * self._calm, CALM_AT_MOST)), None
        return changes

    def _steps_up(self, hearings: Iterable[Hearing]) -> list[tuple[Hearing, int, float]]:
        """Return the steps that can be taken, first what saves most.

        What is heard comes only when pages, which do not hear theirs, have nothing more to give.
        """
        steps = []
        for one in hearings:
            plan = self._plans.get((one.slug, one.listeners))
            if plan is not None and plan.ahead is not None:
                continue
            parts = self._least if plan is None else plan.parts
            following = self._above(parts)
            if following is None or following * one.part_bytes > self._fits_at_once:
                continue
            saving = _sends(one.count, parts) - _sends(one.count, following)
            if saving >= WORTH:
                steps.append((one, following, saving))
        unheard = [step for step in steps if not _is_heard(step[0], step[1])]
        if unheard or any(plan.ahead is not None for plan in self._plans.values()):
            steps = unheard
        return sorted(steps, key=lambda step: (-step[2], step[0].slug, step[0].listeners))

    def _above(self, parts: int) -> int | None:
        return next((step for step in STEPS if parts < step <= self._most), None)

    # Down.

    def _fall(self, hearings: Sequence[Hearing], pressure: float, now: Micros) -> Sequence[Changed]:
        steps = self._steps_down(hearings)
        sends = self._sends(hearings)
        if not steps or not _would_fit(pressure, sends, steps[0][2]):
            self._calm_since = None
            return ()
        if self._calm_since is None:
            self._calm_since = now
        if now - self._calm_since < self._calm:
            return ()
        changes = []
        added = 0.0
        for one, following, cost in steps:
            added += cost
            if _would_fit(pressure, sends, added):
                why = self._plans[one.slug, one.listeners].why
                changes.append(self._name(one, following, why, now))
        if self._fell_at is not None and now - self._fell_at > REGRET:
            self._calm = CALM
        self._fell_at, self._calm_since = now, None
        return changes

    def _steps_down(self, hearings: Iterable[Hearing]) -> list[tuple[Hearing, int, float]]:
        """Return the steps that can be taken back, the cheapest first."""
        if any(plan.ahead is not None for plan in self._plans.values()):
            return []
        steps = []
        for one in hearings:
            plan = self._plans.get((one.slug, one.listeners))
            if plan is None:
                continue
            following = max(step for step in STEPS if step < plan.parts)
            cost = _sends(one.count, following) - _sends(one.count, plan.parts)
            steps.append((one, following, cost))
        return sorted(steps, key=lambda step: (step[2], step[0].slug))

    # Both.

    def _sends(self, hearings: Iterable[Hearing], *, planned: bool = False) -> float:
        """Return the sends a second, now or once all that is named has come."""
        total = 0.0
        for one in hearings:
            plan = self._plans.get((one.slug, one.listeners))
            parts = self._least if plan is None else plan.planned if planned else plan.parts
            total += _sends(one.count, parts)
        return total

    def _name(self, one: Hearing, following: int, why: Why, now: Micros) -> Changed:
        key = (one.slug, one.listeners)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = Plan(self._least, why, now, now)
        ahead = lead(one.listeners, plan.parts, following)
        plan.why, plan.ahead = why, Ahead(following, PartNumber(one.head + ahead))
        return Changed(one.slug, one.listeners, plan.parts, following, plan.ahead.start, why)

    def _judge_low(self, now: Micros) -> None:
        recent = list(self._readings)[-READINGS:]
        if len(recent) < READINGS:
            return
        egress = sum(reading.egress for reading in recent) / len(recent)
        memory = sum(reading.memory for reading in recent) / len(recent)
        self.full = egress >= (FULL_UNTIL if self.full else FULL_FROM)
        if max(egress, memory) >= LOW_FROM:
            why = Why.EGRESS if egress >= memory else Why.MEMORY
            self._low = self._low or (why, now)
        if self._low is None or egress > LOW_UNTIL or memory >= LOW_FROM / 2:
            self._spare_since = None
            return
        if self._spare_since is None:
            self._spare_since = now
        if now - self._spare_since >= CALM:
            self._low = self._spare_since = None


def _sends(count: int, parts: int) -> float:
    return count / (parts * PART_SECONDS)


def _is_heard(one: Hearing, following: int) -> bool:
    return one.listeners is ListenerClass.PLAIN and following > UNHEARD


def _would_fit(pressure: float, sends: float, added: float) -> bool:
    return pressure * (sends + added) <= FITS * max(sends, 1.0)
