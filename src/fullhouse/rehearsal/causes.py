"""A core: what is behind the symptoms, as far as it can be told from outside.

Each cause leaves a pattern that others do not leave: a list, the most certain first. They are
asked only where something is wrong: a cause never makes a NO-GO.
"""

from collections.abc import Callable, Iterator
from statistics import median
from typing import Final

from fullhouse.rehearsal.course import (
    length,
    plateau,
    rate_while_waiting,
    rhythm,
    spacing,
)
from fullhouse.rehearsal.findings import Findings, Trouble, WorkerFound
from fullhouse.rehearsal.saying import Unit, count, rate, seconds, several
from fullhouse.rehearsal.symptoms import many, of_arrived, silence
from fullhouse.rehearsal.verdict import Bars, Figure, Kind, Reason

Detector = Callable[[Findings, Bars], Reason | None]

TURNED: Final = (Trouble.FULL, Trouble.REFUSED, Trouble.NO_ANSWER)
FEW: Final = 10
"""Below so many it is an accident and no pattern."""
SLOW_STEP: Final = 0.005
"""Seconds for one join from which on they wait for each other, and not for a processor."""
EVEN: Final = 0.8
APART: Final = 2.5
"""Joins are evenly spaced if half of them are no closer than so many times the mean, and 19 of 20
no further than so many times that. Joins that come by chance: 0.7 and 4.3."""
LAST: Final = 1.5
"""Seconds before the end in which nobody can say whether something would have come."""
HELD_BACK: Final = 1.0
"""Seconds between an answer and its first sound that no server needs: the burst is ready."""


def silent_workers(findings: Findings, bars: Bars) -> list[WorkerFound]:
    """Return the edge workers whose listeners all got nothing, for longer than between lumps."""
    most = max(rhythm(findings), findings.lumps.p50) + bars.beyond
    return [w for w in findings.workers if w.joined and silence(w, length(findings)) > most]


def worker_stopped(findings: Findings, bars: Bars) -> Reason | None:
    """All listeners of one worker are silent from the same second, and others are not."""
    silent = silent_workers(findings, bars)
    heard = [w for w in findings.workers if w.joined]
    if not silent or (len(silent) == len(heard) and len(heard) > 1):
        return None
    worst = max(silent, key=lambda worker: silence(worker, length(findings)))
    began, lasted = worst.silent_from or 0.0, silence(worst, length(findings))
    names = " and ".join(worker.name or "an edge worker without a name" for worker in silent)
    ended = worst.silent_to is None or worst.silent_to > length(findings) - LAST
    until = "until the end" if ended else f"for {seconds(lasted)}"
    unanswered = findings.troubles.get(Trouble.NO_ANSWER, 0)
    ears = sum(worker.joined for worker in silent)
    others = sum(worker.joined for worker in heard) - ears
    said = (
        f"{names} stopped: from {seconds(began)} on none of its {several(ears, 'listener')} got "
        f"anything {until}"
        + (f", while {count(others)} on other workers were served" if others else "")
        + (f"; {several(unanswered, 'new connection')} got no answer" if unanswered else "")
        + "."
    )
    return Reason(
        Kind.WORKER_STOPPED,
        said,
        (
            Figure("silent from", began, Unit.SECONDS),
            Figure("silent for", lasted, Unit.SECONDS, rhythm(findings) + bars.beyond),
            Figure("listeners on it", ears, Unit.LISTENERS),
            Figure("new connections without answer", unanswered, Unit.LISTENERS),
        ),
        STOPPED,
    )


STOPPED: Final = (
    "Look at that process: is it stopped (state T in ps), does it wait for a disk or a debugger, "
    "did its machine sleep? A stopped worker keeps its share of new connections."
)


def part_stopped(findings: Findings, bars: Bars) -> Reason | None:
    """Many fall silent together and others do not, where answers do not name their worker."""
    starved = findings.troubles.get(Trouble.STARVED, 0)
    named = [worker for worker in findings.workers if worker.joined and worker.name]
    gaps = [second.gaps for second in findings.timeline]
    if len(named) > 1 or starved < FEW or silent_workers(findings, bars):
        return None
    steps = [after - before for before, after in zip(gaps, gaps[2:], strict=False)]
    fell = max(steps, default=0)
    others = findings.joined - starved
    if fell < 0.9 * starved or others < 0.1 * findings.joined:
        return None
    began = findings.timeline[steps.index(fell) + 1].at
    return Reason(
        Kind.WORKER_STOPPED,
        f"{count(starved)} of {several(findings.joined, 'listener')} fell silent together, about "
        f"{seconds(began)} after the start, while {count(others)} heard on: that is how a stopped "
        "edge worker looks from outside.",
        (
            Figure("fell silent together", fell, Unit.LISTENERS),
            Figure("heard on", others, Unit.LISTENERS),
        ),
        STOPPED,
    )


