"""A core: what a rehearsal finds, as values: a crowd writes them, a score judges, a report shows.

Seconds are floats here, because they are measurements and not points on a timeline.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

QUANTILES: Final = (0.5, 0.95, 0.99)


class Way(StrEnum):
    """How a listener gets the sound."""

    PUSH = "push"
    HLS = "hls"


class Trouble(StrEnum):
    """What can go wrong for one listener, each with a cause that can be told from outside."""

    REFUSED = "refused"
    """The connection was refused or reset before an answer."""
    FULL = "full"
    """Answered 503: every place is taken."""
    STATUS = "status"
    """Answered with another status than 200."""
    NO_ANSWER = "no answer"
    """Connected, asked, and heard nothing within the time a person waits."""
    NOT_SOUND = "not sound"
    """The bytes are no sound that this rehearsal can read."""
    ENDED = "ended"
    """The stream ended by itself."""
    STARVED = "starved"
    """Nothing came for longer than the announced cadence and the listener's buffer."""
    PARTS_MISSING = "parts missing"
    """A number on the timeline was skipped."""
    OUR_OWN = "our own"
    """The rehearsing machine could not make the listener (ports, files)."""


@dataclass(frozen=True, slots=True)
class Spread:
    """One kind of measurement over many listeners, in its unit.

    Attributes:
        count: how many were measured.
        p50, p95, p99, most: quantiles; all 0 where nothing was measured.
    """

    count: int = 0
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    most: float = 0.0

    @classmethod
    def of(cls, measured: Sequence[float]) -> "Spread":
        """Return the spread of some measurements: nearest rank, no interpolation."""
        if not measured:
            return cls()
        ranked = sorted(measured)
        last = len(ranked) - 1
        p50, p95, p99 = (ranked[min(last, int(q * len(ranked)))] for q in QUANTILES)
        return cls(len(ranked), p50, p95, p99, ranked[-1])


@dataclass(frozen=True, slots=True)
class Second:
    """One second of a rehearsal, over all its processes.

    Attributes:
        at: seconds since the start.
        arrived, joined, left, troubled: listeners during this second.
        hearing: listeners with sound at its end.
        gaps: listeners whose sound is interrupted at its end.
        received: bytes during this second.
        lag: by how much the crowd itself was late, seconds, worst process, p99 of the second.
        first_sound: the median from link to sound of those who joined in this second, seconds.
        waiting: listeners at its end who have opened the link and have no sound yet.
    """

    at: int
    arrived: int = 0
    joined: int = 0
    left: int = 0
    troubled: int = 0
    hearing: int = 0
    gaps: int = 0
    received: int = 0
    lag: float = 0.0
    first_sound: float = 0.0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class WorkerFound:
    """What was seen of one edge worker, told by the answer's `Fullhouse-Edge` field.

    Attributes:
        name: as it calls itself; empty where answers do not say.
        joined: listeners that it took.
        troubles: theirs, counted.
        silent_from, silent_to: seconds since the start between which none of its listeners got
            anything while they should have; None: never.
    """

    name: str
    joined: int
    troubles: Mapping[Trouble, int] = field(default_factory=dict)
    silent_from: float | None = None
    silent_to: float | None = None


@dataclass(frozen=True, slots=True)
class EarFound:
    """What one real ear heard: a decoder, and coded noise looked for in what it gave.

    Attributes:
        path: the stream.
        windows, recognised: windows of 40 ms that were listened to, and that held the noise.
        latency: seconds from the speaker to the ear; None without a speaker of ours.
        longest_silence: seconds.
    """

    path: str
    windows: int
    recognised: int
    latency: float | None
    longest_silence: float


@dataclass(frozen=True, slots=True)
class Findings:
    """All that one rehearsal measured. Nothing here is extrapolated.

    Attributes:
        url, story, ways, arrive_within, hold: what was asked for; seconds.
        asked: listeners that were to come.
        began: when, RFC 3339.
        hardware: of the machine that rehearsed: words and numbers by name.
        processes: how many it took.
        complete: False if it was stopped early.
        arrived, joined: listeners that came, and that got sound.
        first_sound: from link to first sound, seconds.
        page: from link to page, seconds, of those who opened it.
        longest_gap: each listener's longest wait between two arrivals of sound, seconds; of an
            HLS player what goes beyond the two segments that it has in store.
        late_by: how long after the end of its part's time sound arrived, seconds, of those
            followed part by part.
        cadence: the longest cadence seen, parts per send.
        followed: listeners whose every part was read; of all others arrivals were timed.
        parts_expected, parts_missing: over those followed.
        troubles: listeners by trouble.
        first_trouble: for each trouble how many were hearing when it came first.
        own_lag: by how much the crowd itself was late, seconds.
        stalled: phones that stopped reading on purpose, and how many were let go.
        timeline: second by second.
        workers: by edge worker.
        ears: the real ears.
        server_said: state.json as it was: (seconds, what was lowered and why).
        join_rate: most joins in one second.
        between_joins: seconds between two joins while listeners waited.
        answered: from link to the head of the answer that brings the sound, seconds; beside
            `first_sound` it shows who holds sound back.
        lumps: how many seconds of sound came at once, the median of each followed listener after
            its burst; beside `cadence` it shows who collects sound on the way.
        limits: refusals by what they say in `Fullhouse-Limit`.
        between: answers by what they say in `Via` and `Server`: who stands between.
    """

    url: str
    story: str
    asked: int
    ways: Mapping[Way, int]
    arrive_within: float
    hold: float
    began: str
    hardware: Mapping[str, str | int | float]
    processes: int
    complete: bool
    arrived: int
    joined: int
    first_sound: Spread
    page: Spread
    longest_gap: Spread
    late_by: Spread
    cadence: int
    followed: int
    parts_expected: int
    parts_missing: int
    troubles: Mapping[Trouble, int]
    first_trouble: Mapping[Trouble, int]
    own_lag: Spread
    stalled: tuple[int, int]
    timeline: Sequence[Second]
    workers: Sequence[WorkerFound]
    ears: Sequence[EarFound]
    server_said: Sequence[tuple[float, str]]
    join_rate: int
    between_joins: Spread
    answered: Spread = field(default_factory=Spread)
    lumps: Spread = field(default_factory=Spread)
    limits: Mapping[str, int] = field(default_factory=dict)
    between: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """How a rehearsal goes: what a crowd tells while it runs, about once a second.

    Attributes:
        phase: what it does, in a word or two: "arriving", "holding", "leaving".
        lasts: seconds that the whole will last.
        asked: listeners that are to come.
        arrived, joined: listeners so far.
        newest: the last whole second.
        troubles: listeners by trouble, so far.
        lowered: what the server says that it has lowered and why; empty: nothing.
    """

    phase: str
    lasts: float
    asked: int
    arrived: int
    joined: int
    newest: Second
    troubles: Mapping[Trouble, int] = field(default_factory=dict)
    lowered: str = ""
