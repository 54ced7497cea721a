"""A core: what listeners would notice, each against its bar. The table decides GO or NO-GO.

Every measurement grows with trouble and none falls with it, so more trouble never makes a GO of
a NO-GO.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from fullhouse.rehearsal.course import length, rhythm, spacing
from fullhouse.rehearsal.findings import Findings, Trouble, WorkerFound
from fullhouse.rehearsal.saying import Unit, count, figure, several
from fullhouse.rehearsal.verdict import Bars, Figure, Kind, Reason

OUTSIDE: Final = (
    Trouble.FULL, Trouble.REFUSED, Trouble.NO_ANSWER, Trouble.STATUS, Trouble.NOT_SOUND,
)  # fmt: skip
"""What keeps a listener from hearing anything."""
INSIDE: Final = (Trouble.ENDED, Trouble.STARVED, Trouble.PARTS_MISSING)
"""What happens to one who hears already."""
IN_WORDS: Final[dict[Trouble, str]] = {
    Trouble.REFUSED: "were refused a connection",
    Trouble.FULL: "were told that every place is taken",
    Trouble.STATUS: "were answered with an error",
    Trouble.NO_ANSWER: "got no answer",
    Trouble.NOT_SOUND: "got something that is no sound",
    Trouble.ENDED: "were cut off",
    Trouble.STARVED: "ran out of sound",
    Trouble.PARTS_MISSING: "lost a part of the programme",
    Trouble.OUR_OWN: "could not be made by the rehearsing machine",
}


def many(findings: Findings, troubles: Collection[Trouble]) -> int:
    """Return how many listeners had one of these troubles.

    Who comes back after one may have another: a listener with two kinds is one listener. Each is
    in the seconds' counts once.
    """
    told = [findings.troubles.get(trouble, 0) for trouble in troubles]
    each_once = sum(second.troubled for second in findings.timeline)
    return min(sum(told), max((each_once, *told)))


def of_arrived(findings: Findings, number: int) -> float:
    """Return a number as a share of those who came."""
    return number / max(1, findings.arrived)


def silence(worker: WorkerFound, end: float) -> float:
    """Return for how many seconds nobody on a worker got anything."""
    if worker.silent_from is None:
        return 0.0
    return max(0.0, (end if worker.silent_to is None else worker.silent_to) - worker.silent_from)


def deaf(findings: Findings) -> float:
    """Return the share of windows in which the worst ear did not find the noise."""
    return max(
        (1 - ear.recognised / ear.windows for ear in findings.ears if ear.windows), default=0
    )


@dataclass(frozen=True, slots=True)
class Symptom:
    """One row: what is measured, at most how much of it, and how it is said.

    Attributes:
        sentence: of the value and the bar in words.
    """

    kind: Kind
    name: str
    unit: Unit
    measured: Callable[[Findings, Bars], float]
    bar: Callable[[Findings, Bars], float]
    sentence: Callable[[Findings, str, str], str]

    def seen(self, findings: Findings, bars: Bars) -> Reason | None:
        """Return the reason against a GO, if it is one."""
        value, bar = self.measured(findings, bars), self.bar(findings, bars)
        if value <= bar:
            return None
        said = self.sentence(findings, figure(value, self.unit), figure(bar, self.unit))
        return Reason(self.kind, said, (Figure(self.name, value, self.unit, bar),))


def _troubles(findings: Findings, troubles: Collection[Trouble]) -> str:
    """Return a list in words: 12 were refused a connection, 3 got no answer."""
    counted = [(findings.troubles.get(trouble, 0), IN_WORDS[trouble]) for trouble in troubles]
    return ", ".join(f"{count(number)} {words}" for number, words in counted if number)


def _counted(findings: Findings) -> list[Trouble]:
    """Return what harms one who hears, without what belongs to the story."""
    forgiven = Bars.of(findings.story).forgiven
    return [trouble for trouble in INSIDE if trouble not in forgiven]


def _beyond(findings: Findings, bars: Bars) -> float:
    return rhythm(findings) + bars.beyond


def _apart(findings: Findings, bars: Bars) -> float:
    return spacing(findings) + bars.beyond


SYMPTOMS: Final = (
    Symptom(
        Kind.TURNED_AWAY, "turned away", Unit.SHARE,
        lambda found, _: of_arrived(found, many(found, OUTSIDE)),
        lambda _, bars: bars.troubled,
        lambda found, value, _: (
            f"{value} of {several(found.arrived, 'listener')} were turned away: "
            f"{_troubles(found, OUTSIDE)}."
        ),
    ),
    Symptom(
        Kind.UNHEARD, "never heard anything", Unit.SHARE,
        lambda found, _: of_arrived(found, found.arrived - found.joined),
        lambda _, bars: bars.troubled,
        lambda found, value, _: (
            f"{several(found.arrived - found.joined, 'listener')} of {count(found.arrived)} "
            f"({value}) never heard anything."
        ),
    ),
    Symptom(
        Kind.WORKER_SILENT, "longest silence of a whole edge worker", Unit.SECONDS,
        lambda found, _: max((silence(w, length(found)) for w in found.workers), default=0.0),
        _beyond,
        lambda _, value, __: f"For {value} a whole edge worker sent nothing to anybody.",
    ),
    Symptom(
        Kind.TROUBLED, "interrupted", Unit.SHARE,
        lambda found, bars: of_arrived(found, many(found, set(INSIDE) - bars.forgiven)),
        lambda _, bars: bars.troubled,
        lambda found, value, _: (
            f"{value} of the listeners were interrupted: {_troubles(found, _counted(found))}."
        ),
    ),
    Symptom(
        Kind.PARTS_LOST, "parts lost", Unit.SHARE,
        lambda found, _: found.parts_missing / max(1, found.parts_expected),
        lambda _, bars: bars.missing,
        lambda found, value, _: (
            f"{several(found.parts_missing, 'part')} of {count(found.parts_expected)} ({value}) "
            "never came."
        ),
    ),
    Symptom(
        Kind.LATE_START, "first sound, p99", Unit.SECONDS,
        lambda found, _: found.first_sound.p99,
        lambda _, bars: bars.first_sound,
        lambda found, value, bar: (
            f"Sound began late: one in a hundred waited {value} or longer, half of them "
            f"{figure(found.first_sound.p50, Unit.SECONDS)}; {bar} is allowed."
        ),
    ),
    Symptom(
        Kind.LONG_GAPS, "longest wait for sound, p99", Unit.SECONDS,
        lambda found, _: found.longest_gap.p99,
        _apart,
        lambda _, value, bar: (
            f"One in a hundred waited {value} or longer between two arrivals of sound; "
            f"players hold out {bar}."
        ),
    ),
    Symptom(
        Kind.LATE_SOUND, "sound late by, p99", Unit.SECONDS,
        lambda found, _: found.late_by.p99,
        _beyond,
        lambda _, value, bar: f"Sound arrived {value} after its time; {bar} is allowed.",
    ),
    Symptom(
        Kind.LUMPS, "sound that came at once, median", Unit.SECONDS,
        lambda found, _: found.lumps.p50,
        lambda found, bars: rhythm(found) + bars.lump,
        lambda found, value, _: (
            f"Sound came in lumps of {value}, where the server sends "
            f"{figure(rhythm(found), Unit.SECONDS)} at a time."
        ),
    ),
    Symptom(
        Kind.LATE_PAGE, "page, p99", Unit.SECONDS,
        lambda found, _: found.page.p99,
        lambda _, bars: bars.page,
        lambda _, value, bar: (
            f"One in a hundred waited {value} or longer for the page; {bar} is allowed."
        ),
    ),
    Symptom(
        Kind.EARS_DEAF, "windows without the noise that was spoken", Unit.SHARE,
        lambda found, _: deaf(found),
        lambda _, bars: 1 - bars.recognised,
        lambda _, value, __: (
            f"A real ear did not recognise what was spoken in {value} of the time."
        ),
    ),
)  # fmt: skip
"""The most important first."""


def symptoms(findings: Findings, bars: Bars) -> Iterator[Reason]:
    """Yield all that is worse than its bar."""
    for symptom in SYMPTOMS:
        reason = symptom.seen(findings, bars)
        if reason is not None:
            yield reason
