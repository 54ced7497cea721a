"""A core: what all processes of a rehearsal told, put together: by the second, and at the end."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from fullhouse.rehearsal.findings import (
    EarFound,
    Findings,
    Progress,
    Second,
    Spread,
    Trouble,
    Way,
    WorkerFound,
)
from fullhouse.rehearsal.ledger import INSTANT, Report, WorkerTold
from fullhouse.rehearsal.script import Script
from fullhouse.rehearsal.tally import Tally

SPREADS: Final = ("first", "page", "answered", "late", "lag", "longest", "lumps")
TOTALS: Final = ("arrived", "joined", "expected", "missing")
TROUBLES: Final = {trouble.value: trouble for trouble in Trouble}


@dataclass(slots=True)
class _Second:
    """One second, as far as it has been told."""

    counts: Counter[str] = field(default_factory=Counter)
    first: Tally = field(default_factory=Tally)
    lag: float = 0.0
    now: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """Hearing, gaps and waiting at its end, by process."""
    joins: Counter[int] = field(default_factory=Counter)
    workers: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)
    """Attached listeners, and when one last got anything, by process and worker."""


@dataclass(slots=True)
class _Worker:
    """An edge worker, as seen by its listeners."""

    joined: int = 0
    troubles: Counter[Trouble] = field(default_factory=Counter)
    attached: dict[str, int] = field(default_factory=dict)
    newest: float = 0.0
    silence: tuple[float, float] | None = None
    _since: float | None = None

    def told(self, process: str, attached: int, newest: float) -> None:
        """Note how many listeners of a process it has, and when one of them got anything."""
        self.attached[process] = attached
        self.newest = max(self.newest, newest)

    def look(self, at: float, start: float, allowed: float) -> None:
        """Note whether nothing has come from it for too long, at the end of a second."""
        newest = max(0.0, self.newest - start)
        silent = any(self.attached.values()) and self.newest > 0 and at - newest > allowed
        if silent and self._since is None:
            self._since = newest
        if self._since is None:
            return
        if self.silence is None or at - self._since >= self.silence[1] - self.silence[0]:
            self.silence = (self._since, at)
        if not silent:
            self._since = None


class Gathering:
    """Adds up what processes tell.

    Args:
        start: of the script, by the processes' clock.
    """

    def __init__(self, script: Script, processes: Iterable[str], start: float) -> None:
        self._script, self._start = script, start
        self._told = dict.fromkeys(processes, 0)
        self._seconds: dict[int, _Second] = {}
        self._done = 0
        self._tallies = {name: Tally() for name in SPREADS}
        self._totals: Counter[str] = Counter()
        self._ways: Counter[Way] = Counter()
        self._troubles: Counter[Trouble] = Counter()
        self._first_trouble: dict[Trouble, int] = {}
        self._limits: Counter[str] = Counter()
        self._between: Counter[str] = Counter()
        self._workers: dict[str, _Worker] = {}
        self._between_joins, self._last_join = Tally(), -1
        self._cadence, self._allowed = 1, 0.0
        self._followed = self._stalled = self._let_go = self._hearing = 0
        self._newest: Second | None = None

    def take(self, process: str, told: Report) -> None:
        """Add a report."""
        at = int(told["at"])
        self._told[process] = max(self._told[process], at)
        second = self._seconds.setdefault(at, _Second())
        for name in SPREADS:
            if name in told:
                self._tallies[name].put(told[name])
        second.first.put(told["first"])
        second.lag = max(second.lag, Tally().put(told["lag"]).spread().p99)
        names = ("opened", "heard", "left", "troubled", "received")
        second.counts.update({name: told.get(name, 0) for name in names})
        second.now[process] = (told["hearing"], told["gaps"], told["waiting"])
        second.joins.update({int(instant): count for instant, count in told["joins"]})
        self._totals.update({name: told.get(name, 0) for name in TOTALS})
        self._ways.update({way: told.get(way.value, 0) for way in Way})
        self._limits.update(told["limits"])
        self._between.update(told["between"])
        self._cadence = max(self._cadence, int(told["cadence"]))
        self._allowed = float(told["allowed"])
        self._trouble(told["troubles"])
        for worker in told["workers"]:
            self._take_worker(second, process, worker)

    def _trouble(self, told: Mapping[str, int]) -> None:
        for name, count in told.items():
            trouble = TROUBLES[name]
            self._first_trouble.setdefault(trouble, self._hearing)
            self._troubles[trouble] += count

    def _take_worker(self, second: _Second, process: str, told: WorkerTold) -> None:
        name, joined, attached, newest, troubles = told
        worker = self._workers.setdefault(name, _Worker())
        worker.joined += joined
        second.workers[process, name] = (attached, newest)
        worker.troubles.update({TROUBLES[one]: count for one, count in troubles.items()})

    def take_last(self, told: Report) -> None:
        """Add a process's last report."""
        for name in SPREADS:
            if name in told:
                self._tallies[name].put(told[name])
        self._followed += int(told["followed"])
        stalled, let_go = told["stalled"]
        self._stalled, self._let_go = self._stalled + stalled, self._let_go + let_go

    def lost(self, process: str, listeners: int) -> None:
        """A process has died with its listeners."""
        self._told.pop(process, None)
        self._trouble({Trouble.OUR_OWN.value: listeners})

    def complete(self, most: int) -> bool:
        """Close the seconds that every process has told of, or that are over since long.

        Args:
            most: the last second that can be over.

        Returns:
            whether there is a new one.
        """
        before = self._done
        told = min(self._told.values(), default=most)
        while self._done < max(told, most - 2):
            self._done += 1
            self._close(self._done)
        return self._done > before

    def _close(self, at: int) -> None:
        second = self._seconds.setdefault(at, _Second())
        if previous := self._seconds.get(at - 1):
            second.now = previous.now | second.now
        self._hearing = sum(hearing for hearing, _, _ in second.now.values())
        for (process, name), (attached, newest) in second.workers.items():
            self._workers[name].told(process, attached, newest)
        for worker in self._workers.values():
            worker.look(at, self._start, self._allowed)
        waited = previous is not None and any(waiting for *_, waiting in previous.now.values())
        self._join_gaps(second, waited)
        self._newest = self._shown(at, second)

    def _join_gaps(self, second: _Second, waited: bool) -> None:
        for instant in sorted(second.joins):
            count = second.joins[instant]
            if waited and self._last_join >= 0:
                self._between_joins.add((instant - self._last_join) * INSTANT)
            if waited and count > 1:
                self._between_joins.add(INSTANT / count, count - 1)
            self._last_join = instant
        if not any(waiting for *_, waiting in second.now.values()):
            self._last_join = -1

    def _shown(self, at: int, second: _Second) -> Second:
        counts = second.counts
        return Second(
            at=at - 1,
            arrived=counts["opened"],
            joined=counts["heard"],
            left=counts["left"],
            troubled=counts["troubled"],
            hearing=sum(hearing for hearing, _, _ in second.now.values()),
            gaps=sum(gaps for _, gaps, _ in second.now.values()),
            received=counts["received"],
            lag=second.lag,
            first_sound=second.first.spread().p50,
            waiting=sum(waiting for *_, waiting in second.now.values()),
        )

    def progress(self, lowered: str) -> Progress:
        """Return how it goes."""
        script, at = self._script, self._done
        phase = "arriving" if at < script.arrive_within else "holding"
        return Progress(
            phase="leaving" if at >= script.lasts else phase,
            lasts=script.lasts,
            asked=script.listeners,
            arrived=self._totals["arrived"],
            joined=self._totals["joined"],
            newest=self._newest or Second(0),
            troubles=dict(self._troubles),
            lowered=lowered,
        )

    def findings(
        self,
        *,
        url: str,
        began: str,
        hardware: Mapping[str, str | int | float],
        processes: int,
        complete: bool,
        ears: Sequence[EarFound],
        server_said: Sequence[tuple[float, str]],
    ) -> Findings:
        """Return all that was found."""
        self.complete(2 + max(self._seconds, default=0))
        spread: dict[str, Spread] = {name: one.spread() for name, one in self._tallies.items()}
        timeline = [self._shown(at, self._seconds[at]) for at in range(1, self._done + 1)]
        script, totals = self._script, self._totals
        return Findings(
            url=url,
            story=script.story.value,
            asked=script.listeners,
            ways=dict(self._ways),
            arrive_within=script.arrive_within,
            hold=script.hold,
            began=began,
            hardware=hardware,
            processes=processes,
            complete=complete,
            arrived=totals["arrived"],
            joined=totals["joined"],
            first_sound=spread["first"],
            page=spread["page"],
            longest_gap=spread["longest"],
            late_by=spread["late"],
            cadence=self._cadence,
            followed=self._followed,
            parts_expected=totals["expected"],
            parts_missing=totals["missing"],
            troubles=dict(self._troubles),
            first_trouble=dict(self._first_trouble),
            own_lag=spread["lag"],
            stalled=(self._stalled, self._let_go),
            timeline=timeline,
            workers=[self._worker(name) for name in sorted(self._workers) if self._seen(name)],
            ears=ears,
            server_said=server_said,
            join_rate=max((second.joined for second in timeline), default=0),
            between_joins=self._between_joins.spread(),
            answered=spread["answered"],
            lumps=spread["lumps"],
            limits=dict(self._limits),
            between=dict(self._between),
        )

    def _seen(self, name: str) -> bool:
        """Return whether a worker had listeners; without a name only where none has one."""
        worker = self._workers[name]
        nameless = not name and any(self._workers)
        return bool(worker.joined or worker.troubles) and not nameless

    def _worker(self, name: str) -> WorkerFound:
        worker = self._workers[name]
        begin, end = worker.silence or (None, None)
        return WorkerFound(name, worker.joined, dict(worker.troubles), begin, end)
