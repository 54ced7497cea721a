"""A core: what a report draws of a rehearsal's seconds."""

from collections.abc import Sequence

from fullhouse.rehearsal.course import length
from fullhouse.rehearsal.findings import Findings, Second
from fullhouse.rehearsal.plots import Mark, Plot, Series
from fullhouse.rehearsal.saying import count, rate, seconds, several
from fullhouse.rehearsal.verdict import Limit, Verdict


def timelines(findings: Findings, verdict: Verdict) -> Sequence[Plot]:
    """Return the timelines of a rehearsal that lasted a second or longer."""
    line, bars = findings.timeline, verdict.bars
    return (
        _crowd(findings, verdict.limit),
        _arrivals(findings),
        _first_sound(line, bars.first_sound),
        _gaps(line),
        _own_lag(line, bars.own_lag),
    )


def _crowd(findings: Findings, limit: Limit) -> Plot:
    line = findings.timeline
    most = max(second.hearing for second in line)
    came, here = [], 0
    for second in line:
        here += second.arrived - second.left
        came.append(float(max(0, here)))
    broke = limit.measured and limit.at is not None and limit.at > most / 20
    return Plot(
        "Who came and who hears",
        f"{count(findings.arrived)} came, at most {count(most)} were hearing at once.",
        count,
        (
            Series("came", "came", came),
            Series("hear", "hear", [float(second.hearing) for second in line], filled=True),
        ),
        Mark(limit.at, f"broke at {count(limit.at)}") if broke and limit.at else None,
        _silences(findings),
    )


def _silences(findings: Findings) -> list[tuple[float, float, str]]:
    ends = length(findings)
    return [
        (
            worker.silent_from,
            ends if worker.silent_to is None else worker.silent_to,
            f"{worker.name or 'a worker'} silent",
        )
        for worker in findings.workers
        if worker.silent_from is not None
    ]


def _arrivals(findings: Findings) -> Plot:
    line = findings.timeline
    return Plot(
        "Each second",
        f"At most {count(findings.join_rate)} joined in one second.",
        rate,
        (
            Series("arrivals", "came", [float(second.arrived) for second in line]),
            Series("joins", "hear", [float(second.joined) for second in line]),
        ),
    )


def _first_sound(line: Sequence[Second], bar: float) -> Plot:
    worst = max(second.first_sound for second in line)
    return Plot(
        "From the link to first sound, median",
        f"At most {seconds(worst)}; {seconds(bar)} are allowed.",
        seconds,
        (Series("first sound", "late", [second.first_sound for second in line], filled=True),),
        Mark(bar, f"allowed {seconds(bar)}"),
    )


def _gaps(line: Sequence[Second]) -> Plot:
    gaps = max(second.gaps for second in line)
    troubled = sum(second.troubled for second in line)
    return Plot(
        "Gaps and troubles",
        f"At most {several(gaps, 'listener')} without sound, {count(troubled)} troubled.",
        count,
        (
            Series("without sound", "late", [float(second.gaps) for second in line], filled=True),
            Series("troubled", "bad", [float(second.troubled) for second in line]),
        ),
    )


def _own_lag(line: Sequence[Second], bar: float) -> Plot:
    lag = max(second.lag for second in line)
    return Plot(
        "Late ourselves by",
        f"At most {seconds(lag)} in any second; {seconds(bar)} are allowed.",
        seconds,
        (Series("own lag, p99", "own", [second.lag for second in line], filled=True),),
        Mark(bar, f"allowed {seconds(bar)}"),
    )