def all_stopped(findings: Findings, bars: Bars) -> Reason | None:
    """Every worker is silent: what they share is away."""
    silent = silent_workers(findings, bars)
    if len(silent) < 2:
        return None
    began = min(worker.silent_from or 0.0 for worker in silent)
    return Reason(
        Kind.ALL_STOPPED,
        f"From {seconds(began)} on no edge worker sent anything: what they share stopped.",
        (
            Figure("silent from", began, Unit.SECONDS),
            Figure("silent workers", len(silent), Unit.TIMES),
        ),
        "Edges go on with filler when stage or bus die, so it is the machine, the network to it, "
        "or a proxy in front.",
    )


def named_limit(findings: Findings, _: Bars) -> Reason | None:
    """Refusals say which limit was reached."""
    files, egress = (findings.limits.get(name, 0) for name in ("files", "egress"))
    if not files and not egress:
        return None
    turned = many(findings, TURNED)
    at = first_hearing(findings)
    figures = (
        Figure("hearing at the first refusal", at, Unit.LISTENERS),
        Figure("turned away", turned, Unit.LISTENERS),
        Figure("refusals that name the limit", max(files, egress), Unit.LISTENERS),
    )
    if files >= egress:
        said = (
            f"The edge may open no more files: from {several(at, 'listener')} on, "
            f"{count(turned)} of {count(findings.arrived)} were turned away."
        )
        return Reason(Kind.FILE_LIMIT, said, figures, FILES)
    said = (
        f"The edge's egress ceiling is reached: from {several(at, 'listener')} on, "
        f"{count(turned)} of {count(findings.arrived)} were turned away."
    )
    return Reason(Kind.EGRESS_LIMIT, said, figures, EGRESS)


FILES: Final = (
    "Let it open more files before it starts: `ulimit -n 1048576` in its shell, or "
    "`LimitNOFILE=1048576` in its systemd unit; where that is not allowed, run more edge workers. "
    "`fullhouse doctor` says what the limit is."
)
EGRESS: Final = (
    "Raise `--egress-mbit` if the line carries more, or put another machine beside this one. "
    "`fullhouse plan` says how many are needed."
)


def unnamed_limit(findings: Findings, bars: Bars) -> Reason | None:
    """From some number on nobody else gets in, and those inside hear well.

    Not where joins were still being served, only too slowly for those who gave up.
    """
    if joins_limited(findings, bars) is not None:
        return None
    turned = many(findings, TURNED)
    inside = many(findings, (Trouble.ENDED, Trouble.STARVED, Trouble.PARTS_MISSING))
    if findings.limits or turned < FEW or inside * 10 > turned or not plateau(findings):
        return None
    at = first_hearing(findings)
    figures = (
        Figure("hearing, from the first refusal on", at, Unit.LISTENERS),
        Figure("turned away", turned, Unit.LISTENERS),
    )
    said = (
        f"Nobody gets in beyond {several(at, 'listener')}: {count(turned)} of "
        f"{count(findings.arrived)} were turned away, while those inside heard well. "
    )
    if findings.troubles.get(Trouble.FULL, 0) * 2 > turned:
        return Reason(Kind.PLACES_FULL, said + "Every place is taken.", figures, FILES)
    return Reason(
        Kind.FILE_LIMIT, said + "That is how a limit of open files looks from outside.",
        figures, FILES,
    )  # fmt: skip


def joins_limited(findings: Findings, bars: Bars) -> Reason | None:
    """Joins come out at one rate, however many wait."""
    run = rate_while_waiting(findings.timeline)
    uneven = max(run, default=0) - min(run, default=0) > max(2, 0.3 * median(run or [0]))
    turned = of_arrived(findings, many(findings, (Trouble.FULL, Trouble.REFUSED)))
    if len(run) < 3 or uneven or turned > 0.1 or silent_workers(findings, bars):
        return None
    each_second = sum(run) / len(run)
    most = max((second.arrived for second in findings.timeline), default=0)
    figures = (
        Figure("joins while others waited", each_second, Unit.RATE),
        Figure("most arrivals in one second", most, Unit.RATE),
        Figure("first sound, p99", findings.first_sound.p99, Unit.SECONDS, bars.first_sound),
        Figure("between two joins, median", findings.between_joins.p50, Unit.SECONDS),
        Figure("between two joins, p95", findings.between_joins.p95, Unit.SECONDS),
    )
    between = findings.between_joins
    even = between.p50 >= EVEN / each_second and between.p95 <= APART * between.p50
    if even and between.count >= FEW and between.p50 >= SLOW_STEP:
        said = (
            f"Joins are served one after another, {seconds(between.p50)} each: at most "
            f"{rate(1 / between.p50)} a second, while up to {count(most)} a second came."
        )
        return Reason(Kind.SERIAL_JOINS, said, figures, SERIAL)
    said = (
        f"Joins do not get faster than {rate(each_second)} a second, while up to {count(most)} "
        "a second came: a queue grew."
    )
    return Reason(Kind.JOIN_LIMIT, said, figures, JOINS)


