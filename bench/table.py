"""Runs to figures: medians, spreads, ratios within a round; a table in Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

NOT_MEASURED: Final = "–"


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure, measured some times."""

    runs: Sequence[float]

    @property
    def median(self) -> float:
        return median(self.runs)

    def shown(self, digits: int = 2) -> str:
        """Return the median, and the least and most in brackets."""
        if not self.runs:
            return NOT_MEASURED
        low, high = min(self.runs), max(self.runs)
        return f"{self.median:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


@dataclass(frozen=True, slots=True)
class Promise:
    """A figure that must hold.

    Attributes:
        what: in words.
        most: the figure must not be above.
    """

    what: str
    measured: Measured
    most: float
    digits: int = 2

    def row(self) -> tuple[str, ...]:
        """Return it as a row: what, figure, bound, verdict."""
        if not self.measured.runs:
            return (self.what, NOT_MEASURED, f"≤ {self.most:g}", "not measured")
        holds = round(self.measured.median, 3) <= self.most
        shown = self.measured.shown(self.digits)
        return (self.what, shown, f"≤ {self.most:g}", "holds" if holds else "**does not hold**")


def markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table, figures to the right."""
    rule = ["---", *("---:" for _ in headings[1:])]
    return "\n".join("| " + " | ".join(line) + " |" for line in (headings, rule, *rows))


Runs = Mapping[str, Sequence[Mapping[str, float]]]
"""By what was measured: the figures of each run."""


def column(runs: Runs, name: str, figure: str) -> list[float]:
    """Return one figure of all runs of something; empty where it was not measured."""
    return [run[figure] for run in runs.get(name, ()) if figure in run]


def ratio(runs: Runs, ours: str, theirs: str, figure: str) -> Measured:
    """Return ours to theirs, each within its round: what the machine did then hit both."""
    pairs = zip(runs.get(ours, ()), runs.get(theirs, ()), strict=False)
    return Measured(
        [
            one[figure] / other[figure]
            for one, other in pairs
            if one.get(figure) and other.get(figure)
        ]
    )
