"""A core: a verdict in a few lines, for a terminal. The report has the rest."""

from collections.abc import Iterator

from fullhouse.rehearsal.saying import several
from fullhouse.rehearsal.verdict import Limit, Verdict


def summary(verdict: Verdict) -> Iterator[str]:
    """Yield the lines: the word and why, what would break first, what to do, what was noticed."""
    yield f"{verdict.call}: {verdict.sentence}"
    head = "First thing that broke" if verdict.limit.measured else "First thing that would break"
    yield f"{head}: {_at(verdict.limit)}{verdict.limit.sentence}"
    if verdict.limit.assumption:
        yield f"  Assumed: {verdict.limit.assumption}."
    for reason in verdict.reasons:
        if reason.sentence not in verdict.sentence:
            yield f"- {reason.sentence}"
        if reason.advice:
            yield f"  {reason.advice}"


def _at(limit: Limit) -> str:
    if limit.at is None:
        return ""
    about = "" if limit.measured else "about "
    how = "measured" if limit.measured else "extrapolated, not measured"
    return f"{about}{several(limit.at, 'listener')} ({how}). "