SERIAL: Final = (
    "Something in the way of a join serves one listener at a time: a lock, a login, a name "
    "lookup, or a proxy with one worker. Rehearse past the proxy to see on which side it is."
)
JOINS: Final = "Run more edge workers, one for each core, or let the crowd arrive more slowly."


def buffering(findings: Findings, bars: Bars) -> Reason | None:
    """Somebody on the way collects sound before passing it on."""
    usual, lump = rhythm(findings), findings.lumps.p50
    held = max(0.0, findings.first_sound.p50 - findings.answered.p50)
    lumpy = lump > usual + bars.lump
    held_back = findings.answered.count > 0 and held > HELD_BACK
    unread = not findings.lumps.count and findings.longest_gap.p50 > spacing(findings) + bars.beyond
    if not (lumpy or held_back or unread) or silent_workers(findings, bars):
        return None
    parts = [f"Something on the way collects the sound before passing it on ({who(findings)})."]
    if lumpy:
        parts.append(
            f"It comes in lumps of {seconds(lump)}, where the server sends {seconds(usual)}."
        )
    elif unread:
        parts.append(f"It comes every {seconds(findings.longest_gap.p50)} at the slowest.")
    if held_back:
        parts.append(f"First sound comes {seconds(held)} after the answer began.")
    return Reason(
        Kind.BUFFERING,
        " ".join(parts),
        (
            Figure("sound that came at once, median", lump, Unit.SECONDS, usual + bars.lump),
            Figure("from answer to first sound, median", held, Unit.SECONDS, HELD_BACK),
            Figure("longest wait, median", findings.longest_gap.p50, Unit.SECONDS),
        ),
        "Turn buffering off for streams in the proxy in front: in nginx `proxy_buffering off;`, "
        "and no `proxy_ignore_headers X-Accel-Buffering`; no compression and no virus scanner.",
    )


def who(findings: Findings) -> str:
    """Return who stands between, by what answers say."""
    if not findings.between:
        return "the answers do not say who"
    return "the answers name " + ", ".join(
        sorted(findings.between, key=findings.between.__getitem__)
    )


def falling_behind(findings: Findings, bars: Bars) -> Reason | None:
    """Sound comes late to many, on all workers: the server, or its line, has too much to do."""
    starved = of_arrived(findings, findings.troubles.get(Trouble.STARVED, 0))
    late = findings.late_by.p99 > rhythm(findings) + bars.beyond
    gaps = findings.longest_gap.p99 > spacing(findings) + bars.beyond
    served = [worker for worker in findings.workers if worker.joined and worker.name]
    spared = [worker for worker in served if not worker.troubles.get(Trouble.STARVED)]
    some = starved > bars.troubled and not spared
    if not (some or late or gaps) or silent_workers(findings, bars):
        return None
    lowered = next((said for _, said in findings.server_said if said), "")
    whom = "many listeners" if spared else "listeners of every worker"
    said = f"The server falls behind: sound comes late to {whom}" + (
        f". It says: {lowered}" if lowered else ", and it does not say why."
    )
    return Reason(
        Kind.FALLING_BEHIND,
        said,
        (
            Figure("ran out of sound", starved, Unit.SHARE, bars.troubled),
            Figure("sound late by, p99", findings.late_by.p99, Unit.SECONDS),
            Figure("longest wait, p99", findings.longest_gap.p99, Unit.SECONDS),
        ),
        "Look at its processors and its line while it is full; `fullhouse plan` says what so many "
        "listeners need.",
    )


def first_hearing(findings: Findings) -> int:
    """Return how many were hearing when the first one was turned away.

    Troubles are told once a second: of that second's two ends the later one is the limit.
    """
    told = [findings.first_trouble[t] for t in TURNED if t in findings.first_trouble]
    began = [second.hearing for second in findings.timeline if second.troubled]
    return max(min(told, default=0), began[0] if began else 0) or findings.joined


DETECTORS: Final[tuple[Detector, ...]] = (
    worker_stopped,
    part_stopped,
    all_stopped,
    named_limit,
    joins_limited,
    buffering,
    unnamed_limit,
)


def causes(findings: Findings, bars: Bars) -> Iterator[Reason]:
    """Yield what is behind it; what explains nothing by itself only where nothing else does."""
    found = [reason for reason in (d(findings, bars) for d in DETECTORS) if reason is not None]
    yield from found
    if not found:
        behind = falling_behind(findings, bars)
        if behind is not None:
            yield behind
