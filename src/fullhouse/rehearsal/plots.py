"""A core: timelines as HTML figures with inline SVG: no script, no file, no other host.

The lines are stretched to whatever width there is, the words beside them are not: so the same
figure can be read on a phone, on a large screen and on paper.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

from fullhouse.rehearsal.saying import seconds

WIDE: Final = 1000
HIGH: Final = 300
MOST_POINTS: Final = 400
"""A long rehearsal is drawn by its worst moments: more points than this cannot be seen apart."""
STEPS: Final = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Series:
    """One line.

    Attributes:
        tone: its colour, by the name that the style sheet gives it.
        values: one for each second.
        filled: drawn with the area below it.
    """

    name: str
    tone: str
    values: Sequence[float]
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A level that means something.

    Attributes:
        kept: the axis reaches up to it even where no line does.
    """

    level: float
    words: str
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Plot:
    """One figure.

    Attributes:
        says: what is to be seen in it, for those who cannot see it.
        unit: how a value is written on the axis.
        spans: (from, to, words): seconds in which something was away.
    """

    title: str
    says: str
    unit: Callable[[float], str]
    series: Sequence[Series]
    mark: Mark | None = None
    spans: Sequence[tuple[float, float, str]] = ()


def thinned(values: Sequence[float], most: int = MOST_POINTS) -> list[float]:
    """Return at most so many values, each the largest of its stretch."""
    each = max(1, ceil(len(values) / most))
    return [max(values[at : at + each]) for at in range(0, len(values), each)]


def top(largest: float) -> float:
    """Return the end of an axis: the next round number."""
    if largest <= 0:
        return 1.0
    size = 10.0 ** floor(log10(largest))
    return next(step * size for step in STEPS if step * size >= largest * 0.999)


def drawn(plot: Plot) -> str:
    """Return a figure as HTML."""
    lasts = max((len(series.values) for series in plot.series), default=0)
    largest = max((value for one in plot.series for value in one.values), default=0.0)
    if plot.mark is not None and plot.mark.kept:
        largest = max(largest, plot.mark.level * 1.05)
    end = top(largest)
    legend = "".join(
        f'<li><i class="{escape(one.tone)}"></i>{escape(one.name)}</li>' for one in plot.series
    )
    ticks = _spans(_ticks(end, plot.unit)[::-1])
    times = _spans(_ticks(lasts, seconds))
    return (
        f'<figure class="plot"><figcaption><b>{escape(plot.title)}</b>'
        f"<ul>{legend}</ul></figcaption>"
        f'<div class="axes"><div class="ticks">{ticks}</div>'
        f'<div class="field">{_svg(plot, lasts, end)}'
        f"{_mark(plot.mark, end)}{_away(plot, lasts)}</div>"
        f'<div class="times">{times}</div></div></figure>'
    )


def _ticks(end: float, unit: Callable[[float], str]) -> list[str]:
    """Return the words at the beginning, the middle and the end of an axis."""
    middle, last = unit(end / 2), unit(end)
    return ["0", middle if middle not in (unit(0), last) else "", last]


def _spans(words: Sequence[str]) -> str:
    return "".join(f"<span>{escape(word)}</span>" for word in words)


def _svg(plot: Plot, lasts: int, end: float) -> str:
    shapes = [
        f'<rect class="span" x="{_x(since, lasts):.1f}" y="0" '
        f'width="{max(4.0, _x(until, lasts) - _x(since, lasts)):.1f}" height="{HIGH}"/>'
        for since, until, _ in plot.spans
    ]
    shapes += [f'<path class="grid" d="M0 {y}H{WIDE}"/>' for y in (0, HIGH // 2, HIGH)]
    for one in plot.series:
        line = _line(thinned(one.values), end)
        if one.filled and line:
            shapes.append(
                f'<path class="area {escape(one.tone)}" d="M0 {HIGH}L{line}L{WIDE} {HIGH}Z"/>'
            )
        if line:
            shapes.append(f'<path class="line {escape(one.tone)}" d="M{line}"/>')
    if plot.mark is not None and plot.mark.level <= end:
        shapes.append(f'<path class="mark" d="M0 {_y(plot.mark.level, end):.1f}H{WIDE}"/>')
    return (
        f'<svg viewBox="0 0 {WIDE} {HIGH}" preserveAspectRatio="none" role="img">'
        f"<title>{escape(plot.title)}. {escape(plot.says)}</title>{''.join(shapes)}</svg>"
    )


def _line(values: Sequence[float], end: float) -> str:
    """Return the points of a line; a single value is level."""
    if len(values) == 1:
        values = [values[0], values[0]]
    return "L".join(
        f"{WIDE * at / (len(values) - 1):.1f} {_y(value, end):.1f}"
        for at, value in enumerate(values)
    )


def _mark(mark: Mark | None, end: float) -> str:
    if mark is None or mark.level > end:
        return ""
    high = 100 * (1 - mark.level / end)
    side = " below" if high < 20 else ""
    return f'<span class="words{side}" style="top:{high:.1f}%">{escape(mark.words)}</span>'


def _away(plot: Plot, lasts: int) -> str:
    return "".join(
        f'<span class="words away" style="right:{100 - _x(since, lasts) / 10:.1f}%">'
        f"{escape(words)}</span>"
        for since, _, words in plot.spans
    )


def _x(at: float, lasts: int) -> float:
    return WIDE * min(1.0, max(0.0, at / max(1, lasts)))


def _y(value: float, end: float) -> float:
    return HIGH * (1 - min(1.0, max(0.0, value / end)))
