"""A core: the rules of who runs under `up`. It starts nothing itself: it says what to do.

All start at once: each waits by itself for those that it needs. One that ends comes back after
its backoff, for ever, and the others never notice. Only before everything has been ready once
does an ending with a reason of its own (exit 1 or 2) stop the whole: then somebody sits in front
of it and can do something about it. Stopping goes against the order of need.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from fullhouse.backoff import Backoff
from fullhouse.units import Micros

CUT_AFTER: Final = Micros(1_500_000)
"""Into the stop: whoever still runs, known or not, is told by the lifeline."""
KILL_AFTER: Final = Micros(2_500_000)
"""Into the stop: whoever still runs is killed."""


@dataclass(frozen=True, slots=True)
class Start:
    """Start this child now."""

    name: str


@dataclass(frozen=True, slots=True)
class Terminate:
    """Ask this child to end."""

    name: str


@dataclass(frozen=True, slots=True)
class CutLifeline:
    """Let go of the lifeline: what our children left behind ends, too."""


@dataclass(frozen=True, slots=True)
class KillAll:
    """Kill whatever is left of us, by its process id."""


@dataclass(frozen=True, slots=True)
class AllReady:
    """Everything answers for the first time."""


@dataclass(frozen=True, slots=True)
class GaveUp:
    """This child said why it cannot run: stop."""

    name: str


Order = Start | Terminate | CutLifeline | KillAll | AllReady | GaveUp


@dataclass(slots=True)
class _Child:
    name: str
    needs: tuple[str, ...]
    vital: bool
    running: bool = False
    answers: bool = False
    asked_to_end: bool = False
    start_at: Micros | None = None
    backoff: Backoff = field(default_factory=Backoff)


class Children:
    """Who runs, who is to start when, and how it all ends."""

    def __init__(self) -> None:
        self._children: dict[str, _Child] = {}
        self._ready = False
        self._stopping_since: Micros | None = None
        self._cut = False
        self._killed = False

    def add(self, name: str, *, now: Micros, needs: Iterable[str] = (), vital: bool = True) -> None:
        """Make a child known; it starts at the next `tick`.

        Args:
            needs: those that outlive it when all is stopped.
            vital: without it nothing is ready, and its refusal to start ends all.
        """
        self._children[name] = _Child(name, tuple(needs), vital, start_at=now)

    @property
    def stopping(self) -> bool:
        return self._stopping_since is not None

    @property
    def running(self) -> tuple[str, ...]:
        """Those that run now, in the order in which they were made known."""
        return tuple(child.name for child in self._children.values() if child.running)

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """The vital ones that have not answered yet since they were started."""
        return tuple(
            child.name for child in self._children.values() if child.vital and not child.answers
        )

    def deadline(self) -> Micros | None:
        """Return when the next `tick` is due, or None: only when something happens."""
        if self._stopping_since is not None:
            if not self._cut:
                return Micros(self._stopping_since + CUT_AFTER)
            return None if self._killed else Micros(self._stopping_since + KILL_AFTER)
        starts = [child.start_at for child in self._children.values() if child.start_at is not None]
        return min(starts, default=None)

    def tick(self, now: Micros) -> list[Order]:
        """Return what is due at `now`."""
        if self._stopping_since is not None:
            return self._tick_of_the_stop(now - self._stopping_since)
        due = [
            child
            for child in self._children.values()
            if child.start_at is not None and child.start_at <= now
        ]
        for child in due:
            child.start_at, child.running = None, True
        return [Start(child.name) for child in due]

    def answered(self, name: str) -> list[Order]:
        """Note that a child does what it is for."""
        self._children[name].answers = self._children[name].running
        if self._ready or self.stopping or self.waiting_for:
            return []
        self._ready = True
        return [AllReady()]

    def ended(self, name: str, code: int, now: Micros) -> list[Order]:
        """Note that a child has ended: with an exit code, or minus the signal that ended it."""
        child = self._children[name]
        child.running = child.answers = False
        if self.stopping:
            return self._next_to_end()
        if child.vital and not self._ready and code in (1, 2):
            return [GaveUp(name), *self.stop(now)]
        child.start_at = child.backoff.failed(now)
        return []

    def stop(self, now: Micros) -> list[Order]:
        """End everything; whoever asks twice changes nothing."""
        if self.stopping:
            return []
        self._stopping_since = now
        return self._next_to_end()

    def _next_to_end(self) -> list[Order]:
        """Ask those to end that nobody who still runs needs, the last added first.

        What our children left behind may need the same: it is told before those are.
        """
        running = [child for child in self._children.values() if child.running]
        needed = {name for child in self._children.values() for name in child.needs}
        needed_now = {name for child in running for name in child.needs}
        orders: list[Order] = []
        if not self._cut and all(child.name in needed for child in running):
            self._cut = True
            orders.append(CutLifeline())
        for child in reversed(running):
            if child.name not in needed_now and not child.asked_to_end:
                child.asked_to_end = True
                orders.append(Terminate(child.name))
        return orders

    def _tick_of_the_stop(self, stopping_for: int) -> list[Order]:
        orders: list[Order] = []
        if not self._cut and stopping_for >= CUT_AFTER:
            self._cut = True
            orders.append(CutLifeline())
        if not self._killed and stopping_for >= KILL_AFTER:
            self._killed = True
            orders.append(KillAll())
        return orders
