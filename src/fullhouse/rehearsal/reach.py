"""A core: the first thing that breaks, measured where it broke, else carried on from a trend.

What is extrapolated says so, says what it assumes, and goes no further than ten times what was
measured: beyond that a straight line is a guess.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from fullhouse.rehearsal.causes import first_hearing
from fullhouse.rehearsal.course import hearing_at, line_through
from fullhouse.rehearsal.findings import Findings, Trouble
from fullhouse.rehearsal.saying import bits, count, rate, seconds, several
from fullhouse.rehearsal.symptoms import INSIDE
from fullhouse.rehearsal.verdict import Bars, Kind, Limit, Reason

FURTHEST: Final = 10
"""Times what was measured."""
NETWORK: Final = "network Mbit/s"
"""What a crowd calls the speed of the slowest line in its hardware, where it knows it."""
USABLE: Final = 0.9
"""Of a line's speed; the rest is for headers of packets."""

NAMES: Final = {
    Kind.WORKER_STOPPED: "An edge worker stopped",
    Kind.ALL_STOPPED: "All edge workers stopped",
    Kind.FILE_LIMIT: "The files that an edge worker may open",
    Kind.EGRESS_LIMIT: "The edge's egress ceiling",
    Kind.PLACES_FULL: "The edge's places",
    Kind.SERIAL_JOINS: "The way in, where joins wait for each other",
    Kind.JOIN_LIMIT: "The speed of joins",
    Kind.BUFFERING: "The way from the edge to the listeners, where sound is collected",
    Kind.FALLING_BEHIND: "The server's speed",
    Kind.TURNED_AWAY: "The way in, where listeners were turned away",
    Kind.UNHEARD: "The way in, where listeners got nothing",
    Kind.WORKER_SILENT: "An edge worker fell silent",
    Kind.TROUBLED: "Listening without interruption",
    Kind.PARTS_LOST: "Getting every part",
    Kind.LATE_START: "First sound in time",
    Kind.LATE_PAGE: "The page in time",
    Kind.LONG_GAPS: "Sound without gaps",
    Kind.LATE_SOUND: "Sound in time",
    Kind.LUMPS: "Sound as evenly as it is sent",
    Kind.EARS_DEAF: "Sound that can be recognised",
}
"""What broke, in few words."""


def limit(findings: Findings, bars: Bars, reasons: Sequence[Reason]) -> Limit:
    """Return the first thing that broke, or the first that would.

    Args:
        reasons: what speaks against a GO; none: nothing broke.
    """
    if reasons:
        return _broken(findings, bars, reasons[0])
    return _extrapolated(findings, bars)


def _broken(findings: Findings, bars: Bars, reason: Reason) -> Limit:
    at = _broke_at(findings, bars, reason)
    name = NAMES[reason.kind]
    if reason.kind in {Kind.WORKER_STOPPED, Kind.ALL_STOPPED, Kind.WORKER_SILENT}:
        return Limit(
            f"{name}. {count(at or 0)} were hearing then; it is no matter of how many.", None, True
        )
    if reason.kind is Kind.BUFFERING:
        return Limit(f"{name}, from the first listener on.", 1, True)
    when = "." if at is None else f": it began when {count(at)} were hearing."
    return Limit(f"{name}{when}", at, True)


def _broke_at(findings: Findings, bars: Bars, reason: Reason) -> int | None:
    """Return how many were hearing when it began; None if it cannot be told."""
    match reason.kind:
        case Kind.WORKER_STOPPED | Kind.ALL_STOPPED | Kind.WORKER_SILENT:
            since = [w.silent_from for w in findings.workers if w.silent_from is not None]
            if not since:
                return findings.first_trouble.get(Trouble.STARVED)
            return hearing_at(findings, min(since))
        case Kind.FILE_LIMIT | Kind.EGRESS_LIMIT | Kind.PLACES_FULL | Kind.TURNED_AWAY:
            return first_hearing(findings)
        case Kind.SERIAL_JOINS | Kind.JOIN_LIMIT | Kind.LATE_START:
            late = (s.hearing for s in findings.timeline if s.first_sound > bars.first_sound)
            return next(late, None)
        case Kind.LONG_GAPS | Kind.LATE_SOUND | Kind.FALLING_BEHIND:
            told = [findings.first_trouble[t] for t in INSIDE if t in findings.first_trouble]
            gaps = (s.hearing for s in findings.timeline if s.gaps)
            return min(told) if told else next(gaps, None)
        case _:
            told = [findings.first_trouble[t] for t in INSIDE if t in findings.first_trouble]
            return min(told, default=None)


def _extrapolated(findings: Findings, bars: Bars) -> Limit:
    most = findings.joined * FURTHEST
    found = [
        limit
        for limit in (
            *_first_sound(findings, bars),
            *_own_lag(findings, bars),
            *_line(findings),
        )
        if limit.at is not None and findings.joined < limit.at <= most
    ]
    if found:
        return min(found, key=lambda limit: limit.at or 0)
    return Limit(
        f"Not found: up to {several(findings.joined, 'listener')} nothing broke and nothing grew "
        f"towards its bar. Whether more get in is not known: rehearse with more.",
        None,
        False,
    )


def _first_sound(findings: Findings, bars: Bars) -> Iterator[Limit]:
    """First sound against arrivals in a second, and against how many hear already."""
    joins = [second for second in findings.timeline if second.joined]
    peak = max((second.arrived for second in joins), default=0)
    line = line_through([(float(s.arrived), s.first_sound) for s in joins if s.arrived])
    if line is not None:
        slope, height = line
        arrivals = (bars.first_sound - height) / slope
        yield Limit(
            f"First sound would come after {seconds(bars.first_sound)} and more once "
            f"{rate(arrivals)} arrive in one second.",
            int(findings.asked * arrivals / peak),
            False,
            f"first sound goes on growing with arrivals as it did up to {count(peak)} a second, "
            "and a larger crowd comes by the same curve",
        )
    line = line_through([(float(s.hearing), s.first_sound) for s in joins])
    if line is not None:
        slope, height = line
        yield Limit(
            f"First sound would come after {seconds(bars.first_sound)} and more.",
            int((bars.first_sound - height) / slope),
            False,
            "first sound goes on growing with the number of those who hear, in a straight line",
        )


def _own_lag(findings: Findings, bars: Bars) -> Iterator[Limit]:
    """The crowd's own limit: beyond it a rehearsal from here is void."""
    line = line_through([(float(s.hearing), s.lag) for s in findings.timeline if s.hearing])
    if line is not None:
        slope, height = line
        yield Limit(
            "The machine that rehearses would itself be late, and the rehearsal void: then take "
            "a stronger or a second machine for the crowd.",
            int((bars.own_lag - height) / slope),
            False,
            "its lag goes on growing with the crowd, in a straight line",
        )


def _line(findings: Findings) -> Iterator[Limit]:
    """The network's speed, where it is known."""
    speed = findings.hardware.get(NETWORK)
    steady = [s.received / s.hearing for s in findings.timeline if s.hearing and not s.arrived]
    if not isinstance(speed, int | float) or speed <= 0 or not steady or not max(steady):
        return
    each = sum(steady) / len(steady) * 8
    yield Limit(
        f"The network of this machine would be full: {bits(speed * 1e6)}.",
        int(speed * 1e6 * USABLE / each),
        False,
        f"each listener goes on taking {bits(each)}, and {USABLE:.0%} of the line are usable",
    )
