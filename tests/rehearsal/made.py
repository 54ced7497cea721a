"""Made-up findings: a rehearsal that went well, and what each trouble does to it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from fullhouse.rehearsal.findings import (
    EarFound,
    Findings,
    Second,
    Spread,
    Trouble,
    Way,
    WorkerFound,
)

ARRIVING: Final = 30
LASTS: Final = 60


def spread(count: int, p50: float, p95: float, p99: float, most: float | None = None) -> Spread:
    """Return a spread by its figures."""
    return Spread(count, p50, p95, p99, p99 if most is None else most)


def arrivals(listeners: int) -> list[int]:
    """Return how many come in each second: a hill over half a minute, with a peak after 10 s."""
    weights = [max(1, 12 - abs(at - 10)) for at in range(ARRIVING)]
    counts = [listeners * weight // sum(weights) for weight in weights]
    counts[10] += listeners - sum(counts)
    return counts + [0] * (LASTS - ARRIVING)


def going_well(listeners: int) -> list[Second]:
    """Return the seconds of a rehearsal in which everybody is served at once."""
    seconds, hearing = [], 0
    for at, came in enumerate(arrivals(listeners)):
        hearing += came
        seconds.append(
            Second(
                at,
                arrived=came,
                joined=came,
                hearing=hearing,
                received=hearing * 8_500,
                lag=0.002 + 0.001 * (at % 3),
                first_sound=0.05 + 0.01 * (at % 4) if came else 0.0,
            )
        )
    return seconds


def found(listeners: int = 2_000) -> Findings:
    """Return what a rehearsal finds where nothing is wrong."""
    half = listeners // 2
    return Findings(
        url="http://127.0.0.1:8000/evening",
        story="launch",
        asked=listeners,
        ways={Way.PUSH: listeners},
        arrive_within=float(ARRIVING),
        hold=float(LASTS - ARRIVING),
        began="2026-11-22T20:00:00Z",
        hardware={"processor": "Some processor", "cores": 8, "memory GiB": 32, "kernel": "6.1"},
        processes=2,
        complete=True,
        arrived=listeners,
        joined=listeners,
        first_sound=spread(listeners, 0.06, 0.09, 0.12, 0.21),
        page=spread(listeners // 10, 0.01, 0.02, 0.03),
        longest_gap=spread(listeners, 0.34, 0.38, 0.45, 0.6),
        late_by=spread(listeners // 20, 0.08, 0.12, 0.2),
        cadence=1,
        followed=listeners // 20,
        parts_expected=listeners * 8,
        parts_missing=0,
        troubles={},
        first_trouble={},
        own_lag=spread(6_000, 0.001, 0.003, 0.006),
        stalled=(5, 3),
        timeline=going_well(listeners),
        workers=(WorkerFound("edge-0", half), WorkerFound("edge-1", listeners - half)),
        ears=(EarFound("/evening/live.mp4", 1_000, 990, 1.1, 0.1),),
        server_said=(),
        join_rate=max(arrivals(listeners)),
        between_joins=spread(listeners, 0.004, 0.02, 0.05),
        answered=spread(listeners, 0.02, 0.04, 0.06),
        lumps=spread(listeners // 20, 0.32, 0.32, 0.64),
    )


def file_limit(limit: int = 900, *, told: bool = True, trouble: Trouble = Trouble.FULL) -> Findings:
    """Return what a rehearsal finds where an edge may open few files.

    Args:
        told: refusals name the limit.
    """
    well = found()
    seconds, hearing = [], 0
    for second in well.timeline:
        joined = min(second.arrived, limit - hearing)
        hearing += joined
        turned = second.arrived - joined
        seconds.append(replace(second, joined=joined, troubled=turned, hearing=hearing))
    turned = well.asked - limit
    return replace(
        well,
        joined=limit,
        timeline=seconds,
        troubles={trouble: turned},
        first_trouble={trouble: limit},
        limits={"files": turned} if told else {},
        first_sound=replace(well.first_sound, count=limit),
    )


def serial(step: float = 0.2) -> Findings:
    """Return what a rehearsal finds where joins wait for each other."""
    well = found()
    a_second = round(1 / step)
    seconds: list[Second] = []
    lines = hearing = 0
    for second in well.timeline:
        lines += second.arrived
        joined = min(lines, a_second)
        lines -= joined
        hearing += joined
        waited = min(10.0, lines * step)
        seconds.append(
            replace(second, joined=joined, hearing=hearing, first_sound=waited, waiting=lines)
        )
    unanswered = well.asked - hearing
    return replace(
        well,
        joined=hearing,
        timeline=seconds,
        troubles={Trouble.NO_ANSWER: unanswered},
        first_trouble={Trouble.NO_ANSWER: 55},
        first_sound=spread(hearing, 5.0, 9.5, 9.9),
        answered=spread(hearing, 4.9, 9.4, 9.8),
        between_joins=spread(hearing, step, step * 1.05, step * 1.2),
        join_rate=a_second + 1,
    )


def stopped(at: float = 40.0, until: float | None = None, *, all_of_them: bool = False) -> Findings:
    """Return what a rehearsal finds where one of two edge workers stops, or both do."""
    well = found()
    one, two = (replace(worker, silent_from=at, silent_to=until) for worker in well.workers)
    lasted = (LASTS if until is None else until) - at
    starved = well.asked if all_of_them else one.joined
    return replace(
        well,
        workers=(one, two) if all_of_them else (one, well.workers[1]),
        troubles={Trouble.STARVED: starved},
        first_trouble={Trouble.STARVED: well.asked},
        longest_gap=spread(well.asked, 0.4, lasted, lasted),
    )


def buffered(lump: float = 7.7) -> Findings:
    """Return what a rehearsal finds behind a proxy that collects the sound."""
    well = found()
    return replace(
        well,
        first_sound=spread(well.asked, lump / 2, lump, lump),
        lumps=spread(well.followed, lump, lump, lump * 1.1),
        longest_gap=spread(well.asked, lump, lump, lump * 1.1),
        late_by=spread(well.followed, lump, lump, lump),
        between={"nginx/1.22.1": well.asked},
    )


def behind() -> Findings:
    """Return what a rehearsal finds where the server has too much to do."""
    well = found()
    return replace(
        well,
        troubles={Trouble.STARVED: 300},
        first_trouble={Trouble.STARVED: 1_500},
        workers=[replace(worker, troubles={Trouble.STARVED: 150}) for worker in well.workers],
        late_by=spread(100, 0.5, 1.5, 2.5),
        longest_gap=spread(2_000, 0.6, 1.5, 2.6),
        server_said=((20.0, "Sound comes in larger pieces, because the processor is busy."),),
    )


def lagging() -> Findings:
    """Return what a crowd finds that is itself too slow."""
    return replace(found(), own_lag=spread(6_000, 0.01, 0.05, 0.085))


def growing(slope: float = 0.01) -> Findings:
    """Return findings whose first sound grows with the arrivals of each second."""
    well = found()
    seconds = [
        replace(second, first_sound=0.02 + slope * second.arrived if second.joined else 0.0)
        for second in well.timeline
    ]
    return replace(well, timeline=seconds)


def faulty() -> Sequence[Findings]:
    """Return one of each trouble."""
    return (
        file_limit(),
        file_limit(told=False),
        file_limit(told=False, trouble=Trouble.REFUSED),
        serial(),
        stopped(),
        stopped(all_of_them=True),
        buffered(),
        behind(),
    )
