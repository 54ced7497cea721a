"""A core: what one process's listeners live through, counted, and told once a second.

Arrays instead of objects: there are twenty thousand listeners in each of fifty processes. The
loop that reads writes into `last`, `longest` and `newest` by itself; all that is rare comes here.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fullhouse.rehearsal.findings import Trouble, Way
from fullhouse.rehearsal.http import Head
from fullhouse.rehearsal.sound import PART_SECONDS
from fullhouse.rehearsal.tally import Tally

STORE: Final = 1.0
"""Seconds of sound that a listener holds in store: a longer wait than the cadence and this is
heard."""
HLS_STORE: Final = 12.0
"""An HLS player begins three segments back."""
HLS_AHEAD: Final = 7.68
"""Two of them it still has when the next one is due: only what goes beyond is a wait for sound."""
PATIENCE: Final = 10.0
"""Seconds that a person waits for the first sound."""
STILL: Final = 6.0
"""Seconds of standstill after which a player begins anew, as the page does."""
CADENCE_HOLDS: Final = 12.0
"""Seconds for which a longer cadence is reckoned with after it was last seen."""
INSTANT: Final = 0.005
"""Joins are told apart to so many seconds."""
MOST_WORKERS: Final = 4_096

INF: Final = float("inf")

Report = dict[str, Any]
"""What goes over a pipe as JSON."""

WorkerTold = tuple[str, int, int, float, dict[str, int]]
"""A worker's name, who has joined it, who is with it now, when it gave anything, troubles."""


class State(IntEnum):
    """Where a listener is."""

    OUT = 0
    WAITS = 1
    HEARS = 2
    STALLS = 3
    BROKEN = 4


