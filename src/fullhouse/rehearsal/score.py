"""A core: judges what a rehearsal found: GO, NO-GO, VOID or PARTIAL, and why."""

from collections.abc import Iterator, Sequence
from typing import Final

from fullhouse.rehearsal.causes import causes
from fullhouse.rehearsal.course import length, spacing
from fullhouse.rehearsal.findings import Findings, Trouble
from fullhouse.rehearsal.reach import limit
from fullhouse.rehearsal.saying import Unit, count, seconds, several, share
from fullhouse.rehearsal.symptoms import symptoms
from fullhouse.rehearsal.verdict import Bars, Call, Figure, Kind, Limit, Reason, Verdict

NOTHING_KNOWN: Final = Limit("Not known: the rehearsal proves nothing.", None, measured=False)


def judge(findings: Findings, bars: Bars | None = None) -> Verdict:
    """Return the verdict on a rehearsal.

    The symptoms decide: what listeners noticed, each against its bar. Causes explain them. What
    was wrong with the rehearsal itself comes before both.

    Args:
        bars: None: those of the rehearsal's story.
    """
    bars = Bars.of(findings.story) if bars is None else bars
    seen = _without_repeats(list(symptoms(findings, bars)))
    behind = list(causes(findings, bars)) if seen else []
    own = list(_own(findings, bars))
    against = behind + seen
    reasons = own + against
    if own:
        call = Call.VOID
    elif against:
        call = Call.NO_GO
    elif not findings.complete:
        call = Call.PARTIAL
        reasons = [_stopped(findings)]
    else:
        call = Call.GO
    return Verdict(
        call,
        _sentence(call, findings, bars, reasons),
        tuple(reasons),
        NOTHING_KNOWN if own else limit(findings, bars, against),
        bars,
    )


def _without_repeats(seen: Sequence[Reason]) -> list[Reason]:
    """Leave out that somebody heard nothing, where it is said why."""
    turned = any(reason.kind is Kind.TURNED_AWAY for reason in seen)
    return [reason for reason in seen if not (turned and reason.kind is Kind.UNHEARD)]


def _own(findings: Findings, bars: Bars) -> Iterator[Reason]:
    """Yield why the rehearsal itself was not good enough."""
    lag = findings.own_lag.p99
    if lag > bars.own_lag:
        yield Reason(
            Kind.OWN_LAG,
            f"The machine that rehearsed was itself late by {seconds(lag)} (p99): what it measured "
            "may be its own fault.",
            (Figure("own lag, p99", lag, Unit.SECONDS, bars.own_lag),),
            "Rehearse with fewer listeners, from a stronger machine, or from a machine that does "
            "not serve them as well.",
        )
    failed = findings.troubles.get(Trouble.OUR_OWN, 0)
    short = findings.asked - findings.arrived if findings.complete else 0
    missing = max(failed, short) / max(1, findings.asked)
    if missing > bars.own_limit:
        yield Reason(
            Kind.OWN_LIMIT,
            f"{several(max(failed, short), 'listener')} of {count(findings.asked)} were never "
            "made: the machine that rehearsed has too few ports, files or memory.",
            (Figure("never made", missing, Unit.SHARE, bars.own_limit),),
            "`fullhouse doctor` says which limit it is; a second machine brings as many again.",
        )


def _stopped(findings: Findings) -> Reason:
    lasted = length(findings)
    whole = findings.arrive_within + findings.hold
    return Reason(
        Kind.STOPPED_EARLY,
        f"It was stopped after {seconds(lasted)} of {seconds(whole)}, with "
        f"{several(findings.arrived, 'listener')} of {count(findings.asked)}.",
        (Figure("lasted", lasted, Unit.SECONDS, whole, least=True),),
        "Let it run to its end for a verdict.",
    )


def _sentence(call: Call, findings: Findings, bars: Bars, reasons: Sequence[Reason]) -> str:
    """Return the whole in one sentence, or two."""
    match call:
        case Call.VOID:
            return f"This rehearsal proves nothing. {reasons[0].sentence}"
        case Call.NO_GO:
            return reasons[0].sentence
        case Call.PARTIAL:
            return f"{reasons[0].sentence} Until then nothing was wrong."
        case Call.GO:
            return _went_well(findings, bars)


def _went_well(findings: Findings, bars: Bars) -> str:
    first, harmed = findings.first_sound, findings.arrived - findings.joined
    who = "all of them" if harmed <= 0 else f"all but {count(harmed)}"
    waited = f"99 of 100 within {seconds(first.p99)}" if first.count >= 100 else (
        f"the last after {seconds(first.most)}"
    )  # fmt: skip
    longest = findings.longest_gap.most
    interrupted = sum(
        number for trouble, number in findings.troubles.items() if trouble is not Trouble.OUR_OWN
    )
    gaps = (
        "nobody heard a gap"
        if not interrupted and longest <= spacing(findings) + bars.beyond
        else f"{share(interrupted / max(1, findings.arrived))} came to some harm"
    )
    return (
        f"{several(findings.arrived, 'listener')} came within {seconds(findings.arrive_within)} "
        f"and {who} heard it: half within {seconds(first.p50)}, {waited}, and {gaps}."
    )
