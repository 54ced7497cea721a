"""A core: what a verdict on a rehearsal is made of: the call, its reasons, the first limit."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from fullhouse.rehearsal.findings import Trouble
from fullhouse.rehearsal.saying import Unit


class Call(StrEnum):
    """May the doors open tomorrow?"""

    GO = "GO"
    NO_GO = "NO-GO"
    VOID = "VOID"
    """The rehearsal itself was not good enough to say anything."""
    PARTIAL = "PARTIAL"
    """It was stopped early, and nothing was wrong until then."""

    @property
    def exit_code(self) -> int:
        """What the command ends with."""
        return {Call.GO: 0, Call.NO_GO: 3, Call.VOID: 4, Call.PARTIAL: 4}[self]


class Kind(StrEnum):
    """What a reason says, as a stable word for programs."""

    OWN_LAG = "own lag"
    OWN_LIMIT = "own limit"
    STOPPED_EARLY = "stopped early"

    WORKER_STOPPED = "worker stopped"
    ALL_STOPPED = "all stopped"
    FILE_LIMIT = "file limit"
    EGRESS_LIMIT = "egress limit"
    PLACES_FULL = "places full"
    SERIAL_JOINS = "joins one after another"
    JOIN_LIMIT = "joins at their limit"
    BUFFERING = "buffering on the way"
    FALLING_BEHIND = "falling behind"

    TURNED_AWAY = "turned away"
    UNHEARD = "never heard"
    TROUBLED = "troubled"
    WORKER_SILENT = "worker silent"
    LATE_START = "first sound late"
    LATE_PAGE = "page late"
    LONG_GAPS = "long gaps"
    LATE_SOUND = "sound late"
    LUMPS = "lumps"
    PARTS_LOST = "parts lost"
    EARS_DEAF = "ears do not hear"


CAUSES: Final = frozenset(
    {
        Kind.WORKER_STOPPED, Kind.ALL_STOPPED, Kind.FILE_LIMIT, Kind.EGRESS_LIMIT,
        Kind.PLACES_FULL, Kind.SERIAL_JOINS, Kind.JOIN_LIMIT, Kind.BUFFERING,
        Kind.FALLING_BEHIND,
    }
)  # fmt: skip
"""What is behind it; all others say what was noticed."""


@dataclass(frozen=True, slots=True)
class Bars:
    """How well a rehearsal has to go. Seconds and shares.

    Attributes:
        own_lag: by how much the crowd itself may be late, p99; beyond it nothing holds.
        own_limit: the share of listeners that the rehearsing machine may fail to make.
        troubled: the share of listeners that may come to harm.
        first_sound, page: from the link, p99.
        beyond: how much longer than the announced cadence a listener may wait for sound (p99),
            and how late beyond it sound may come: what players hold in store.
        lump: how much more sound than the announced cadence may come at once, median.
        missing: the share of parts that may be lost.
        recognised: the share of windows in which each ear has to find the coded noise.
        forgiven: troubles that belong to the story.
    """

    own_lag: float = 0.020
    own_limit: float = 0.001
    troubled: float = 0.001
    first_sound: float = 2.0
    page: float = 2.0
    beyond: float = 1.0
    lump: float = 0.7
    missing: float = 0.0005
    recognised: float = 0.9
    forgiven: Set[Trouble] = frozenset()

    @classmethod
    def of(cls, story: str) -> Self:
        """Return the bars of a story: who kills an edge expects its listeners to come back.

        For how long they may hear nothing meanwhile is then said by `beyond` alone.
        """
        if story == "edge-kill":
            return cls(beyond=5.0, forgiven=frozenset({Trouble.ENDED, Trouble.STARVED}))
        return cls()


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the evidence.

    Attributes:
        bar: what it may be at most, or at least if `least`; None: no bar of its own.
    """

    name: str
    value: float
    unit: Unit
    bar: float | None = None
    least: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict is as it is.

    Attributes:
        sentence: for people, by itself.
        figures: the evidence.
        advice: what to do about it; empty: nothing certain can be said.
    """

    kind: Kind
    sentence: str
    figures: tuple[Figure, ...] = ()
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """The first thing that breaks, or would.

    Attributes:
        sentence: what it is, for people.
        at: at how many listeners; None: not known, or not a matter of how many.
        measured: it broke in this run; else it is extrapolated.
        assumption: what has to be so for an extrapolation to hold.
    """

    sentence: str
    at: int | None
    measured: bool
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rehearsal comes to.

    Attributes:
        sentence: the whole in one sentence.
        reasons: the most important first: what is behind it, then what was noticed.
        limit: the first thing that breaks, or would.
        bars: what it was measured against.
    """

    call: Call
    sentence: str
    reasons: tuple[Reason, ...]
    limit: Limit
    bars: Bars