class Ledger:
    """The books of one process.

    Attributes:
        last: when something of the sound came last, per listener.
        longest: each one's longest wait.
        edge: the number of the worker that serves each, in `names`.
        newest: when each worker gave anything to anybody.
        received: bytes since the last report.
    """

    def __init__(self, listeners: int, cadence: int = 1) -> None:
        """Begin before the first has come; `cadence` is what the server says of itself."""
        self.last = array("d", bytes(8 * listeners))
        self.longest = array("f", bytes(4 * listeners))
        self.edge = array("H", bytes(2 * listeners))
        self.newest: list[float] = [0.0]
        self.names: dict[str, int] = {"": 0}
        self.received = 0
        self.waiting = 0
        self.lag, self.followed = Tally(), 0
        self.expected = self.missing = 0
        self.stalled = self.let_go = 0
        self._count = listeners
        self._state = array("B", bytes(listeners))
        self._hls = array("B", bytes(listeners))
        self._since = array("d", bytes(8 * listeners))
        self._asked = array("d", [INF]) * listeners
        self._had = array("H", bytes(2 * listeners))
        self._starving = array("B", bytes(listeners))
        self._heard = array("B", bytes(listeners))
        self._tallies = {name: Tally() for name in ("first", "page", "answered", "late")}
        self._counts: Counter[str] = Counter()
        self._troubles: Counter[str] = Counter()
        self._limits: Counter[str] = Counter()
        self._between: Counter[str] = Counter()
        self._worker_joined: Counter[int] = Counter()
        self._worker_troubles: dict[int, Counter[str]] = {}
        self._attached: Counter[int] = Counter()
        self._joins: dict[int, int] = {}
        self._cadence, self._cadence_seen, self._cadence_most = cadence, 0.0, cadence

    @property
    def cadence(self) -> int:
        """How many parts come with a send, as far as was announced lately."""
        return self._cadence

    def state(self, one: int) -> State:
        """Return where a listener is."""
        return State(self._state[one])

    def _move(self, one: int, to: State) -> None:
        before = self._state[one]
        self.waiting += (to is State.WAITS) - (before == State.WAITS)
        self._state[one] = to

    # A listener's way.

    def arrive(self, one: int, way: Way, now: float) -> None:
        """A listener opens the link, for the first time or after having been away."""
        self._counts["opened"] += 1
        if not self._since[one]:
            self._counts["arrived"] += 1
            self._counts[way.value] += 1
        self._hls[one] = way is Way.HLS
        self._since[one] = now
        self._move(one, State.WAITS)

    def asks(self, one: int, now: float = INF) -> None:
        """A listener has opened a connection now; without a time: it is closed again."""
        self._asked[one] = now

    def page(self, one: int, now: float) -> None:
        """The page is there."""
        self._tallies["page"].add(now - self._since[one])

    def answer(self, one: int, head: Head, now: float) -> None:
        """The head of the answer that brings the sound is there."""
        if self._state[one] == State.WAITS:
            self._tallies["answered"].add(now - self._since[one])
        number = self.names.get(head.edge)
        if number is None:
            number = self.names[head.edge] = len(self.newest) % MOST_WORKERS
            self.newest.append(now)
        self.edge[one] = number
        self._attached[number] += not self._hls[one]
        if head.between:
            self._between[head.between] += 1

    def detach(self, one: int) -> None:
        """The connection that brought the sound is over."""
        if self._state[one] != State.STALLS:
            self._attached[self.edge[one]] -= not self._hls[one]

    def sound(self, one: int, now: float) -> None:
        """The first sound of a connection is there."""
        instant = int(now / INSTANT)
        self._joins[instant] = self._joins.get(instant, 0) + 1
        if self._state[one] == State.WAITS:
            self._tallies["first"].add(now - self._since[one])
            self._counts["heard"] += 1
        elif self.last[one]:
            self._wait_was(one, now - self.last[one])
        if not self._heard[one]:
            self._heard[one] = 1
            self._counts["joined"] += 1
            self._worker_joined[self.edge[one]] += 1
        self.last[one] = self.newest[self.edge[one]] = now
        self._move(one, State.HEARS)

    def arrival(self, one: int, now: float) -> None:
        """More sound is there."""
        self._wait_was(one, now - self.last[one])
        self.last[one] = self.newest[self.edge[one]] = now

    def _wait_was(self, one: int, wait: float) -> None:
        ahead = HLS_AHEAD if self._hls[one] else 0.0
        self.longest[one] = max(self.longest[one], wait - ahead)
        self._starving[one] = 0

    def heard(self, parts: int, missing: int, late: float | None) -> None:
        """A followed listener got parts."""
        self.expected += parts + missing
        self.missing += missing
        if late is not None:
            self._tallies["late"].add(max(0.0, late))

    def cadence_is(self, parts: int, now: float) -> None:
        """A followed listener was told the cadence."""
        if parts >= self._cadence or now - self._cadence_seen > CADENCE_HOLDS:
            self._cadence, self._cadence_seen = parts, now
            self._cadence_most = max(self._cadence_most, parts)

    def stall(self, one: int) -> None:
        """A listener stops reading, on purpose."""
        self.stalled += 1
        self.detach(one)
        self._move(one, State.STALLS)

    def leave(self, one: int) -> None:
        """A listener goes, on purpose."""
        self._counts["left"] += 1
        self._starving[one] = 0
        self._move(one, State.OUT)

    def trouble(self, one: int, trouble: Trouble, *, broken: bool = False, limit: str = "") -> None:
        """Something goes wrong for a listener; counted once for each kind.

        Args:
            broken: there is no connection any more.
        """
        had = self._had[one]
        bit = 1 << _BITS[trouble]
        if not had & bit:
            self._had[one] = had | bit
            self._troubles[trouble.value] += 1
            edge = self.edge[one]
            self._worker_troubles.setdefault(edge, Counter())[trouble.value] += 1
            if not had:
                self._counts["troubled"] += 1
        if limit:
            self._limits[limit] += 1
        if broken and self._state[one] == State.HEARS:
            self._move(one, State.BROKEN)

    # Looks.

    def look(self, now: float) -> tuple[Sequence[int], Sequence[int]]:
        """Find who waits too long.

        Returns:
            those whose sound stands still so long that they begin anew, and those who have
            waited for an answer as long as a person does.
        """
        state = np.frombuffer(self._state, np.uint8)
        last, asked = np.frombuffer(self.last), np.frombuffer(self._asked)
        allowed = np.where(np.frombuffer(self._hls, np.uint8), HLS_STORE, self.allowed)
        over = now - last - allowed
        starving = np.frombuffer(self._starving, np.uint8)
        starving[:] = (state == State.HEARS) & (over > 0)
        for one in np.flatnonzero(starving):
            self.trouble(int(one), Trouble.STARVED)
        waits = (state == State.WAITS) | (state == State.BROKEN)
        late = np.flatnonzero(waits & (now - asked > PATIENCE))
        for one in late:
            self.trouble(int(one), Trouble.NO_ANSWER)
        still = np.flatnonzero((starving == 1) & (over > STILL))
        return [int(one) for one in still], [int(one) for one in late]

    @property
    def allowed(self) -> float:
        """How long a listener of an endless stream can wait and hear no gap, seconds."""
        return self._cadence * PART_SECONDS + STORE

    def report(self) -> Report:
        """Return what has happened since the last report; numbers of listeners as they are."""
        state = np.frombuffer(self._state, np.uint8)
        starving = int(np.frombuffer(self._starving, np.uint8).sum())
        broken = int((state == State.BROKEN).sum())
        told: Report = {
            **_taken(self._counts),
            **{name: tally.take() for name, tally in self._tallies.items()},
            "hearing": int((state == State.HEARS).sum()) - starving,
            "gaps": starving + broken,
            "waiting": self.waiting,
            "received": self.received,
            "lag": self.lag.take(),
            "troubles": _taken(self._troubles),
            "limits": _taken(self._limits),
            "between": _taken(self._between),
            "joins": list(self._joins.items()),
            "cadence": self._cadence_most,
            "allowed": self.allowed,
            "expected": self.expected,
            "missing": self.missing,
            "workers": self._workers(),
        }
        self.received = self.expected = self.missing = 0
        self._joins = {}
        return told

    def _still_waiting(self) -> NDArray[np.bool_]:
        state = np.frombuffer(self._state, np.uint8)
        waits: NDArray[np.bool_] = (state == State.HEARS) | (state == State.BROKEN)
        return waits

    def _workers(self) -> list[WorkerTold]:
        told = []
        for name, number in self.names.items():
            joined = self._worker_joined.pop(number, 0)
            troubles = _taken(self._worker_troubles.get(number, Counter()))
            told.append((name, joined, self._attached[number], self.newest[number], troubles))
        return told

    def last_report(self, lumps: Iterable[float], now: float) -> Report:
        """Return what can only be told at the end."""
        gaps, sizes = Tally(), Tally()
        for one in np.flatnonzero(self._still_waiting()):
            self._wait_was(int(one), now - self.last[one])
        heard = np.frombuffer(self._heard, np.uint8) == 1
        for wait in np.frombuffer(self.longest, np.float32)[heard]:
            gaps.add(float(wait))
        for lump in lumps:
            sizes.add(lump)
        return {
            "longest": gaps.take(),
            "lumps": sizes.take(),
            "stalled": [self.stalled, self.let_go],
            "followed": self.followed,
        }


_BITS: Final = {trouble: at for at, trouble in enumerate(Trouble)}


def _taken(counts: Counter[str]) -> dict[str, int]:
    told = dict(counts)
    counts.clear()
    return told
